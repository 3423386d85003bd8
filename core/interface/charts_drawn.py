"""Charts drawn from templates: Altair builds each form of a chart once, and new figures are filled in.

Altair takes about 100 ms a chart, nearly all of it for copying; filling in takes less than one. What differs between
two charts of one form, be it a list, a number or words within an expression, is a slot while it is built.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import altair as alt
import pandas as pd

# In no text: the private use area.
_EDGE: Final = "\ue001"

Spec = dict[str, Any]


def slot(name: str) -> Any:  # noqa: ANN401 (stands for whatever is filled in)
    """Return what stands for a value while a template is built: alone for any value, within words for its words."""
    return f"{_EDGE}{name}{_EDGE}"


def table(name: str) -> alt.NamedData:
    """Return what stands for rows while a template is built."""
    return alt.NamedData(name=name)


@dataclass(frozen=True, eq=False)
class Drawn:
    """One chart.

    Attributes:
        template: Its form, shared with other charts and never changed: a Vega-Lite specification with slots.
        slots: What is filled in.
        tables: Rows by the name of their table.
        properties: Top-level properties of the specification, such as `height`.
    """

    template: Spec
    slots: Mapping[str, object]
    tables: Mapping[str, pd.DataFrame]
    properties: Mapping[str, object]

    @cached_property
    def filled(self) -> Spec:
        """The specification with its rows as frames, as Streamlit takes them; not to be changed."""
        spec: Spec = _fill(self.template, self.slots)
        datasets = {**spec.get("datasets", {}), **self.tables}
        return {**spec, **self.properties, "datasets": datasets}

    def to_dict(self) -> Spec:
        """Return the specification as plain values."""
        rows = {name: _records(rows) for name, rows in self.tables.items()}
        return {**self.filled, "datasets": {**self.filled["datasets"], **rows}}

    def as_altair(self) -> Any:  # noqa: ANN401 (layered, configured charts as Any)
        """Return the chart as Altair has it, checked against the schema."""
        return alt.Chart.from_dict(self.to_dict())


def _fill(part: Any, slots: Mapping[str, object]) -> Any:  # noqa: ANN401 (any part of a specification)
    if isinstance(part, dict):
        return {name: _fill(value, slots) for name, value in part.items()}
    if isinstance(part, list):
        return [_fill(value, slots) for value in part]
    if not isinstance(part, str) or _EDGE not in part:
        return part
    pieces = part.split(_EDGE)
    if len(pieces) == 3 and not pieces[0] and not pieces[2]:
        return slots[pieces[1]]
    return "".join(str(slots[piece]) if place % 2 else piece for place, piece in enumerate(pieces))


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    # Where nothing is there, JSON has null, not a number that is none.
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()} for row in rows.to_dict("records")
    ]
