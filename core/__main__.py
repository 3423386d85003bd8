"""The command line: `python -m core COMMAND`. Exit code 0 is success, 1 an error one can act on, 2 wrong usage."""

import io
import sys
from collections.abc import Sequence

import typer

from core.commands.benchmark import benchmark
from core.commands.clinics import clinics
from core.commands.compare import compare
from core.commands.console import complain
from core.commands.diagnose import diagnose
from core.commands.ensemble import ensemble
from core.commands.evaluate import evaluate
from core.commands.import_photos import import_photos
from core.commands.products import products
from core.commands.results import demo_data, results
from core.commands.synthesize import synthesize
from core.commands.train import train
from core.errors import ScalpError

app = typer.Typer(
    help="ScalpSpectra grades photos of the scalp. It is not a medical diagnosis.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (diagnose, train, evaluate, compare, ensemble, synthesize, benchmark):
    app.command()(command)
app.command("import-photos")(import_photos)
app.command("demo-data")(demo_data)
app.add_typer(results, name="results")
app.add_typer(clinics, name="clinics")
app.add_typer(products, name="products")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command.

    Args:
        arguments: What follows `python -m core`; None takes it from the process.

    Raises:
        SystemExit: Always, with the exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A Korean name in a pipe of another code page must not end a run half way.
            stream.reconfigure(errors="backslashreplace")
    try:
        app(arguments, prog_name="python -m core")
    except ScalpError as error:
        complain(error)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
