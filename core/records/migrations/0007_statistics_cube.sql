-- People by month, region, age band and sex, and within these by the state of each condition and by the grades of each
-- two, so that filters of time and place are sums of what is kept, however many visits there are. A month is a row, its
-- counts are arrays (core/records/facts_cube.py). An empty statistics_build has everything derived anew.

CREATE TABLE statistics_cube (
    demo BOOLEAN NOT NULL,
    month SMALLINT NOT NULL,  -- as in statistics_facts; -1 unknown
    people BLOB NOT NULL,  -- of all regions together
    states BLOB NOT NULL,  -- by region
    pairs BLOB NOT NULL  -- by region
);

-- Which visits are counted in there: those up to a number. The few after it are counted when somebody asks.
CREATE TABLE statistics_counted (
    until BIGINT NOT NULL,
    changes BIGINT NOT NULL  -- how often the cube was written
);

INSERT INTO statistics_counted VALUES (-1, 0);

DROP TABLE statistics_months;

-- People by month and model.
CREATE TABLE statistics_months (
    demo BOOLEAN NOT NULL,
    month SMALLINT NOT NULL,
    model SMALLINT NOT NULL,
    people BIGINT NOT NULL
);

DELETE FROM statistics_build;
