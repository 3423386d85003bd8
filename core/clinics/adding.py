"""A new list against the directory: which clinics it knows already, and what it changes. SQL on an open database.

A clinic is known by the id its source gives it. A clinic without one, or with one of another source, is the same if
its name is and it stands at the same address or within `_SAME_PLACE_KM`. It keeps its id, so that addresses sent to
somebody and booking links filled in by hand hold.
"""

from typing import Final

import duckdb
import pyarrow as pa

from core.clinics.lists import Changes, NewList
from core.clinics.table import SCHEMA

_SAME_PLACE_KM: Final = 0.3

# Without gaps, and without what stands in brackets or after a comma: floors and building names vary.
_ADDRESS: Final = r"regexp_replace(regexp_replace({}, '[,(].*$', ''), '\s', '', 'g')"
_NAME: Final = r"lower(regexp_replace({}, '\s', '', 'g'))"

# The list is read where it lies, in Arrow's memory; only what gets another id is written down.
_ARRIVING: Final = """
CREATE TEMP VIEW arriving AS
SELECT new_list.* REPLACE (coalesce(renamed.id, new_list.id) AS id)
FROM new_list LEFT JOIN renamed USING (position)
QUALIFY row_number() OVER (PARTITION BY coalesce(renamed.id, new_list.id) ORDER BY position) = 1
"""
_BY_KEY: Final = """
CREATE TEMP TABLE renamed AS
SELECT new_list.position, known.id
FROM new_list JOIN (
    SELECT source_key, max(id) AS id FROM clinics WHERE source_key <> '' GROUP BY source_key
) AS known USING (source_key)
WHERE new_list.id <> known.id
"""
# Two ids of the same source are two clinics, whatever their names.
_BY_PLACE: Final = f"""
INSERT INTO renamed
WITH known AS (
    SELECT d.id, {_NAME.format("d.name")} AS name, {_ADDRESS.format("d.address")} AS address,
           d.latitude, d.longitude, keys.sources
    FROM directory AS d
    JOIN (SELECT id, list(DISTINCT split_part(source_key, ':', 1)) AS sources FROM clinics GROUP BY id) AS keys
        ON keys.id = d.id
    WHERE d.id NOT IN (SELECT id FROM arriving)
),
strange AS (
    SELECT position, split_part(source_key, ':', 1) AS source, {_NAME.format("name")} AS name,
           {_ADDRESS.format("address")} AS address, latitude, longitude
    FROM arriving WHERE id NOT IN (SELECT id FROM clinics)
),
pairs AS (
    SELECT strange.position, known.id, known.address = strange.address AND known.address <> '' AS same_address,
           111.2 * sqrt(power(known.latitude - strange.latitude, 2)
                 + power((known.longitude - strange.longitude) * cos(radians(strange.latitude)), 2)) AS km
    FROM strange JOIN known USING (name)
    WHERE strange.source = '' OR NOT list_contains(known.sources, strange.source)
)
SELECT position, id FROM pairs WHERE same_address OR km < {_SAME_PLACE_KM}
QUALIFY row_number() OVER (PARTITION BY position ORDER BY same_address DESC, km, id) = 1
    AND row_number() OVER (PARTITION BY id ORDER BY same_address DESC, km, position) = 1
"""  # noqa: S608 (constants of ours)
_COMPARED: Final = tuple(name for name in SCHEMA.names if name not in ("list_id", "latin", "source", "source_date"))


def stage(cursor: duckdb.DuckDBPyConnection, new: NewList) -> Changes:
    """Make a list readable as `arriving`, under the ids the directory knows its clinics by.

    Args:
        cursor: The open directory, opened for this; reading will do.
        new: The list.

    Returns:
        What adding it would do.
    """
    cursor.register("new_list", new.table.append_column("position", pa.array(range(new.table.num_rows), pa.int32())))
    cursor.execute(_BY_KEY)
    cursor.execute(_ARRIVING)
    cursor.execute(_BY_PLACE)
    return _changes(cursor, new)


def insert(cursor: duckdb.DuckDBPyConnection, new: NewList, number: int) -> None:
    """Add what `stage` made readable as `arriving` as a list of that number."""
    cursor.execute(
        "INSERT INTO lists VALUES (?, ?, ?, ?, ?, ?, ?, now() AT TIME ZONE 'UTC')",
        [number, new.name, new.series, new.origin, new.source, new.source_date, new.digest],
    )
    cursor.execute(f"INSERT INTO clinics BY NAME SELECT {int(number)} AS list_id, * FROM arriving")  # noqa: S608


def _changes(cursor: duckdb.DuckDBPyConnection, new: NewList) -> Changes:
    # A blank changes nothing: what lies beneath shows through.
    same = " AND ".join(
        f"(a.{name} IS NULL OR a.{name} = d.{name})"
        if name in ("latitude", "longitude")
        else f"(a.{name} = '' OR a.{name} = d.{name})"
        for name in _COMPARED
        if name not in ("id", "booking")
    )
    added, updated, unchanged = cursor.execute(
        f"""SELECT count(*) FILTER (d.id IS NULL), count(*) FILTER (d.id IS NOT NULL AND NOT ({same})),
                   count(*) FILTER (d.id IS NOT NULL AND ({same}))
            FROM arriving AS a LEFT JOIN directory AS d ON d.id = a.id"""  # noqa: S608
    ).fetchall()[0]
    editions = cursor.execute(
        "SELECT id, digest FROM lists WHERE series = ? AND origin = ? ORDER BY id", [new.series, new.origin]
    ).fetchall()
    earlier = tuple(int(number) for number, _ in editions)
    missing = cursor.execute(
        """SELECT count(DISTINCT id) FROM clinics
           WHERE list_contains(?::INTEGER[], list_id) AND id NOT IN (SELECT id FROM arriving)""",
        [list(earlier)],
    ).fetchall()[0][0]
    same_file = bool(editions) and editions[-1][1] == new.digest
    repeated = earlier[-1] if same_file and not (added or updated) else None
    return Changes(int(added), int(updated), int(unchanged), int(missing), earlier, repeated)
