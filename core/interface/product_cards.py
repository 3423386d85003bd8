"""Products in HTML. Names and brands are third-party text: everything is escaped here."""

from collections.abc import Sequence
from html import escape

from core.care.product_matching import Cause, LeftOut, Match, Offer
from core.interface.language import current_language, say


def kinds_list(offers: Sequence[Offer]) -> str:
    """Return kinds of products under the grade or answer that each is for."""
    groups: dict[str, list[Offer]] = {}
    for offer in offers:
        groups.setdefault(_reason(offer.matches[0]), []).append(offer)
    parts = []
    for reason, members in groups.items():
        items = "".join(
            f"<li>{escape(_name(offer))}<span>{escape(_evidence(offer.matches[0]))}</span></li>" for offer in members
        )
        parts.append(f"<div><p>{escape(reason)}</p><ul>{items}</ul></div>")
    return f'<div class="ss-kinds">{"".join(parts)}</div>'


def product_card(offer: Offer) -> str:
    """Return what there is to say about a product: its labels first, then facts, then why it is here."""
    product = offer.product
    labels = [("sponsored", "ss-ad")] if product.sponsored else []
    labels += [("medicine", "ss-medicine")] if offer.medicine else []
    tags = "".join(
        f'<span class="ss-tag {style}" title="{escape(say(f"products.page.{name}_help"))}">'
        f"{escape(say(f'products.page.{name}'))}</span>"
        for name, style in labels
    )
    price = "" if product.price_krw is None else say("products.page.price", price=f"{product.price_krw:,}")
    facts = [fact for fact in (product.brand, say(f"products.kind.{product.kind}"), price) if fact]
    whys = "".join(f"<li>{escape(_why(match))}</li>" for match in offer.matches)
    return (
        f'<div class="ss-product"><p>{tags}<b>{escape(_name(offer))}</b></p>'
        f'<p class="ss-note">{escape(" · ".join(facts))}</p><ul>{whys}</ul></div>'
    )


def left_out_list(left_out: Sequence[LeftOut]) -> str:
    """Return what is left out, each with its reason."""
    items = []
    for one in left_out:
        tag = (
            f'<span class="ss-tag ss-ad">{escape(say("products.page.sponsored"))}</span>'
            if one.product.sponsored
            else ""
        )
        name = escape(one.product.name_in(current_language()))
        items.append(f"<li>{tag}<b>{name}</b><span>{escape(_why_not(one))}</span></li>")
    return f'<div class="ss-left-out"><ul>{"".join(items)}</ul></div>'


def _name(offer: Offer) -> str:
    return offer.product.name_in(current_language())


def _reason(match: Match) -> str:
    language = current_language()
    about = [reason for reason in match.line.reasons if reason.name == match.condition] or list(match.line.reasons)
    return "; ".join(reason.text(language) for reason in about)


def _evidence(match: Match) -> str:
    if match.use is None:
        return ""
    return say(f"products.evidence.{match.use.level.value if match.use.level else 'none'}")


def _why(match: Match) -> str:
    ingredient = match.ingredient.name.in_language(current_language())
    if match.use is None:
        return say("products.page.why_plan", reason=_reason(match), ingredient=ingredient)
    return say("products.page.why", reason=_reason(match), ingredient=ingredient, evidence=_evidence(match))


def _why_not(one: LeftOut) -> str:
    language = current_language()
    values = {}
    if one.ingredient is not None:
        values["ingredient"] = one.ingredient.name.in_language(language)
    if one.cause is Cause.PLAN_AVOIDS and one.line is not None:
        values["line"] = one.line.text(language)
    if one.cause is Cause.GRADE_AVOIDS and one.use is not None:
        values["line"] = one.use.text.in_language(language)
    return say(f"products.left_out.{one.cause}", **values)
