"""What is worth buying and what is not: kinds of products, products of the operator's, searches in shops.

Everything in a product file is a stranger's text: it is shown as plain text, links are https alone, and no picture is
loaded unless the operator's settings say so.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import streamlit as st

from core.care.plan import Plan
from core.care.product_links import ShopSearch, host_of, search_words, shop_searches
from core.care.product_matching import Cause, LeftOut, Match, Offer, Selection
from core.care.product_rows import SEARCH
from core.care.products import ProductKind
from core.errors import ScalpError
from core.findings import scalp_types
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.product_catalogue import get_catalogue, get_starter
from core.interface.product_counting import note_shown, on_click
from core.interface.sentences import raise_first
from core.locale import Language
from core.records.product_counts import Shown, today
from core.settings import get_settings
from core.taxonomy import AgeBand, Condition, Sex

FIRST_SHOWN: Final = 5
_ICONS: Final = {
    ProductKind.SHAMPOO: ":material/soap:",
    ProductKind.CONDITIONER: ":material/shower:",
    ProductKind.TONIC: ":material/water_drop:",
    ProductKind.SERUM: ":material/colorize:",
    ProductKind.SCRUB: ":material/grain:",
    ProductKind.OTHER: ":material/category:",
}


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
    st.subheader(say("products.page.heading"), anchor=False)
    try:
        kinds = get_starter().select(plan, sex, age_band)
        chosen = get_catalogue().select(plan, sex, age_band)
    except ScalpError as error:
        st.error(plain(error.message(current_language())), title=say("common.error.title"))
        return
    if kinds.withheld:
        st.info(say("products.page.doctor_first"), icon=":material/stethoscope:")
        return
    reader = _Reader(plan, view, sex, age_band, counted=counted)
    if not kinds.offers and not chosen.offers:
        st.markdown(say("products.page.nothing"))
    _draw_kinds(kinds)
    _draw_offers(chosen, reader)
    _draw_left_out((*kinds.left_out, *chosen.left_out))
    _draw_searches(shop_searches(scalp_types(plan.findings), get_settings()), reader)
    if reader.count():
        st.caption(say("products.page.count_note"))


class _Reader:
    """Whose result is looked at, and what of it is counted."""

    def __init__(self, plan: Plan, view: str, sex: Sex | None, age_band: AgeBand | None, *, counted: bool) -> None:
        self._view, self._sex, self._age_band, self._counted = view, sex, age_band, counted
        graded = [finding for finding in plan.findings if finding.present]
        self._worst = max(graded, key=lambda finding: int(finding.severity or 0)).condition if graded else None
        self._shown: dict[str, Condition | None] = {}

    def note(self, offers: Iterable[Offer] = (), searches: Iterable[ShopSearch] = ()) -> None:
        """Take down what is on the page."""
        self._shown |= {offer.product.id: offer.condition for offer in offers}
        self._shown |= {_search_id(search): self._worst for search in searches}

    def count(self) -> bool:
        """Count what was taken down, in one write; say whether there was anything."""
        if not (self._counted and self._shown):
            return False
        day = today()
        note_shown(
            self._view,
            [Shown(name, "care", condition, self._sex, self._age_band, day) for name, condition in self._shown.items()],
        )
        return True

    def draw_link(self, label: str, url: str, identity: str, key: str) -> None:
        """Draw a link that is counted when it is pressed, and opens in another tab either way."""
        if self._counted:
            st.link_button(
                label, url, key=key, on_click=on_click, args=(self._view, identity), icon=":material/open_in_new:"
            )
        else:
            st.link_button(label, url, key=key, icon=":material/open_in_new:")


def _draw_kinds(kinds: Selection) -> None:
    if not kinds.offers:
        return
    st.markdown(f"**{say('products.page.kinds')}**")
    st.caption(say("products.page.kinds_note"))
    lines = [f"- {_ICONS[offer.product.kind]} {_name(offer)}  \n  {_small(_whys(offer))}" for offer in kinds.offers]
    st.markdown("\n".join(lines))


def _draw_offers(chosen: Selection, reader: _Reader) -> None:
    if not chosen.offers:
        return
    st.markdown(f"**{say('products.page.products')}**")
    st.caption(say("products.page.order_note"))
    key = "products_all"
    shown = chosen.offers if st.session_state.get(key) else chosen.offers[:FIRST_SHOWN]
    reader.note(offers=shown)
    for number, offer in enumerate(shown):
        _draw_offer(offer, number, reader)
    if len(chosen.offers) > FIRST_SHOWN:
        label = (
            say("products.page.fewer") if st.session_state.get(key) else say("products.page.all", n=len(chosen.offers))
        )
        st.button(label, key="products_more", type="tertiary", on_click=_toggle, args=(key,))


def _toggle(key: str) -> None:
    st.session_state[key] = not st.session_state.get(key, False)


def _draw_offer(offer: Offer, number: int, reader: _Reader) -> None:
    product = offer.product
    with st.container(border=True, key=f"product_{number}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if get_settings().product_images and product.image:
                st.image(product.image, width=72, alt=product.name_in(current_language()))
            st.markdown(f"{_ICONS[product.kind]} **{_name(offer)}**", width="content")
            if product.sponsored:
                st.badge(say("products.page.sponsored"), color="orange", help=say("products.page.sponsored_help"))
            if offer.medicine:
                st.badge(say("products.page.medicine"), color="gray", help=say("products.page.medicine_help"))
        facts = [plain(product.brand), say(f"products.kind.{product.kind}"), _price(product.price_krw)]
        st.caption(" · ".join(fact for fact in facts if fact))
        st.markdown(_small(_whys(offer)))
        if product.link:
            label = say("products.page.open", host=plain(host_of(product.link)))
            reader.draw_link(label, product.link, product.id, key=f"product_link_{number}")


def _name(offer: Offer) -> str:
    return plain(offer.product.name_in(current_language()))


def _price(price: int | None) -> str:
    return "" if price is None else say("products.page.price", price=f"{price:,}")


def _small(lines: Sequence[str]) -> str:
    return "  \n  ".join(f":small[{line}]" for line in lines)


def _whys(offer: Offer) -> list[str]:
    return [_why(match) for match in offer.matches]


def _why(match: Match) -> str:
    language = current_language()
    ingredient = plain(match.ingredient.name.in_language(language))
    about = [reason for reason in match.line.reasons if reason.name == match.condition] or list(match.line.reasons)
    reason = plain("; ".join(reason.text(language) for reason in about))
    if match.use is None:
        return say("products.page.why_plan", reason=reason, ingredient=ingredient)
    evidence = say(f"products.evidence.{match.use.level.value if match.use.level else 'none'}")
    return say("products.page.why", reason=reason, ingredient=ingredient, evidence=evidence)


def _draw_left_out(left_out: Sequence[LeftOut]) -> None:
    if not left_out:
        return
    with st.expander(say("products.left_out.heading", n=len(left_out))):
        lines = [
            f"- **{plain(one.product.name_in(current_language()))}**{_ad(one)}  \n  {_small([_why_not(one)])}"
            for one in left_out
        ]
        st.markdown("\n".join(lines))


def _ad(one: LeftOut) -> str:
    return f" :orange-badge[{say('products.page.sponsored')}]" if one.product.sponsored else ""


def _why_not(one: LeftOut) -> str:
    language = current_language()
    values = {}
    if one.ingredient is not None:
        values["ingredient"] = plain(one.ingredient.name.in_language(language))
    if one.cause is Cause.PLAN_AVOIDS and one.line is not None:
        values["line"] = plain(one.line.text(language))
    if one.cause is Cause.GRADE_AVOIDS and one.use is not None:
        values["line"] = plain(one.use.text.in_language(language))
    return say(f"products.left_out.{one.cause}", **values)


def _draw_searches(searches: Sequence[ShopSearch], reader: _Reader) -> None:
    if not searches:
        return
    st.markdown(f"**{say('products.search.heading')}**")
    reader.note(searches=searches)
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
                reader.draw_link(
                    say(f"products.search.{search.shop}"), search.url, _search_id(search), f"{search.shop}_{scalp_type}"
                )
    st.caption(say("products.search.note"))


def _search_id(search: ShopSearch) -> str:
    return f"{SEARCH}{search.shop}"
