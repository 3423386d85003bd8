"""`python -m core clinics ...`."""

from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import JsonFlag, say, say_json

if TYPE_CHECKING:
    from core.clinics.directory import Nearby

clinics = typer.Typer(rich_markup_mode=None, help="The directory of clinics.", no_args_is_help=True)


@clinics.callback()
def _group() -> None:
    """Keep `near` a command of its own: a group of one command would swallow its name."""


# Unknown options are passed on, so that a position south of the equator is not taken for an option.
@clinics.command(context_settings={"ignore_unknown_options": True})
def near(
    latitude: Annotated[float, typer.Argument(metavar="LAT", min=-90, max=90, help="Degrees north.")],
    longitude: Annotated[float, typer.Argument(metavar="LON", min=-180, max=180, help="Degrees east.")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    as_json: JsonFlag = False,
) -> None:
    """List the clinics nearest to a position, nearest first; with --json one line a clinic."""
    from core.clinics.directory import Directory

    for found in Directory.read().near(latitude, longitude, limit):
        if as_json:
            say_json(_as_json(found))
        else:
            clinic = found.clinic
            say(
                f"{found.distance_km:7.1f} km  {'  '.join(w for w in (clinic.name, clinic.phone, clinic.address) if w)}"
            )


def _as_json(found: "Nearby") -> dict[str, object]:
    clinic = found.clinic
    names = ("id", "name", "name_en", "kind", "departments", "address", "phone", "homepage", "latitude", "longitude")
    values = {name: getattr(clinic, name) for name in names}
    return {"distance_km": round(found.distance_km, 3), **values, "source": clinic.source}
