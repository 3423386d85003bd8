"""A clinic in the list. Names and addresses are third-party text: everything is escaped here."""

from html import escape

from core.clinics.directory import Nearby
from core.clinics.links import phone_link, routes_to
from core.interface.clinics_filters import word_name
from core.interface.language import say


def clinic_card(place: Nearby) -> str:
    """Return what is known about a clinic as HTML: distance, kind, departments, address, ways to reach it."""
    clinic = place.clinic
    facts = [
        say("clinics.card.distance", km=f"{place.distance_km:.1f}"),
        word_name("kind", clinic.kind),
        *(word_name("department", department) for department in clinic.departments),
    ]
    first, *others = (escape(fact) for fact in facts if fact)
    return (
        f'<div class="ss-clinic"><p><b>{first}</b>{"".join(f" · {other}" for other in others)}</p>'
        f'<p class="ss-note">{escape(clinic.address)}</p>'
        f'<p class="ss-links">{"".join(_ways(place))}</p>'
        f'<p class="ss-links"><span class="ss-note">{escape(say("clinics.card.route"))}</span>'
        f"{''.join(_routes(place))}</p></div>"
    )


def _ways(place: Nearby) -> list[str]:
    clinic = place.clinic
    links = []
    if call := phone_link(clinic.phone):
        links.append(_link(call, clinic.phone))
    if clinic.homepage:
        links.append(_link(clinic.homepage, say("clinics.card.homepage")))
    return links


def _routes(place: Nearby) -> list[str]:
    clinic = place.clinic
    assert clinic.latitude is not None
    assert clinic.longitude is not None
    routes = routes_to(clinic.name, clinic.latitude, clinic.longitude)
    named = {"kakao": routes.kakao, "naver": routes.naver, "google": routes.google}
    return [_link(address, say(f"clinics.card.{name}")) for name, address in named.items()]


def _link(address: str, label: str) -> str:
    elsewhere = "" if address.startswith("tel:") else ' target="_blank" rel="noopener noreferrer"'
    return f'<a href="{escape(address)}"{elsewhere}>{escape(label)}</a>'
