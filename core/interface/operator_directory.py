"""The operator's product directory: what is in it, files in and out."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from core.care.product_file import ProductReading, products_as_csv, read_products
from core.care.product_links import host_of
from core.care.products import Product
from core.errors import ScalpError
from core.interface.language import current_language, say
from core.interface.markup import browser_words, plain
from core.interface.product_catalogue import get_catalogue
from core.interface.resources import get_store
from core.records.product_directory import SaveReport, remove_products, save_products

_DONE_KEY: Final = "operator_done"
_FILE_KEY: Final = "operator_file"
_NAMED_REJECTS: Final = 10
_HEIGHT_PX: Final = 320


def draw_directory() -> None:
    """Draw the directory, and what came of the last import.

    Raises:
        ScalpError: The directory cannot be read.
    """
    st.subheader(say("products.operator.directory"), anchor=False)
    _draw_done()
    products = get_catalogue().products
    if products:
        sponsored = sum(product.sponsored for product in products)
        st.markdown(say("products.operator.directory_state", n=f"{len(products):,}", sponsored=f"{sponsored:,}"))
        st.dataframe(
            _table(products),
            hide_index=True,
            height=_HEIGHT_PX if len(products) > 8 else "auto",
            alt=say("products.operator.directory"),
        )
    else:
        st.markdown(say("products.operator.directory_empty"))
    _draw_import()
    with st.container(horizontal=True):
        st.download_button(
            say("products.operator.template"),
            products_as_csv(()),
            "products.csv",
            "text/csv",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )
        if products:
            _draw_export_and_removal(products)


def _table(products: Sequence[Product]) -> pd.DataFrame:
    language = current_language()
    return pd.DataFrame(
        {
            say("products.column.id"): [product.id for product in products],
            say("products.column.name"): [product.name_in(language) for product in products],
            say("products.column.sponsored"): [product.sponsored for product in products],
            say("products.column.brand"): [product.brand for product in products],
            say("products.column.kind"): [say(f"products.kind.{product.kind}") for product in products],
            say("products.column.ingredients"): [", ".join(product.ingredients) for product in products],
            say("products.column.price"): pd.array([product.price_krw for product in products], dtype="Int64"),
            say("products.column.link"): [host_of(product.link) if product.link else "" for product in products],
        }
    )


def _draw_import() -> None:
    choose = say("products.operator.choose")
    st.html(browser_words(choose, choose))
    with st.form("operator_import", border=False, clear_on_submit=True):
        st.file_uploader(
            say("products.operator.import"),
            type=["csv", "parquet"],
            key=_FILE_KEY,
            help=say("products.operator.import_help"),
        )
        st.form_submit_button(say("products.operator.start"), type="primary", on_click=_import)
    st.caption(say("products.operator.import_help"))


def _import() -> None:
    file = st.session_state.get(_FILE_KEY)
    if file is None:
        return
    try:
        reading = read_products(file.getvalue(), file.name)
        saved = save_products(get_store(), [product.as_row() for product in reading.products])
    except ScalpError as error:
        st.session_state[_DONE_KEY] = error
    else:
        st.session_state[_DONE_KEY] = (saved, reading)


def _draw_done() -> None:
    """Say what came of the last import or removal, until the next one."""
    done: tuple[SaveReport, ProductReading] | ScalpError | int | None = st.session_state.get(_DONE_KEY)
    if isinstance(done, ScalpError):
        st.error(plain(done.message(current_language())), title=say("common.error.title"))
    elif isinstance(done, int):
        st.success(say("products.operator.removed", n=f"{done:,}"), icon=":material/check:")
    elif done is not None:
        saved, reading = done
        rejected = len(reading.rejects)
        words = say(
            "products.operator.report",
            added=f"{saved.added:,}",
            changed=f"{saved.changed:,}",
            unchanged=f"{saved.unchanged:,}",
            rejected=f"{rejected:,}",
        )
        (st.warning if rejected else st.success)(words)
        _draw_rejects(reading)


def _draw_rejects(reading: ProductReading) -> None:
    if not reading.rejects:
        return
    language = current_language()
    with st.expander(say("products.operator.rejects"), expanded=True):
        lines = [
            say("products.operator.reject_line", row=reject.row, reason=reject.flaw.message(language))
            for reject in reading.rejects[:_NAMED_REJECTS]
        ]
        if len(reading.rejects) > _NAMED_REJECTS:
            lines.append(say("products.operator.reject_more", n=f"{len(reading.rejects) - _NAMED_REJECTS:,}"))
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))
        st.download_button(
            say("products.operator.rejects_download"),
            reading.rejects_as_csv(),
            "products.rejects.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )


def _draw_export_and_removal(products: Sequence[Product]) -> None:
    st.download_button(
        say("products.operator.export"),
        products_as_csv(products),
        "products.csv",
        "text/csv",
        key="operator_export",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )
    with st.popover(say("products.operator.remove"), icon=":material/delete:", type="tertiary"):
        st.markdown(say("products.operator.remove_sure", n=f"{len(products):,}"))
        st.button(say("products.operator.remove_yes"), key="operator_remove", type="primary", on_click=_remove)


def _remove() -> None:
    try:
        st.session_state[_DONE_KEY] = remove_products(get_store())
    except ScalpError as error:
        st.session_state[_DONE_KEY] = error
