-- All that a visit answered as one number: filters of answers look a small number up instead of joining every answer.

DROP TABLE statistics_answers;

CREATE TABLE statistics_said (
    said UINTEGER NOT NULL,
    words VARCHAR NOT NULL,  -- pairs of field and value as JSON, in order
    people BIGINT NOT NULL
);

CREATE TABLE statistics_answers (
    said UINTEGER NOT NULL,
    field VARCHAR NOT NULL,
    value VARCHAR NOT NULL
);

ALTER TABLE statistics_facts ADD COLUMN said UINTEGER;  -- statistics_said.said; 0 nothing
ALTER TABLE statistics_parts ADD COLUMN said UINTEGER;

DELETE FROM statistics_build;
