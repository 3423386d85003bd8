"""What was shown and clicked, as the operator sees it and takes it along."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd
import streamlit as st

from core.care.product_links import shop_patterns
from core.care.product_rows import SEARCH
from core.interface.language import current_language, say
from core.interface.product_catalogue import get_catalogue
from core.interface.resources import get_store
from core.interface.sentences import raise_first
from core.interface.statistics_table import harmless
from core.records.product_counts import VIEW
from core.records.product_statistics import (
    AGE_BANDS,
    CONDITIONS,
    SEXES,
    ProductStatistics,
    Tallies,
    Tally,
    TallyLine,
    product_statistics,
)
from core.settings import get_settings
from core.taxonomy import AgeBand, Condition, Sex

_MEASURES: Final = ("shown", "clicked", "share")
EXPORT_COLUMNS: Final = ("product", "condition", "sex", "age_band", "shown", "clicked")
_ALL: Final = "all"
_NOT_TOLD: Final = "not told"


def draw_counts() -> None:
    """Draw the figures that may be published.

    Raises:
        ScalpError: The records cannot be read.
    """
    st.subheader(say("products.operator.counts"), anchor=False)
    statistics = product_statistics(get_store())
    if statistics.empty:
        st.markdown(say("products.operator.counts_empty"))
        return
    st.caption(say("products.operator.counts_note"))
    names = _names(statistics)
    st.markdown(f"**{say('products.operator.by_product')}**")
    st.dataframe(_product_table(statistics, names), hide_index=True, alt=say("products.operator.by_product"))
    st.markdown(f"**{say('products.operator.by_group')}**")
    _draw_groups(statistics, names)
    st.download_button(
        say("products.operator.counts_export"),
        counts_as_csv(statistics),
        "product-counts.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def counts_as_csv(statistics: ProductStatistics) -> bytes:
    """Return the published figures as CSV (UTF-8 with byte order mark); what is not published has empty cells."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(EXPORT_COLUMNS)
    for product, tallies in (("any", statistics.views), *statistics.products.items()):
        for sex, band, line in _lines(tallies):
            told = (sex or _NOT_TOLD, band or _NOT_TOLD)
            writer.writerow([harmless(product), "all", *told, *_figures(line.total)])
            for condition, tally in line.by_condition.items():
                writer.writerow([harmless(product), condition or "none", *told, *_figures(tally)])
    return out.getvalue().encode("utf-8-sig")


def _lines(tallies: Tallies) -> Iterator[tuple[Sex | str | None, AgeBand | str | None, TallyLine]]:
    """List the groups of readers: everyone, then each sex, each with its ages."""
    yield _ALL, _ALL, tallies.everyone
    for sex in SEXES:
        yield sex, _ALL, tallies.by_sex[sex]
        for band in AGE_BANDS:
            yield sex, band, tallies.by_group[sex, band]


def _figures(tally: Tally | None) -> tuple[object, object]:
    return ("", "") if tally is None else (tally.shown, tally.clicked)


def _names(statistics: ProductStatistics) -> dict[str, str]:
    language = current_language()
    known = {product.id: product.name_in(language) for product in get_catalogue().products}
    known |= {
        f"{SEARCH}{shop}": say("products.operator.search", shop=say(f"products.search.{shop}"))
        for shop in shop_patterns(get_settings())
    }
    return {name: known.get(name, say("products.operator.gone", id=name)) for name in statistics.products}


def _product_table(statistics: ProductStatistics, names: Mapping[str, str]) -> pd.DataFrame:
    totals = [tallies.everyone.total for tallies in statistics.products.values()]
    measures = {
        say(f"products.column.{measure}"): [_figure(tally, measure) for tally in totals] for measure in _MEASURES
    }
    return pd.DataFrame({say("products.column.product"): [names[name] for name in statistics.products], **measures})


def _draw_groups(statistics: ProductStatistics, names: Mapping[str, str]) -> None:
    of_what, which = st.columns([3, 2])
    with of_what:
        product: str = st.selectbox(
            say("products.column.product"),
            [VIEW, *names],
            format_func=lambda name: names.get(name, say("products.operator.any")),
            key="operator_product",
        )
    with which:
        measure: str = st.segmented_control(
            say("products.operator.measure"),
            _MEASURES,
            default=_MEASURES[0],
            format_func=lambda name: say(f"products.operator.measure_{name}"),
            key="operator_measure",
            required=True,
        )
    tallies = statistics.products.get(product, statistics.views)
    if tallies.everyone.total is None:
        st.markdown(say("products.operator.counts_empty"))
        return
    st.dataframe(_group_table(tallies, measure), hide_index=True, alt=say("products.operator.by_group"))


def _group_table(tallies: Tallies, measure: str) -> pd.DataFrame:
    """Arrange groups by condition; groups and conditions that nobody is in are left out."""
    nobody = Tally(0, 0)
    shown = [row for row in _lines(tallies) if row[2].total != nobody]
    columns = {
        say("products.column.sex"): [_sex(sex) for sex, _, _ in shown],
        say("products.column.age_band"): [_age(band) for _, band, _ in shown],
        say("products.column.total"): [_figure(line.total, measure) for _, _, line in shown],
    }
    for condition in CONDITIONS:
        if tallies.everyone.by_condition[condition] != nobody:
            columns[_condition(condition)] = [_figure(line.by_condition[condition], measure) for _, _, line in shown]
    return pd.DataFrame(columns)


def _figure(tally: Tally | None, measure: str) -> str:
    if tally is None or (measure == "share" and tally.share is None):
        return say("products.operator.hidden")
    if measure == "share":
        return f"{tally.share:.0%}"
    return f"{tally.shown if measure == 'shown' else tally.clicked:,}"


def _sex(sex: Sex | str | None) -> str:
    if sex == _ALL:
        return say("products.operator.everyone")
    return raise_first(say(f"taxonomy.sex.{sex}")) if sex else say("products.operator.untold")


def _age(band: AgeBand | str | None) -> str:
    if band == _ALL:
        return say("products.operator.every_age")
    return say(f"taxonomy.age_band.{band}") if band else say("products.operator.untold")


def _condition(condition: Condition | None) -> str:
    return raise_first(say(f"taxonomy.condition.{condition}")) if condition else say("products.operator.no_condition")
