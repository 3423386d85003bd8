-- What the statistics count, one row a visit, and counts of it that are kept up to date with every write, so that the
-- first look at everyone reads a few thousand rows however many visits there are. Derived by core/records/facts.py;
-- an empty statistics_build has everything derived anew when the records are opened.

DROP TABLE statistics_facts;

CREATE TABLE statistics_facts (
    visit_id UUID NOT NULL,
    number BIGINT NOT NULL,  -- the visit's smallest diagnosis number: cheaper to group by than its id
    parts UTINYINT NOT NULL,  -- views and models that graded it
    demo BOOLEAN NOT NULL,
    source VARCHAR NOT NULL,
    day INTEGER,  -- days since 1970-01-01 in Korean time; unknown for some imported grades
    month SMALLINT,  -- year * 12 + month - 1, of the same day
    region UTINYINT NOT NULL,  -- place in core.taxonomy.Region; 17 not told
    view UTINYINT,  -- place in core.taxonomy.View; of several parts none
    model SMALLINT NOT NULL,  -- statistics_models.code; of several parts the newest
    photos USMALLINT NOT NULL,
    code UINTEGER NOT NULL,  -- worst grades, age band and sex packed (facts_code.py)
    certainty DOUBLE,  -- mean probability of the likeliest grade, percent; unknown where no probabilities were kept
    -- The same once more, in columns so narrow that DuckDB groups by them without hashing.
    pattern UINTEGER NOT NULL,  -- statistics_patterns.pattern
    who UTINYINT NOT NULL,  -- the upper part of the code: sex and age band
    fine_scaling UTINYINT NOT NULL,
    excess_sebum UTINYINT NOT NULL,
    interfollicular_erythema UTINYINT NOT NULL,
    follicular_pustules UTINYINT NOT NULL,
    dandruff UTINYINT NOT NULL,
    hair_loss UTINYINT NOT NULL
);

-- Of visits in several parts also each part: filters of views and models put them together anew.
CREATE TABLE statistics_parts (
    visit_id UUID NOT NULL,
    number BIGINT NOT NULL,
    parts UTINYINT NOT NULL,
    demo BOOLEAN NOT NULL,
    source VARCHAR NOT NULL,
    day INTEGER,
    month SMALLINT,
    region UTINYINT NOT NULL,
    view UTINYINT NOT NULL,
    model SMALLINT NOT NULL,
    photos USMALLINT NOT NULL,
    code UINTEGER NOT NULL,
    certainty DOUBLE
);

-- People by code and number of photos, numbered without many gaps.
CREATE TABLE statistics_patterns (
    pattern UINTEGER NOT NULL,
    demo BOOLEAN NOT NULL,
    code UINTEGER NOT NULL,
    photos USMALLINT NOT NULL,
    people BIGINT NOT NULL
);

-- People by month, model, age band and sex, and state of each condition.
CREATE TABLE statistics_months (
    demo BOOLEAN NOT NULL,
    month SMALLINT NOT NULL,
    model SMALLINT NOT NULL,
    who UTINYINT NOT NULL,
    condition UTINYINT NOT NULL,  -- place in core.taxonomy.Condition
    state UTINYINT NOT NULL,
    people BIGINT NOT NULL
);

-- People by what there is to filter by: sources, models, values of life-style answers.
CREATE TABLE statistics_options (
    demo BOOLEAN NOT NULL,
    kind VARCHAR NOT NULL,  -- source, model or answer
    field VARCHAR NOT NULL,  -- of an answer
    value VARCHAR NOT NULL,
    people BIGINT NOT NULL
);

DELETE FROM statistics_build;
