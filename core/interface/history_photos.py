"""Two kept photos, compared with a slider; redrawn alone when one of its controls changes."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from core.errors import RecordsError, ScalpError
from core.interface.compare_photos import Pair, Pixels, decode, pair_up
from core.interface.diagnosis_view import draw_error
from core.interface.history_words import moment
from core.interface.language import say
from core.interface.resources import get_store
from core.records.history import HistoryEntry, read_kept_photo
from core.records.history_key import HistoryKey
from core.taxonomy import Site, View
from core.vision.photo import encode_jpeg

_PAIR_KEY: Final = "history_pair"
_JPEG_QUALITY: Final = 85
# A kept photo is small: wider than this it would only look blurred.
_PICTURE_PX: Final = 640
_ASSETS: Final = Path(__file__).with_name("compare_assets")
_MODES: Final = ("wipe", "fade", "beside")


@dataclass(frozen=True)
class KeptPhoto:
    """One kept photo of a history.

    Attributes:
        entry: The visit it belongs to.
        sha256: Names it.
        number: Its place in the visit, from 1.
        site: Where on the head it was taken, where told.
        view: What it shows.
    """

    entry: HistoryEntry
    sha256: str
    number: int
    site: Site | None
    view: View | None

    @property
    def at(self) -> datetime:
        """When it was taken."""
        return self.entry.visit.visited_at

    @property
    def name(self) -> str:
        """What it is called in a list."""
        spot = say(f"taxonomy.site.{self.site}") if self.site else say("history.photos.spot", number=self.number)
        return say("history.photos.item", time=moment(self.at), spot=spot)


def list_kept_photos(entries: Sequence[HistoryEntry]) -> list[KeptPhoto]:
    """List the kept photos of a history, oldest first."""
    photos = []
    for entry in entries:
        sites = entry.visit.sites or (None,) * len(entry.visit.diagnoses)
        for number, (diagnosis, site) in enumerate(zip(entry.visit.diagnoses, sites, strict=True), 1):
            if diagnosis.photo_sha256 in entry.kept_photos:
                photos.append(KeptPhoto(entry, diagnosis.photo_sha256, number, site, diagnosis.view))
    return photos


def draw_photos(key: HistoryKey, entries: Sequence[HistoryEntry]) -> None:
    """Draw the comparison, or say what it takes."""
    st.subheader(say("history.photos.heading"), anchor=False)
    photos = list_kept_photos(entries)
    if len({photo.entry.id for photo in photos}) < 2:
        st.caption(say("history.photos.one" if photos else "history.photos.none"))
        return
    _draw_comparison(key, photos)


@st.fragment
def _draw_comparison(key: HistoryKey, photos: Sequence[KeptPhoto]) -> None:
    earlier, later = _choose(photos)
    mode = st.segmented_control(
        say("history.photos.mode"),
        _MODES,
        default="wipe",
        format_func=lambda name: say(f"history.photos.mode_{name}"),
        key="history_mode",
        required=True,
    )
    try:
        pair = _pair(key, earlier, later)
    except ScalpError as error:
        draw_error(error)
        return
    if mode == "beside":
        _draw_beside(pair, earlier, later)
    else:
        _draw_slider(pair, earlier, later, mode)
    if pair.points is None:
        st.caption(f":material/info: {say('history.photos.not_aligned')}")
    else:
        st.caption(f":material/check: {say('history.photos.aligned', points=pair.points)}")


def _choose(photos: Sequence[KeptPhoto]) -> tuple[KeptPhoto, KeptPhoto]:
    last = len(photos) - 1
    matching = [
        index
        for index, photo in enumerate(photos)
        if photo.entry.id != photos[last].entry.id and photo.view is photos[last].view
    ]
    same_site = [index for index in matching if photos[index].site == photos[last].site]
    first = next(iter(same_site or matching), 0)
    chosen = []
    for column, name, index in zip(st.columns(2), ("earlier", "later"), (first, last), strict=True):
        choice = column.selectbox(
            say(f"history.photos.{name}"),
            range(len(photos)),
            index=index,
            format_func=lambda number: photos[number].name,
            key=f"history_{name}",
        )
        chosen.append(photos[choice])
    return chosen[0], chosen[1]


def _pair(key: HistoryKey, earlier: KeptPhoto, later: KeptPhoto) -> Pair:
    name = (earlier.entry.id, earlier.sha256, later.entry.id, later.sha256)
    known: tuple[tuple[object, ...], Pair] | None = st.session_state.get(_PAIR_KEY)
    if known is not None and known[0] == name:
        return known[1]
    with st.spinner(say("history.photos.aligning")):
        pair = pair_up(_read(key, earlier), _read(key, later))
    # The last pair alone: another way to compare must not look for points again.
    st.session_state[_PAIR_KEY] = (name, pair)
    return pair


def forget_photos() -> None:
    """Drop the decoded photos of this tab."""
    st.session_state.pop(_PAIR_KEY, None)


def _read(key: HistoryKey, photo: KeptPhoto) -> Pixels:
    jpeg = read_kept_photo(get_store(), key, photo.entry, photo.sha256)
    if jpeg is None:  # deleted in another tab since the page was drawn
        raise RecordsError("history.photo_gone")
    return decode(jpeg)


def _draw_beside(pair: Pair, earlier: KeptPhoto, later: KeptPhoto) -> None:
    for column, photo, pixels in zip(st.columns(2), (earlier, later), (pair.earlier, pair.later), strict=True):
        column.image(
            encode_jpeg(pixels, _JPEG_QUALITY),
            width="stretch",
            caption=moment(photo.at),
            alt=say("history.photos.alt_one", time=moment(photo.at)),
        )


def _draw_slider(pair: Pair, earlier: KeptPhoto, later: KeptPhoto, mode: str) -> None:
    jpegs = [b64encode(encode_jpeg(pixels, _JPEG_QUALITY)).decode() for pixels in (pair.earlier, pair.later)]
    names = [
        f"{say(f'history.photos.{name}')} · {moment(photo.at)}"
        for name, photo in (("earlier", earlier), ("later", later))
    ]
    with st.container(key="history_compared", width=_PICTURE_PX):
        _comparison()(
            data={
                "mode": mode,
                "earlier": jpegs[0],
                "later": jpegs[1],
                "from": names[0],
                "to": names[1],
                "label": say("history.photos.position" if mode == "wipe" else "history.photos.strength"),
                "alt": say("history.photos.alt", earlier=moment(earlier.at), later=moment(later.at)),
            },
            key="history_comparison",
        )


@st.cache_resource(show_spinner=False)
def _comparison() -> ComponentRenderer:
    html, css, js = ((_ASSETS / f"compare.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    return st.components.v2.component("scalpspectra_compare", html=html, css=css, js=js)
