-- The clinic directory. Lists lie on top of each other: where several know a clinic, the latest list's row is shown,
-- and what it leaves blank is taken from the rows beneath. Removing a list brings back what it covered.

CREATE TABLE schema_version (version INTEGER NOT NULL);
INSERT INTO schema_version VALUES (1);

CREATE TABLE lists (
    id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    series VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    source_date VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    added_at TIMESTAMP NOT NULL
);

CREATE TABLE clinics (
    list_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    id VARCHAR NOT NULL,
    source_key VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    spelled VARCHAR NOT NULL,
    name_en VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    departments VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    district VARCHAR NOT NULL,
    address VARCHAR NOT NULL,
    postcode VARCHAR NOT NULL,
    phone VARCHAR NOT NULL,
    homepage VARCHAR NOT NULL,
    booking VARCHAR NOT NULL,
    hours VARCHAR NOT NULL,
    hours_note VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    source_date VARCHAR NOT NULL,
    latitude DOUBLE,
    longitude DOUBLE
);

-- What the operator filled in by hand; no import touches it.
CREATE TABLE bookings (
    clinic_id VARCHAR PRIMARY KEY,
    booking VARCHAR NOT NULL,
    changed_at TIMESTAMP NOT NULL
);

CREATE VIEW directory AS
WITH covered AS (
    -- arg_max passes over NULL: each value is that of the latest list that has one.
    SELECT
        id,
        max(list_id) AS list_id,
        arg_max(position, list_id) AS position,
        arg_max(source_key, list_id) AS source_key,
        arg_max(name, list_id) AS name,
        arg_max(spelled, list_id) AS spelled,
        arg_max(source, list_id) AS source,
        arg_max(source_date, list_id) AS source_date,
        arg_max(nullif(name_en, ''), list_id) AS name_en,
        arg_max(nullif(kind, ''), list_id) AS kind,
        arg_max(nullif(departments, ''), list_id) AS departments,
        arg_max(nullif(region, ''), list_id) AS region,
        arg_max(nullif(district, ''), list_id) AS district,
        arg_max(nullif(postcode, ''), list_id) AS postcode,
        arg_max(nullif(phone, ''), list_id) AS phone,
        arg_max(nullif(homepage, ''), list_id) AS homepage,
        arg_max(nullif(hours, ''), list_id) AS hours,
        arg_max(nullif(hours_note, ''), list_id) AS hours_note,
        arg_max(nullif(address, ''), list_id) AS address,
        arg_max(nullif(booking, ''), list_id) AS booking,
        arg_max(
            struct_pack(latitude := latitude, longitude := longitude, address := address, list_id := list_id), list_id
        ) FILTER (latitude IS NOT NULL) AS place
    FROM clinics
    GROUP BY id
),
placed AS (
    -- A position from beneath holds only while the address is the same.
    SELECT * REPLACE (
        CASE WHEN place.list_id = list_id OR address IS NULL OR place.address IN ('', address) THEN place END AS place
    )
    FROM covered
)
SELECT
    placed.id,
    list_id,
    position,
    source_key,
    name,
    source,
    source_date,
    coalesce(name_en, '') AS name_en,
    coalesce(kind, '') AS kind,
    coalesce(departments, '') AS departments,
    coalesce(region, '') AS region,
    coalesce(district, '') AS district,
    coalesce(postcode, '') AS postcode,
    coalesce(phone, '') AS phone,
    coalesce(homepage, '') AS homepage,
    coalesce(hours, '') AS hours,
    coalesce(hours_note, '') AS hours_note,
    coalesce(address, '') AS address,
    coalesce(bookings.booking, placed.booking, '') AS booking,
    place.latitude AS latitude,
    place.longitude AS longitude,
    CASE
        WHEN name_en IS NULL THEN spelled
        ELSE lower(regexp_replace(name_en, '\s', '', 'g')) || '/' || spelled
    END AS latin
FROM placed LEFT JOIN bookings ON bookings.clinic_id = placed.id;
