-- What happened: visits, their graded photos, and the grade of every condition.
-- Of a photo nothing is kept but the hash of its pixels.
--
-- Ids carry no PRIMARY KEY on purpose. One process writes, one transaction at a time (store.py), and looks an id up
-- before it inserts; an index would make the checkpoint after each visit five times slower once 300,000 are stored.
-- The word lists are those of core/taxonomy.py; a test compares them.

CREATE SEQUENCE diagnosis_number;

CREATE TABLE visits (
    id UUID NOT NULL,
    visited_at TIMESTAMPTZ,  -- unknown only for imported grades: the original service kept no time
    sex VARCHAR CHECK (sex IN ('female', 'male')),
    age_band VARCHAR CHECK (age_band IN ('10s', '20s', '30s', '40s', '50s', '60s', '70s')),
    region VARCHAR CHECK (region IN (
        'KR-11', 'KR-26', 'KR-27', 'KR-28', 'KR-29', 'KR-30', 'KR-31', 'KR-50', 'KR-41',
        'KR-42', 'KR-43', 'KR-44', 'KR-45', 'KR-46', 'KR-47', 'KR-48', 'KR-49'
    )),
    consent BOOLEAN,  -- unknown for imported grades, meaningless for demonstration rows
    consent_at TIMESTAMPTZ,
    consent_version VARCHAR,  -- which wording was agreed to (privacy.py)
    source VARCHAR NOT NULL CHECK (source <> ''),
    answers JSON NOT NULL DEFAULT '{}',
    stored_at TIMESTAMPTZ NOT NULL,
    CHECK (source IN ('import', 'demo') OR (consent IS TRUE AND consent_at IS NOT NULL)),
    CHECK (source = 'import' OR visited_at IS NOT NULL)
);

CREATE TABLE diagnoses (
    id UUID NOT NULL,
    number BIGINT NOT NULL DEFAULT nextval('diagnosis_number'),  -- stable, never given twice
    visit_id UUID NOT NULL,
    photo_sha256 VARCHAR CHECK (regexp_full_match(photo_sha256, '[0-9a-f]{64}')),
    site VARCHAR CHECK (site IN ('top', 'left', 'right', 'back')),
    view VARCHAR NOT NULL CHECK (view IN ('microscope', 'crown')),
    model_id VARCHAR,
    model_version VARCHAR,
    elapsed_ms DOUBLE CHECK (elapsed_ms >= 0),
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE gradings (
    diagnosis_id UUID NOT NULL,
    condition VARCHAR NOT NULL CHECK (condition IN (
        'fine_scaling', 'excess_sebum', 'interfollicular_erythema', 'follicular_pustules', 'dandruff', 'hair_loss'
    )),
    severity UTINYINT CHECK (severity BETWEEN 0 AND 3),
    abstained BOOLEAN NOT NULL,
    p0 DOUBLE,
    p1 DOUBLE,
    p2 DOUBLE,
    p3 DOUBLE,
    severity_set UTINYINT[],
    CHECK (abstained = (severity IS NULL)),
    CHECK ((p0 IS NULL) = (p1 IS NULL) AND (p0 IS NULL) = (p2 IS NULL) AND (p0 IS NULL) = (p3 IS NULL)),
    CHECK (p0 IS NULL OR abs(p0 + p1 + p2 + p3 - 1) <= 1e-4)
);

-- Refused photos are counted, not kept: nothing in here is about a person.
CREATE TABLE refusals (
    day DATE NOT NULL,
    view VARCHAR CHECK (view IN ('microscope', 'crown')),
    reason VARCHAR NOT NULL CHECK (reason IN (
        'small', 'dark', 'bright', 'glare', 'blurred', 'not_scalp', 'other_view'
    )),
    photos BIGINT NOT NULL CHECK (photos > 0)
);

-- One row for each accepted write, numbered without gaps. The lock file beside the database holds the last number
-- too, so that writes lost with a damaged write-ahead log are noticed when the records are opened.
CREATE TABLE events (
    number BIGINT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    kind VARCHAR NOT NULL
);

-- Not empty between a deletion and the rewriting of the file that wipes the deleted bytes.
CREATE TABLE pending_erasure (since TIMESTAMPTZ NOT NULL);

-- The table of the original service: one row a graded condition, abstentions left out, and so is what is about
-- nobody: demonstration rows and the pictures that ship as examples.
-- The id is the number of the diagnosis followed by the place of the condition, 1 to 6.
CREATE VIEW human AS
SELECT
    d.number * 10 + list_position([
        'fine_scaling', 'excess_sebum', 'interfollicular_erythema', 'follicular_pustules', 'dandruff', 'hair_loss'
    ], g.condition) AS id,
    v.sex,
    v.age_band AS age,
    g.severity AS pred,
    g.condition AS skin
FROM gradings AS g
JOIN diagnoses AS d ON d.id = g.diagnosis_id
JOIN visits AS v ON v.id = d.visit_id
WHERE NOT g.abstained AND v.source NOT IN ('demo', 'example');
