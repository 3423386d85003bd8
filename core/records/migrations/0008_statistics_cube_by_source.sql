-- The kept counts by source, view and model too, so that filters of these are sums as well. People by month and model
-- follow from them.

DROP TABLE statistics_cube;

CREATE TABLE statistics_cube (
    demo BOOLEAN NOT NULL,
    month SMALLINT NOT NULL,  -- as in statistics_facts; -1 unknown
    source VARCHAR NOT NULL,
    view UTINYINT NOT NULL,  -- as in statistics_facts; 2 of several parts
    model SMALLINT NOT NULL,  -- as in statistics_facts
    people BLOB NOT NULL,  -- of all regions together
    states BLOB NOT NULL,  -- by region
    pairs BLOB NOT NULL  -- by region
);

DROP TABLE statistics_months;

DELETE FROM statistics_build;
