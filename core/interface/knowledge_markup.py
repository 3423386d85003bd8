"""Knowledge as HTML: claims with their sources, ingredients with the strength of their evidence. All escaped here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from core.care.facts import GENERAL, Advice, Caution, Claim, Evidence, Ingredient, Mark, Reference, Text, Use
from core.care.knowledge import Knowledge
from core.locale import Language, text
from core.taxonomy import Severity

_DOTS: Final = {Evidence.A: 4, Evidence.B: 3, Evidence.C: 2, Evidence.D: 1}
_AWAY: Final = 'target="_blank" rel="noopener noreferrer"'
_Uses = Sequence[tuple[Ingredient, Use]]


@dataclass(frozen=True)
class KnowledgeMarkup:
    """Writes knowledge in one language.

    Attributes:
        knowledge: Where the references of claims are looked up.
        language: Korean or English.
    """

    knowledge: Knowledge
    language: Language

    def lead(self, words: Text, severity: Severity, *, own: bool) -> str:
        """The one sentence of a grade, and whether it is that of the person's photo or of any."""
        grade = text(self.language, f"taxonomy.severity.{int(severity)}")
        whose = self._say(f"choose.{'for_own' if own else 'for_any'}", grade=grade)
        return f'<p class="ss-whose">{whose}</p><p class="ss-lead">{escape(words.in_language(self.language))}</p>'

    def claims(self, section: str, claims: Iterable[Claim]) -> str:
        """One section of a page: its heading and its claims."""
        return self._section(section, f"<ul>{self._items(claims)}</ul>")

    def ingredients(self, uses: _Uses) -> str:
        """Ingredients and what each is used for; those with little evidence are folded away."""
        strong = [pair for pair in uses if pair[1].strength is not Evidence.D]
        weak = [pair for pair in uses if pair[1].strength is Evidence.D]
        shown = self._cards(strong) if strong else f"<p>{self._say('ingredient.none')}</p>"
        if weak:
            title = self._say("ingredient.weak", n=len(weak))
            shown += f'<details class="ss-weak"><summary>{title}</summary>{self._cards(weak)}</details>'
        return self._section("ingredients", shown)

    def left_out(self, uses: _Uses) -> str:
        """Ingredients that are better left out, each with the reason."""
        items = "".join(f"<li><b>{self._name(one)}</b>: {self._claim(use)}</li>" for one, use in uses)
        return self._section("left_out", f"<ul>{items}</ul>")

    def sources(self, references: Iterable[Reference]) -> str:
        """The list of sources."""
        return f'<ul class="ss-sources">{"".join(self._source(one) for one in references)}</ul>'

    def _section(self, name: str, inside: str) -> str:
        heading = self._say(f"section.{name}")
        return f'<section class="ss-known ss-known-{escape(name)}"><h4>{heading}</h4>{inside}</section>'

    def _cards(self, uses: _Uses) -> str:
        return f'<div class="ss-ingredients">{"".join(self._card(one, use) for one, use in uses)}</div>'

    def _card(self, one: Ingredient, use: Use) -> str:
        more = (
            self._folded("directions", self._items(one.directions))
            + self._folded("korea", self._items(one.korea))
            + self._folded("cautions", "".join(map(self._caution, one.cautions)))
        )
        folded = f"<details><summary>{self._say('ingredient.more')}</summary>{more}</details>" if more else ""
        status = f'<span class="ss-status">{self._say(f"status.{one.status}")}</span>'
        return (
            f'<article class="ss-ingredient"><h5>{self._name(one)}</h5>'
            f'<p class="ss-tags">{self._evidence(use.strength)}{status}</p><p>{self._claim(use)}</p>'
            f"{self._not_for(one)}{folded}</article>"
        )

    def _not_for(self, one: Ingredient) -> str:
        """Who should leave it, in sight: the rest of the cautions may wait below the fold."""
        names = [self._say(f"concern.{caution.concern}") for caution in one.cautions if caution.advice is Advice.AVOID]
        if not names:
            return ""
        return f'<p class="ss-not-for"><b>{self._say("ingredient.not_for")}</b>: {", ".join(names)}</p>'

    def _evidence(self, level: Evidence) -> str:
        dots = "●" * _DOTS[level] + "○" * (len(_DOTS) - _DOTS[level])
        return f'<span class="ss-evidence"><i aria-hidden="true">{dots}</i>{self._say(f"level.{level}")}</span>'

    def _folded(self, name: str, items: str) -> str:
        return f"<h6>{self._say(f'ingredient.{name}')}</h6><ul>{items}</ul>" if items else ""

    def _caution(self, one: Caution) -> str:
        return f"<li><b>{self._say(f'concern.{one.concern}')}</b>: {self._claim(one)}</li>"

    def _items(self, claims: Iterable[Claim]) -> str:
        return "".join(f"<li>{self._claim(claim)}</li>" for claim in claims)

    def _claim(self, claim: Claim) -> str:
        cites = [self._citation(self.knowledge.reference(name)) for name in claim.references if name != GENERAL]
        # A figure and its sign stay on one line.
        words = escape(claim.text.in_language(self.language)).replace(" %", "\u00a0%")
        if cites:
            words += f' <span class="ss-cites">{"".join(cites)}</span>'
        if claim.mark is Mark.GENERAL:
            words += f' <span class="ss-general">{self._say("source.general")}</span>'
        return words

    def _citation(self, one: Reference) -> str:
        number = _number(one)
        about = f'title="{escape(one.citation)}" aria-label="{self._say("source.cite", number=number)}"'
        if one.url:
            return f'<a href="{escape(one.url)}" {_AWAY} {about}>{number}</a>'
        return f'<span role="note" {about}>{number}</span>'

    def _source(self, one: Reference) -> str:
        number = _number(one)
        parts = [f"<b>{number}</b> {escape(one.citation)}"]
        if one.second_hand:
            parts.append(f"<i>{self._say('source.second_hand')}</i>")
        if one.url:
            opened = self._say("source.open")
            label = f"{opened}: {self._say('source.cite', number=number)}"
            parts.append(f'<a href="{escape(one.url)}" {_AWAY} aria-label="{label}">{opened}</a>')
        return f"<li>{' · '.join(parts)}</li>"

    def _name(self, one: Ingredient) -> str:
        return escape(one.name.in_language(self.language))

    def _say(self, key: str, **values: object) -> str:
        return escape(text(self.language, f"knowledge.{key}", **values))


def _number(reference: Reference) -> str:
    return escape(reference.id.removeprefix("r"))
