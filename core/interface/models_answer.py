"""What a package says about photos: one at large, several in a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import streamlit as st

from core.errors import ScalpError
from core.interface.language import current_language, say
from core.interface.markup import heat_legend, plain
from core.interface.models_markup import class_bars
from core.interface.models_said import agrees, right_words, said_words
from core.interface.models_trial import Tried, TriedOutput, try_photo
from core.interface.sentences import join_words

if TYPE_CHECKING:
    from core.interface.models_served import PackageNote

_MOST_BARS: Final = 8
_OPACITY: Final = 0.55
_TILE_SIDE: Final = 360


@dataclass(frozen=True)
class Asked:
    """A photo a package is tried on.

    Attributes:
        key: Names it within the session.
        name: What its file is called: from a stranger.
        data: Its file.
        labels: What is known about it, by output: a grade or a class id.
        seen: Whether the package was trained on it; None where that cannot be told.
    """

    key: str
    name: str
    data: bytes = field(repr=False)
    labels: Mapping[str, object] = field(default_factory=dict)
    seen: bool | None = None


def draw_answers(package: PackageNote, asked: Sequence[Asked]) -> None:
    """Draw what a package says about photos, each once however often the page reruns."""
    if not asked:
        st.info(say("models.try.wait"), icon=":material/hourglass_empty:")
        return
    tried: list[tuple[Asked, Tried | ScalpError]] = []
    with st.spinner(say("models.try.working", n=len(asked))):
        for one in asked:
            try:
                tried.append((one, try_photo(package, one.key, one.data)))
            except ScalpError as error:
                tried.append((one, error))
    if len(tried) == 1:
        _draw_large(*tried[0])
    else:
        _draw_score(tried)
        _draw_grid(tried)


def _label(asked: Asked, output: TriedOutput) -> str | None:
    value = asked.labels.get(output.id)
    return None if value is None else str(int(value)) if isinstance(value, int) else str(value)


def _draw_large(asked: Asked, tried: Tried | ScalpError) -> None:
    if isinstance(tried, ScalpError):
        st.error(f"{plain(asked.name)}: {plain(tried.message(current_language()))}", icon=":material/broken_image:")
        return
    if tried.refusals:
        _draw_refused(tried)
        return
    _draw_picture(tried)
    telling = [output for output in tried.outputs if _tells(asked, output)]
    rest = [output for output in tried.outputs if output not in telling]
    for output in sorted(telling, key=_height, reverse=True):
        _draw_output(asked, output)
    if rest and not telling:
        st.markdown(say("models.try.nothing"))
    if rest:
        names = join_words(current_language(), [plain(output.name) for output in rest])
        with st.expander(say("models.try.rest", names=names)):
            for output in rest:
                _draw_output(asked, output)
    st.caption(say("models.try.elapsed", ms=f"{tried.elapsed_ms:.0f}"))


def _tells(asked: Asked, output: TriedOutput) -> bool:
    """Whether there is more to an output than that its lowest grade is certain enough."""
    label = _label(asked, output)
    lowest = output.graded and output.said == output.classes[:1] and not output.withheld
    return not lowest or (label is not None and output.meant(label) != {output.classes[0].id})


def _height(output: TriedOutput) -> tuple[int, float]:
    """Rank an output by how high its class is, then how likely."""
    places = [place for place, one in enumerate(output.classes) if one.chosen]
    return max(places, default=-1), max((one.probability for one in output.said), default=0.0)


def _draw_refused(tried: Tried) -> None:
    st.image(_jpeg(tried, None), width=320, alt=say("models.try.photo"))
    for refusal in tried.refusals:
        st.warning(
            f"**{say(f'diagnosis.refused.{refusal}.why')}** {say(f'diagnosis.refused.{refusal}.how')}",
            icon=":material/no_photography:",
        )


@st.fragment
def _draw_picture(tried: Tried) -> None:
    mapped = [output for output in tried.outputs if output.heatmap is not None]
    place = st.container()
    chosen = _most_telling(mapped)
    if len(mapped) > 1:
        names = [output.id for output in mapped]
        picked = st.selectbox(
            say("models.try.heat"),
            names,
            index=names.index(chosen.id) if chosen is not None else 0,
            format_func={output.id: output.name for output in mapped}.__getitem__,
            # Another picture starts at its own most telling output.
            key=f"models_heat_{hash(tried.preview.tobytes())}",
        )
        chosen = next(output for output in mapped if output.id == picked)
    name = "" if chosen is None else chosen.name
    alt = say("models.try.photo_alt", output=name) if chosen is not None else say("models.try.photo")
    place.image(_jpeg(tried, chosen), width="stretch", alt=alt)
    if chosen is not None:
        st.html(heat_legend(say("diagnosis.heat.less"), say("diagnosis.heat.more")))


def _most_telling(outputs: Sequence[TriedOutput]) -> TriedOutput | None:
    """Return the output said highest, which for grades is the worst one."""
    return max(outputs, key=_height, default=None)


def _jpeg(tried: Tried, output: TriedOutput | None, side: int = 0) -> bytes:
    from core.interface.heatmap import overlay, shrink
    from core.vision.photo import encode_jpeg

    drawn = tried.preview
    if output is not None and output.heatmap is not None:
        drawn = overlay(drawn, output.heatmap, tried.box, _OPACITY)
    return encode_jpeg(shrink(drawn, side) if side else drawn, 82)


def _draw_output(asked: Asked, output: TriedOutput) -> None:
    shown = (
        sorted(output.classes, key=lambda one: -one.probability) if len(output.classes) > _MOST_BARS else output.classes
    )
    with st.container(key=f"models_output_{output.id}"):
        head = say("models.try.unsure", output=output.name) if output.withheld else output.name
        st.markdown(f"**{plain(head)}** {plain(right_words(output, _label(asked, output)))}")
        words = say("models.try.said"), say("models.try.possible")
        st.html(class_bars(shown[:_MOST_BARS], output.name, *words))
        if len(output.classes) > _MOST_BARS:
            st.caption(say("models.try.more_classes", n=len(output.classes) - _MOST_BARS))
        for one in output.said:
            if one.advice:
                st.info(f"**{plain(one.name)}** · {plain(one.advice)}", icon=":material/lightbulb:")


def _draw_score(tried: Sequence[tuple[Asked, Tried | ScalpError]]) -> None:
    """Say how many of the labelled photos were told right, by output."""
    counts: dict[str, tuple[str, int, int]] = {}
    for asked, one in tried:
        for output in one.outputs if isinstance(one, Tried) else ():
            label = _label(asked, output)
            if label is None:
                continue
            name, n, hits = counts.get(output.id, (output.name, 0, 0))
            counts[output.id] = (name, n + 1, hits + agrees(output, label))
    if counts:
        lines = [say("models.try.score", output=name, right=hits, n=n) for name, n, hits in counts.values()]
        st.markdown("  \n".join(plain(line) for line in lines))
        st.caption(say("models.try.score_note"))
    if any(asked.seen for asked, _ in tried):
        st.warning(say("models.try.seen", n=sum(bool(asked.seen) for asked, _ in tried)), icon=":material/school:")


def _draw_grid(tried: Sequence[tuple[Asked, Tried | ScalpError]]) -> None:
    with st.grid(3, min_column_width=150, key="models_answers"):
        for asked, one in tried:
            with st.container():
                if isinstance(one, ScalpError):
                    st.caption(f"{plain(asked.name)}: {plain(one.message(current_language()))}")
                    continue
                telling = _most_telling([output for output in one.outputs if output.heatmap is not None])
                lines = [say(f"diagnosis.refused.{name}.why") for name in one.refusals] or _lines(asked, one)
                st.image(_jpeg(one, telling, _TILE_SIDE), width="stretch", alt="; ".join(lines))
                st.caption("  \n".join(plain(line) for line in [*lines, asked.name]))


def _lines(asked: Asked, tried: Tried) -> list[str]:
    telling = sorted((one for one in tried.outputs if _tells(asked, one)), key=_height, reverse=True)
    lines = [f"{said_words(one)} {right_words(one, _label(asked, one))}".strip() for one in telling]
    return lines or [say("models.try.nothing")]
