-- What the statistics count: one row a visit, view and model, narrow enough that a scan answers most charts.
-- Derived from visits, diagnoses and gradings by core/records/facts.py, in the transaction that changes them; an empty
-- statistics_build has everything derived anew when the records are opened. Example pictures are not in here.

CREATE TABLE statistics_facts (
    visit_id UUID NOT NULL,
    number BIGINT NOT NULL,  -- the visit's smallest diagnosis number: cheaper to group by than its id
    parts UTINYINT NOT NULL,  -- rows of this visit
    demo BOOLEAN NOT NULL,
    source VARCHAR NOT NULL,
    day INTEGER,  -- days since 1970-01-01 in Korean time; unknown for some imported grades
    month SMALLINT,  -- year * 12 + month - 1, of the same day
    region UTINYINT NOT NULL,  -- place in core.taxonomy.Region; 17 not told
    view UTINYINT NOT NULL,  -- place in core.taxonomy.View
    model SMALLINT NOT NULL,  -- statistics_models.code
    photos USMALLINT NOT NULL,
    code UINTEGER NOT NULL,  -- worst grades, age band and sex packed (facts.py)
    certainty UTINYINT  -- mean probability of the likeliest grade, percent; unknown where no probabilities were kept
);

-- Life-style answers that were kept, one row a value.
CREATE TABLE statistics_answers (
    visit_id UUID NOT NULL,
    number BIGINT NOT NULL,
    field VARCHAR NOT NULL,
    value VARCHAR NOT NULL
);

CREATE TABLE statistics_models (
    code SMALLINT NOT NULL,
    model_id VARCHAR,
    model_version VARCHAR
);

-- The version of facts.py that derived the rows.
CREATE TABLE statistics_build (version INTEGER NOT NULL);

-- Who looked at single records, when and with which filter. Nothing about the people looked at.
CREATE TABLE statistics_audit (
    number BIGINT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    who VARCHAR NOT NULL,
    filter JSON NOT NULL,
    reason VARCHAR NOT NULL,
    visits INTEGER NOT NULL
);
