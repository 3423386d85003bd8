"""`python -m core products ...`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import JsonFlag, files_explained, read_settings, say, say_json, say_table
from core.errors import CareError

if TYPE_CHECKING:
    from core.records.store import RecordStore

products = typer.Typer(rich_markup_mode=None, help="The operator's product directory.", no_args_is_help=True)


def _open_store() -> "RecordStore":
    from core.records.store import RecordStore

    return RecordStore.open(read_settings().database_path)


@products.command("import")
def import_file(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .parquet file.")], as_json: JsonFlag = False
) -> None:
    """Add products from a file, or bring those whose id is known up to date.

    Columns: id, name, brand, ingredients, price, image, link, sponsored; name_en, kind, sex, age_bands are optional.
    Bad rows are written beside the file with the reason, the rest is kept. Importing twice changes nothing.
    """
    from core.care.product_file import read_products
    from core.records.product_directory import save_products

    try:
        content = source.read_bytes()
    except OSError as error:
        raise CareError("products.no_file", name=source) from error
    reading = read_products(content, source.name)
    with _open_store() as store:
        saved = save_products(store, [product.as_row() for product in reading.products])
    reject_file = source.with_name(f"{source.stem}.rejects.csv") if reading.rejects else None
    if reject_file:
        with files_explained(reject_file):
            reject_file.write_bytes(reading.rejects_as_csv())
    if as_json:
        counts = {"added": saved.added, "changed": saved.changed, "unchanged": saved.unchanged}
        rejects = [{"row": reject.row, "reason": reject.flaw.value} for reject in reading.rejects]
        say_json({**counts, "rejected": rejects, "reject_file": str(reject_file) if reject_file else None})
        return
    say(
        f"{saved.added} products added, {saved.changed} brought up to date, {saved.unchanged} already there, "
        f"{len(reading.rejects)} rows rejected"
    )
    for reject in reading.rejects:
        say(f"  row {reject.row}: {reject.flaw.message()}")
    if reject_file:
        say(f"Rejected rows with their reasons: {reject_file}")


@products.command("list")
def list_stored(as_json: JsonFlag = False) -> None:
    """List the products; with --json one line a product."""
    from core.records.product_directory import list_products

    with _open_store() as store:
        rows = list_products(store)
    if as_json:
        for row in rows:
            say_json(row)
    elif rows:
        say_table(
            ("id", "price", "sponsored"),
            [
                (f"{row['id']}  {row['name']}", str(row["price_krw"] or "-"), "ad" if row["sponsored"] else "-")
                for row in rows
            ],
        )
    else:
        say("No products are stored")


@products.command()
def remove(
    identities: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Ids of products.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every product.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Take products off the directory; what was counted of them stays."""
    from core.records.product_directory import remove_products

    if bool(identities) is everything:
        raise typer.BadParameter("name either products or --all")
    if everything and not yes:
        typer.confirm("Remove every product?", abort=True, err=True)
    with _open_store() as store:
        removed = remove_products(store, None if everything else identities)
    if as_json:
        say_json({"removed": removed})
    else:
        say(f"{removed} products removed")
