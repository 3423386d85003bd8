"""A file of products (CSV or Parquet) read and checked: good rows become products, the others are handed back."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from core.care.product_rows import Flaw, read_row
from core.care.products import Product
from core.errors import CareError
from core.settings import DATA_DIR

COLUMNS: Final = ("id", "name", "brand", "ingredients", "price", "image", "link", "sponsored")
OPTIONAL: Final = ("name_en", "kind", "sex", "age_bands")
LARGEST_BYTES: Final = 10 * 1024 * 1024
MOST_ROWS: Final = 20_000

STARTER_FILE: Final = DATA_DIR / "products" / "starter.csv"

_KOREAN: Final = MappingProxyType(
    {
        "상품번호": "id",
        "상품코드": "id",
        "상품명": "name",
        "브랜드": "brand",
        "성분": "ingredients",
        "가격": "price",
        "이미지": "image",
        "링크": "link",
        "광고": "sponsored",
        "영문명": "name_en",
        "종류": "kind",
        "성별": "sex",
        "연령대": "age_bands",
    }
)
_MOST_UNPACKED: Final = 200 * 1024 * 1024
_NAMED: Final = 20

Cells = Mapping[str, str]


@dataclass(frozen=True)
class Reject:
    """A row that was left out.

    Attributes:
        row: Its number in the file, the first row below the header being 1.
        cells: The row as it was, by column.
        flaw: Why.
    """

    row: int
    cells: Cells
    flaw: Flaw


@dataclass(frozen=True)
class ProductReading:
    """What a file gave.

    Attributes:
        products: The good rows, in the order of the file.
        rejects: The others.
    """

    products: tuple[Product, ...]
    rejects: tuple[Reject, ...]

    def rejects_as_csv(self) -> bytes:
        """Return the rejected rows with number and reason as CSV (UTF-8 with byte order mark, for spreadsheets)."""
        out = io.StringIO()
        writer = csv.writer(out)
        columns = tuple(dict.fromkeys(name for reject in self.rejects for name in reject.cells))
        writer.writerow([*map(_harmless, columns), "row", "reason"])
        for reject in self.rejects:
            cells = (_harmless(reject.cells.get(name, "")) for name in columns)
            writer.writerow([*cells, reject.row, reject.flaw.value])
        return out.getvalue().encode("utf-8-sig", errors="replace")


def read_products(content: bytes, name: str) -> ProductReading:
    """Read products from the bytes of a file.

    Columns: `COLUMNS`, and `OPTIONAL` where there; Korean names of columns do as well, in any order and among others.

    Args:
        content: CSV (UTF-8 or CP949, with commas) or Parquet.
        name: Name of the file; its suffix says which.

    Raises:
        CareError: Another suffix (`products.unknown_format`), too large (`products.too_large`), no table
            (`products.not_a_table`), or columns are missing (`products.missing_columns`) or given twice
            (`products.columns_twice`).
    """
    return _read(content, name, shipped=False)


@cache
def starter_products(path: Path = STARTER_FILE) -> tuple[Product, ...]:
    """Return the neutral set that ships: kinds of products by ingredient, without brands, prices or links.

    Raises:
        CareError: The file is missing or damaged (`products.no_starter`).
    """
    try:
        reading = _read(path.read_bytes(), path.name, shipped=True)
    except (OSError, CareError) as error:
        raise CareError("products.no_starter", name=path.name) from error
    if reading.rejects or not reading.products:
        raise CareError("products.no_starter", name=path.name)
    return reading.products


def products_as_csv(products: Iterable[Product]) -> bytes:
    """Return products as CSV that `read_products` reads back (UTF-8 with byte order mark); without any, the header."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*COLUMNS, *OPTIONAL))
    for product in products:
        row = product.as_row()
        row |= {"price": "" if product.price_krw is None else str(product.price_krw), "sex": product.sex or ""}
        row |= {"sponsored": "yes" if product.sponsored else "no"}
        writer.writerow(_harmless(str(row[column])) for column in (*COLUMNS, *OPTIONAL))
    return out.getvalue().encode("utf-8-sig")


