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
WITH topped AS (
    SELECT
        *,
        row_number() OVER down AS layer,
        first_value(address) OVER down AS top_address
    FROM clinics
    WINDOW down AS (PARTITION BY id ORDER BY list_id DESC)
),
filled AS (
    SELECT
        * REPLACE (
            coalesce(first_value(nullif(name_en, '') IGNORE NULLS) OVER beneath, '') AS name_en,
            coalesce(first_value(nullif(kind, '') IGNORE NULLS) OVER beneath, '') AS kind,
            coalesce(first_value(nullif(departments, '') IGNORE NULLS) OVER beneath, '') AS departments,
            coalesce(first_value(nullif(region, '') IGNORE NULLS) OVER beneath, '') AS region,
            coalesce(first_value(nullif(district, '') IGNORE NULLS) OVER beneath, '') AS district,
            coalesce(first_value(nullif(address, '') IGNORE NULLS) OVER beneath, '') AS address,
            coalesce(first_value(nullif(postcode, '') IGNORE NULLS) OVER beneath, '') AS postcode,
            coalesce(first_value(nullif(phone, '') IGNORE NULLS) OVER beneath, '') AS phone,
            coalesce(first_value(nullif(homepage, '') IGNORE NULLS) OVER beneath, '') AS homepage,
            coalesce(first_value(nullif(booking, '') IGNORE NULLS) OVER beneath, '') AS booking,
            coalesce(first_value(nullif(hours, '') IGNORE NULLS) OVER beneath, '') AS hours,
            coalesce(first_value(nullif(hours_note, '') IGNORE NULLS) OVER beneath, '') AS hours_note
        ),
        -- A position beneath holds only while the address is the same.
        first_value(
            CASE WHEN latitude IS NOT NULL AND (top_address = '' OR address = top_address)
                THEN struct_pack(latitude := latitude, longitude := longitude) END IGNORE NULLS
        ) OVER beneath AS place
    FROM topped
    WINDOW beneath AS (
        PARTITION BY id ORDER BY list_id DESC ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    )
)
SELECT
    filled.* EXCLUDE (booking, latitude, longitude, layer, top_address, place, spelled),
    coalesce(bookings.booking, filled.booking) AS booking,
    coalesce(place.latitude, filled.latitude) AS latitude,
    coalesce(place.longitude, filled.longitude) AS longitude,
    CASE WHEN name_en = '' THEN spelled ELSE lower(regexp_replace(name_en, '\s', '', 'g')) || '/' || spelled END AS latin
FROM filled LEFT JOIN bookings ON bookings.clinic_id = filled.id
WHERE layer = 1;
