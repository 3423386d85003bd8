"""The products that there are, read once and shared by all sessions until the directory changes."""

from pathlib import Path

import streamlit as st

from core.care.knowledge import load_knowledge
from core.care.product_file import starter_products
from core.care.product_matching import Catalogue
from core.care.products import Product
from core.interface.resources import get_store
from core.records.product_directory import directory_version, list_products


def get_starter() -> Catalogue:
    """Return the neutral set that ships.

    Raises:
        CareError: It, or the knowledge about ingredients, cannot be read.
    """
    return _starter()


def get_catalogue() -> Catalogue:
    """Return the operator's products.

    Raises:
        CareError: The knowledge about ingredients cannot be read.
        RecordsError: The records cannot be read.
    """
    store = get_store()
    return _catalogue(store.path, directory_version(store))


@st.cache_resource(show_spinner=False)
def _starter() -> Catalogue:
    return Catalogue(starter_products(), load_knowledge().ingredients)


@st.cache_resource(show_spinner=False, max_entries=2)
def _catalogue(path: Path, version: int) -> Catalogue:  # noqa: ARG001 (the key under which it is shared)
    products = [Product.from_row(row) for row in list_products(get_store())]
    return Catalogue(products, load_knowledge().ingredients)