def _read(content: bytes, name: str, *, shipped: bool) -> ProductReading:
    columns, rows = _rows(content, name)
    known = _known_columns(columns, name)
    products: dict[str, Product] = {}
    rejects = []
    for number, cells in enumerate(rows, 1):
        read = read_row({column: cells.get(given, "") for given, column in known.items()}, shipped=shipped)
        if isinstance(read, Product) and read.id in products:
            read = Flaw.DUPLICATE
        if isinstance(read, Product):
            products[read.id] = read
        else:
            rejects.append(Reject(number, cells, read))
    return ProductReading(tuple(products.values()), tuple(rejects))


def _rows(content: bytes, name: str) -> tuple[Sequence[str], Sequence[Cells]]:
    if len(content) > LARGEST_BYTES:
        raise CareError("products.too_large", name=name, megabytes=LARGEST_BYTES // 2**20, rows=f"{MOST_ROWS:,}")
    suffix = Path(name).suffix.lower()
    if suffix == ".csv":
        columns, rows = _csv_rows(content, name)
    elif suffix == ".parquet":
        columns, rows = _parquet_rows(content, name)
    else:
        raise CareError("products.unknown_format", name=name)
    if len(rows) > MOST_ROWS:
        raise CareError("products.too_large", name=name, megabytes=LARGEST_BYTES // 2**20, rows=f"{MOST_ROWS:,}")
    return columns, rows


def _csv_rows(content: bytes, name: str) -> tuple[Sequence[str], Sequence[Cells]]:
    try:
        reader = csv.reader(io.StringIO(_decoded(content), newline=""))
        columns = next(reader, [])
        rows = [_csv_row(columns, row) for row in reader if any(cell.strip() for cell in row)]
    except (csv.Error, UnicodeDecodeError) as error:
        raise CareError("products.not_a_table", name=name) from error
    return columns, rows


def _csv_row(columns: Sequence[str], row: Sequence[str]) -> Cells:
    beyond = row[len(columns) :]
    # Kept under a name of its own, so that nothing of a bad row is lost.
    return {**dict(zip(columns, row, strict=False)), **({"": ",".join(beyond)} if beyond else {})}


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp949")  # as Korean Excel writes


def _parquet_rows(content: bytes, name: str) -> tuple[Sequence[str], Sequence[Cells]]:
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        unpacked = sum(group.total_byte_size for group in groups)
        if file.metadata.num_rows > MOST_ROWS or unpacked > _MOST_UNPACKED:
            raise CareError("products.too_large", name=name, megabytes=LARGEST_BYTES // 2**20, rows=f"{MOST_ROWS:,}")
        table = file.read()
        rows = [{str(key): _as_text(value) for key, value in row.items()} for row in table.to_pylist()]
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise CareError("products.not_a_table", name=name) from error
    return table.column_names, rows


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple):
        return "|".join(map(_as_text, value))
    return str(value)


def _known_columns(columns: Sequence[str], name: str) -> dict[str, str]:
    """Map the file's columns to ours, leaving out those we do not know."""
    known: dict[str, str] = {}
    for given in columns:
        plain = given.strip().lower()
        column = _KOREAN.get(plain, plain)
        if column in known.values():
            raise CareError("products.columns_twice", name=name, column=column)
        if column in COLUMNS or column in OPTIONAL:
            known[given] = column
    missing = [column for column in COLUMNS if column not in known.values()]
    if missing:
        found = [" ".join(given.split())[:40] for given in columns[:_NAMED] if given.strip()]
        raise CareError(
            "products.missing_columns", name=name, missing=", ".join(missing), found=", ".join(found) or "-"
        )
    return known


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula."""
    return f"'{cell}" if cell.lstrip().startswith(("=", "+", "-", "@")) or cell[:1] in ("\t", "\r") else cell
