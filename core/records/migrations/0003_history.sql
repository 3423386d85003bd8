-- Visits that people follow over time under a private key of their own (core/records/history.py).
--
-- What a visit holds is sealed: encrypted under a key that the records do not have. In the open are only the hash
-- that finds the rows of one key, and the day, so that old rows can go. The day, not the time: it would tell which of
-- the visits kept for statistics was stored in the same minute.

CREATE TABLE history_entries (
    id UUID NOT NULL,
    key_hash VARCHAR NOT NULL CHECK (regexp_full_match(key_hash, '[0-9a-f]{64}')),
    stored_on DATE NOT NULL,
    sealed BLOB NOT NULL
);

CREATE TABLE history_photos (
    id UUID NOT NULL,
    entry_id UUID NOT NULL,
    sealed BLOB NOT NULL
);
