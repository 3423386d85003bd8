"""What is worth buying and what is not: kinds of products, products of the operator's, searches in shops.

Everything in a product file is a stranger's text: it is shown as plain text, links are https alone, and no picture is
loaded unless the operator's settings say so.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import streamlit as st

from core.care.plan import Plan
from core.care.product_links import ShopSearch, host_of, search_words, shop_searches
from core.care.product_matching import LeftOut, Offer, Selection
from core.care.product_rows import SEARCH
from core.errors import ScalpError
from core.findings import scalp_types
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.product_cards import kinds_list, left_out_list, product_card
from core.interface.product_catalogue import get_catalogue, get_starter
from core.interface.product_counting import note_shown, on_click
from core.interface.sentences import raise_first
from core.locale import Language
from core.records.product_counts import Reader, today
from core.settings import get_settings
from core.taxonomy import AgeBand, Condition, Sex

FIRST_SHOWN: Final = 5
_ALL_KEY: Final = "products_all"
_STYLE_SHEET: Final = Path(__file__).with_name("products.css")


@st.fragment
def draw_products(
    plan: Plan, view: str, sex: Sex | None = None, age_band: AgeBand | None = None, *, counted: bool = True
) -> None:
    """Draw what to buy for a plan; nothing but a sentence where a doctor comes first.

    Args:
        plan: The plan.
        view: Names the result in this session: what is shown for it is counted once. It goes nowhere else.
        sex: As told.
        age_band: As told.
        counted: Whether to count; not for pictures that ship as examples.
    """
    st.html(_STYLE_SHEET)
    st.subheader(say("products.page.heading"), anchor="products")
    try:
        kinds = get_starter().select(plan, sex, age_band)
        chosen = get_catalogue().select(plan, sex, age_band)
    except ScalpError as error:
        st.error(plain(error.message(current_language())), title=say("common.error.title"))
        return
    if kinds.withheld:
        st.info(say("products.page.doctor_first"), icon=":material/stethoscope:")
        return
    page = _Page(view, Reader(_worst(plan), sex, age_band, today()), counted=counted)
    if not kinds.offers and not chosen.offers:
        st.markdown(say("products.page.nothing"))
    _draw_kinds(kinds)
    _draw_offers(chosen, page)
    _draw_left_out((*kinds.left_out, *chosen.left_out))
    _draw_searches(shop_searches(scalp_types(plan.findings), get_settings()), page)
    if page.count():
        st.caption(say("products.page.count_note"))


class _Page:
    """What one view shows, and whether it is counted."""

    def __init__(self, view: str, reader: Reader, *, counted: bool) -> None:
        self._view, self._reader, self._counted = view, reader, counted
        self._shown: list[str] = []

    def note(self, *identities: str) -> None:
        """Take down what is on the page."""
        self._shown += identities

    def count(self) -> bool:
        """Count what was taken down, in one write; say whether there was anything to count."""
        if not (self._counted and self._shown):
            return False
        note_shown(self._view, self._reader, self._shown)
        return True

    def draw_link(self, label: str, url: str, identity: str, key: str, *, stretched: bool = False) -> None:
        """Draw a link that is counted when it is pressed, and opens in another tab either way."""
        st.link_button(
            label,
            url,
            key=key,
            icon=":material/open_in_new:",
            width="stretch" if stretched else "content",
            wrap=True,
            on_click=partial(on_click, self._view, identity) if self._counted else "ignore",
        )


def _draw_kinds(kinds: Selection) -> None:
    if not kinds.offers:
        return
    st.markdown(f"**{say('products.page.kinds')}**")
    st.html(kinds_list(kinds.offers))
    st.caption(say("products.page.kinds_note"))


def _draw_offers(chosen: Selection, page: _Page) -> None:
    if not chosen.offers:
        return
    st.markdown(f"**{say('products.page.products')}**")
    shown = chosen.offers if st.session_state.get(_ALL_KEY) else chosen.offers[:FIRST_SHOWN]
    page.note(*(offer.product.id for offer in shown))
    for number, offer in enumerate(shown):
        _draw_offer(offer, number, page)
    if len(chosen.offers) > FIRST_SHOWN:
        words = "fewer" if st.session_state.get(_ALL_KEY) else "all"
        label = say(f"products.page.{words}", n=len(chosen.offers))
        st.button(label, key="products_more", icon=":material/unfold_more:", type="tertiary", on_click=_toggle)
    st.caption(say("products.page.order_note"))


def _toggle() -> None:
    st.session_state[_ALL_KEY] = not st.session_state.get(_ALL_KEY, False)


def _draw_offer(offer: Offer, number: int, page: _Page) -> None:
    product = offer.product
    with st.container(border=True, key=f"product_card_{number}"):
        said, link = st.columns([3, 1], vertical_alignment="center")
        with said:
            if get_settings().product_images and product.image:
                st.image(product.image, width=96, alt=product.name_in(current_language()))
            st.html(product_card(offer))
        if product.link:
            with link:
                label = say("products.page.open", host=plain(host_of(product.link)))
                page.draw_link(label, product.link, product.id, f"product_link_{number}", stretched=True)


def _draw_left_out(left_out: Sequence[LeftOut]) -> None:
    if not left_out:
        return
    with st.expander(say("products.left_out.heading", n=len(left_out))):
        st.html(left_out_list(left_out))


def _draw_searches(searches: Sequence[ShopSearch], page: _Page) -> None:
    if not searches:
        return
    st.markdown(f"**{say('products.search.heading')}**")
    page.note(*map(_search_id, searches))
    language = current_language()
    for scalp_type in dict.fromkeys(search.scalp_type for search in searches):
        of_type = [search for search in searches if search.scalp_type is scalp_type]
        name = raise_first(say(f"taxonomy.scalp_type.{scalp_type}"))
        line = say("products.search.line", type=name, words=of_type[0].words)
        if language is not Language.KOREAN:
            line += " " + say("products.search.gloss", gloss=search_words(language, scalp_type))
        st.markdown(line)
        with st.container(horizontal=True, gap="small", key=f"search_{scalp_type}"):
            for search in of_type:
                page.draw_link(
                    say(f"products.search.{search.shop}"), search.url, _search_id(search), f"{search.shop}_{scalp_type}"
                )
    st.caption(say("products.search.note"))


def _worst(plan: Plan) -> Condition | None:
    """The condition with the highest grade above good; the first of the taxonomy where several have it."""
    present = [finding for finding in plan.findings if finding.present]
    return max(present, key=lambda finding: int(finding.severity or 0)).condition if present else None


def _search_id(search: ShopSearch) -> str:
    return f"{SEARCH}{search.shop}"
