"""Packages: what each is and how it was measured, and which of them grades on the Diagnosis page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.models_default import ask_for_default, draw_notice, draw_question, draw_undo
from core.interface.models_door import draw_operator_only, may_operate
from core.interface.models_figures import figure_lines, measured_figures, package_label
from core.interface.models_served import PackageNote, current_choices, list_packages
from core.interface.models_state import choose_section, note, settle
from core.interface.models_table import table_as_csv
from core.locale import Language


def draw_packages() -> None:
    """Draw the section."""
    packages = list_packages()
    draw_notice()
    if not packages:
        st.info(say("models.packages.none"), icon=":material/inventory_2:")
        return
    _draw_serving(packages)
    names = [one.name for one in packages]
    labels = {one.name: package_label(one) for one in packages}
    st.subheader(say("models.packages.heading"), anchor="packages")
    _draw_table(packages)
    chosen: str = st.selectbox(
        say("models.packages.choose"),
        names,
        format_func=labels.__getitem__,
        key=settle("package", names, names[0]),
        persist_state="session",
        width=520,
    )
    note(package=chosen if chosen != names[0] else None)
    _draw_card(next(one for one in packages if one.name == chosen), packages)


def _draw_serving(packages: Sequence[PackageNote]) -> None:
    st.subheader(say("models.packages.serving"), anchor="serving")
    choices = current_choices()
    serving = [one for one in packages if one.serves is not None]
    columns = st.columns(max(2, len(serving)), gap="small")
    for column, package in zip(columns, serving, strict=False):
        assert package.serves is not None
        with column.container(border=True, height="stretch", key=f"models_serving_{package.serves}"):
            st.caption(say(f"taxonomy.view.{package.serves}"))
            st.markdown(f"**{plain(package_label(package))}**")
            st.markdown("\n".join(f"- {plain(line)}" for line in figure_lines(package)))
            choice = choices.get(package.serves)
            if choice is not None and choice.package == package.name:
                st.caption(say("models.packages.chosen_on", day=plain(choice.since[:10])))
                draw_undo(package.serves, choice)
    broken = [
        (view, choice)
        for view, choice in choices.items()
        if choice.package not in {package.name for package in packages}
    ]
    for view, choice in broken:
        st.warning(say("models.packages.broken", package=plain(choice.package)), icon=":material/swap_horiz:")
        draw_undo(view, choice)


def _draw_table(packages: Sequence[PackageNote]) -> None:
    import pandas as pd

    rows = [row for package in packages for row in _rows(package)]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(10, len(rows)) * 35 + 38,
        placeholder=say("models.words.unknown"),
        alt=say("models.packages.heading"),
        column_config={
            say("models.packages.package"): st.column_config.TextColumn(pinned=True),
            **{
                say(f"models.metric.{metric}"): st.column_config.NumberColumn(format="%.3f")
                for metric in ("quadratic_kappa", "accuracy", "auroc")
            },
        },
    )
    st.download_button(
        say("models.table.csv"),
        lambda: table_as_csv(rows),
        file_name="scalpspectra-packages.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key="models_packages_csv",
    )


def _rows(package: PackageNote) -> list[dict[str, Any]]:
    base = {
        say("models.packages.package"): package.id,
        say("models.packages.version"): package.version,
        say("models.packages.place"): say(f"models.packages.place_{package.name.partition('/')[0]}"),
        say("models.table.network"): package.architecture,
    }
    measured = measured_figures(package)
    if not measured:
        return [
            {
                **base,
                say("models.table.output"): "",
                say("models.packages.evidence"): say("models.packages.not_measured"),
            }
        ]
    return [
        {
            **base,
            say("models.table.output"): one.name,
            say("models.packages.evidence"): one.evidence,
            say("models.table.n"): one.n,
            **{
                say(f"models.metric.{metric}"): one.number(metric)
                for metric in ("quadratic_kappa", "accuracy", "auroc")
            },
        }
        for one in measured
    ]


def _draw_card(package: PackageNote, packages: Sequence[PackageNote]) -> None:
    with st.container(border=True, key="models_card"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{plain(package.id)}** {plain(package.version)}", width="content")
            with st.container(horizontal=True, width="content"):
                st.button(
                    say("models.packages.try"),
                    icon=":material/science:",
                    key="models_package_try",
                    on_click=choose_section,
                    args=("try", {"model": package.name}),
                )
                _draw_default_button(package)
        draw_question(package, packages)
        if package.card:
            if current_language() is not Language.ENGLISH:
                st.caption(say("models.packages.card_language"))
            st.markdown(card_text(package), anchors=False)
        else:
            st.markdown(say("models.packages.no_card"))
    if not may_operate() and package.is_grader and package.serves is None:
        with st.expander(say("models.packages.operator"), icon=":material/lock:"):
            draw_operator_only(say("models.packages.operator_why"))


def _draw_default_button(package: PackageNote) -> None:
    if package.view is None or package.serves is not None or not may_operate():
        return
    st.button(
        say("models.packages.make_default"),
        icon=":material/check_circle:",
        key="models_make_default",
        on_click=ask_for_default,
        args=(package.name,),
    )


def card_text(package: PackageNote) -> str:
    """Return a card as it stands under a heading of its own: without its title, every section a level of ours."""
    card = package.card if package.name.startswith("shipped/") else _without_pictures(package.card)
    lines = card.splitlines()
    body = lines[1:] if lines and lines[0].startswith("# ") else lines
    return "\n".join(f"##{line}" if line.startswith("#") else line for line in body)


def _without_pictures(card: str) -> str:
    """Return a card, which may come from anybody's recipe, without what a browser would fetch or take for markup."""
    return card.replace("![", "\\![").replace("<", "\\<").replace("http", "http\u2060")
