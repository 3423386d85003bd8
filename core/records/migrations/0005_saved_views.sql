-- Views of the statistics that somebody gave a name: what stands in the address, no figure and nothing about people.
-- All who use this installation see them.

CREATE TABLE saved_views (
    name VARCHAR NOT NULL CHECK (name <> '' AND length(name) <= 60),
    address VARCHAR NOT NULL CHECK (length(address) <= 2000),
    saved_at TIMESTAMPTZ NOT NULL
);
