"""`python -m core benchmark`."""

from typing import Annotated

import typer

from core.commands.console import JsonFlag, say_json, say_table


def benchmark(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="What to measure; everything by default.", show_default=False),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Few repetitions: to see that it works, not to quote.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Measure the project's speed against named baselines, in one run.

    A figure alone says little, since machines differ: what counts is the ratio. A ratio that misses its target is a
    result, not an error. With --json a list on one line.
    """
    from core.benchmark import run

    rows = run(names or (), quick=quick, on_progress=lambda name: typer.echo(f"measuring {name} ...", err=True))
    if as_json:
        say_json([row.as_dict() for row in rows])
        return
    head = ("name", "ours", "baseline", "unit", "ratio", "target", "holds", "baseline is")
    say_table(
        head,
        [
            (
                *(row.name, f"{row.ours:.4g}", f"{row.baseline:.4g}", row.unit),
                *(f"{row.ratio:.3g}", f"{row.target:g}", "yes" if row.holds else "no", row.baseline_name),
            )
            for row in rows
        ],
    )
