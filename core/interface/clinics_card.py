"""A clinic in the list and on paper. Names and addresses are third-party text: everything is escaped here."""

from html import escape

from core.clinics.clinic import Clinic
from core.clinics.links import phone_link, routes_to, web_link
from core.clinics.map import kind_number
from core.interface.clinics_words import department_words, distance_words, hours_words, word_name
from core.interface.language import current_language, say


def clinic_card(clinic: Clinic, distance_km: float | None, wanted: tuple[str, ...], *, whole: bool) -> str:
    """Return what is known about a clinic as HTML: distance, kind, departments, address, ways to reach it.

    Args:
        clinic: The clinic.
        distance_km: How far it is; None where its place is unknown.
        wanted: Departments that are looked for.
        whole: Show everything, not only what helps to choose.
    """
    facts = [f"<b>{escape(distance_words(distance_km))}</b>"] if distance_km is not None else []
    if clinic.kind:
        kind = escape(word_name("kind", clinic.kind))
        facts.append(f'<span class="ss-kind ss-kind-{kind_number(clinic.kind)}">{kind}</span>')
    departments = department_words(clinic, wanted, all_of_them=whole)
    if whole:
        facts.insert(0, f'<span class="ss-hidden">{escape(say("clinics.result.chosen"))}</span>')
    parts = [
        f"<p>{' '.join(facts)}{f' <span>{escape(departments)}</span>' if departments else ''}</p>",
        _address(clinic),
        *(f'<p class="ss-note">{escape(line)}</p>' for line in (hours_words(clinic) if whole else ())),
        _row("", [_link(address, label, clinic) for label, address in ways(clinic)]),
        _row(say("clinics.card.route"), _routes(clinic)),
    ]
    return f'<div class="ss-clinic">{"".join(parts)}</div>'


def ways(clinic: Clinic) -> tuple[tuple[str, str], ...]:
    """Return label and address of everything that leads to a clinic but the route: phone, booking, homepage."""
    offered = (
        (clinic.phone, phone_link(clinic.phone)),
        (say("clinics.card.booking"), web_link(clinic.booking)),
        (say("clinics.card.homepage"), web_link(clinic.homepage)),
    )
    return tuple((label, address) for label, address in offered if address)


def summary_lines(clinic: Clinic, distance_km: float | None, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return distance, kind, departments and specialists as lines of plain text."""
    distance = "" if distance_km is None else distance_words(distance_km)
    kind = word_name("kind", clinic.kind) if clinic.kind else ""
    return " · ".join(filter(None, (distance, kind))), department_words(clinic, wanted, all_of_them=False)


def printed_card(clinic: Clinic, distance_km: float, wanted: tuple[str, ...]) -> str:
    """Return a clinic as it stands on paper, as HTML: addresses are written out."""
    distance, departments = summary_lines(clinic, distance_km, wanted)
    lines = [distance, departments, clinic.address, clinic.phone, clinic.booking, clinic.homepage, *hours_words(clinic)]
    name = f"<b>{escape(clinic.name)}</b>{f' {escape(clinic.name_en)}' if clinic.name_en else ''}"
    return f"<li>{name}{''.join(f'<br>{escape(line)}' for line in lines if line)}</li>"


def _address(clinic: Clinic) -> str:
    if not clinic.address:
        return ""
    address = escape(clinic.address)
    label = escape(say("clinics.map.copy"))
    button = f'<button type="button" class="ss-copy" aria-live="polite" data-copy="{address}">{label}</button>'
    return f'<p class="ss-note">{address} {button}</p>'


def _routes(clinic: Clinic) -> list[str]:
    if clinic.latitude is None or clinic.longitude is None:
        return []
    routes = routes_to(clinic.name, clinic.latitude, clinic.longitude)
    named = {"kakao": routes.kakao, "naver": routes.naver, "google": routes.google}
    return [_link(address, say(f"clinics.card.{name}"), clinic) for name, address in named.items()]


def _row(title: str, links: list[str]) -> str:
    if not links:
        return ""
    head = f'<span class="ss-note">{escape(title)}</span>' if title else ""
    return f'<p class="ss-links">{head}{"".join(links)}</p>'


def _link(address: str, label: str, clinic: Clinic) -> str:
    elsewhere = "" if address.startswith("tel:") else ' target="_blank" rel="noopener noreferrer"'
    # Read out alone, a link has to say whose it is.
    spoken = escape(f"{label}, {clinic.name_in(current_language())}")
    return f'<a href="{escape(address)}" aria-label="{spoken}"{elsewhere}>{escape(label)}</a>'
