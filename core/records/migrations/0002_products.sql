-- What the operator offers, and how often it was shown and clicked.
-- Nothing in here is about a person: counts hold a day and no time, and no session, visit or key.

-- The texts come from files of strangers; core/care/product_file.py has checked them, and pages escape them.
CREATE TABLE products (
    id VARCHAR NOT NULL CHECK (id <> ''),
    name VARCHAR NOT NULL CHECK (name <> ''),
    name_en VARCHAR NOT NULL,
    brand VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    ingredients VARCHAR NOT NULL,  -- as in the file, between bars
    price_krw UINTEGER,
    image VARCHAR NOT NULL,
    link VARCHAR NOT NULL CHECK (link = '' OR link LIKE 'https://%'),
    sponsored BOOLEAN NOT NULL,
    sex VARCHAR CHECK (sex IN ('female', 'male')),
    age_bands VARCHAR NOT NULL  -- between bars; empty for every age
);

-- One row a day and kind of reader; counted once for each view of a result (core/records/product_counts.py).
CREATE TABLE product_counts (
    day DATE NOT NULL,
    product_id VARCHAR NOT NULL,
    place VARCHAR NOT NULL CHECK (place IN ('care')),
    condition VARCHAR CHECK (condition IN (
        'fine_scaling', 'excess_sebum', 'interfollicular_erythema', 'follicular_pustules', 'dandruff', 'hair_loss'
    )),
    sex VARCHAR CHECK (sex IN ('female', 'male')),
    age_band VARCHAR CHECK (age_band IN ('10s', '20s', '30s', '40s', '50s', '60s', '70s')),
    shown UBIGINT NOT NULL,
    clicked UBIGINT NOT NULL CHECK (clicked <= shown)
);
