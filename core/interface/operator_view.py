"""The operator's page: behind a password, products, what was shown and clicked, and results of other systems."""

import streamlit as st

from core.errors import ScalpError
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.operator_counts import draw_counts
from core.interface.operator_directory import draw_directory
from core.interface.operator_door import draw_door, draw_leave, has_door, is_open
from core.interface.operator_results import draw_results


def draw_operator() -> None:
    """Draw the page below its header."""
    if not has_door():
        st.info(f"{say('products.operator.locked')} {say('products.operator.off')}", icon=":material/lock:")
        return
    if not is_open():
        st.markdown(say("products.operator.locked"))
        draw_door()
        return
    draw_leave()
    try:
        draw_directory()
        draw_counts()
        draw_results()
    except ScalpError as error:
        st.error(plain(error.message(current_language())), title=say("common.error.title"))
