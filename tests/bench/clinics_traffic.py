"""How much the clinic page sends to the browser, with a whole country of clinics in the directory.

| row | measures | target |
|---|---|---|
| `map_first_view` | map data of the first view of Seoul: outlines and places; the limit of 300 KB | at most 1 |
| `map_move` | everything sent because the map was moved or zoomed, the larger of both; the limit of 50 KB | at most 1 |
| `map_redrawn` | parts of the page that are sent again then; the map alone | at most 1 |

Bytes as they leave the server, before any compression.
"""

import tempfile
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, Response, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.benchmark.clinics_material import COUNTRY, draw_country
from core.benchmark.comparison import Comparison, at_most
from core.clinics.importing import Upload, prepare
from core.clinics.store import ClinicStore
from tests.bench.servers import fresh_page, ours

FIRST_VIEW_KB, MOVE_KB = 300, 50
QUIET_MS = 1500
_SHOW = b"clinicsMap.show"


class Traffic:
    """Everything the server sends over the page's socket."""

    def __init__(self, page: Page) -> None:
        self.frames: list[bytes] = []
        self.outlines: list[Response] = []
        page.on("websocket", self._listen)
        page.on("response", lambda got: self.outlines.append(got) if "outlines.js" in got.url else None)

    def kilobytes(self) -> float:
        return sum(map(len, self.frames)) / 1000

    def map_kilobytes(self) -> float:
        return sum(len(frame) for frame in self.frames if _SHOW in frame) / 1000

    def elements(self) -> int:
        """How many elements of the page were drawn anew; a frame holds one message."""
        messages = [ForwardMsg.FromString(frame) for frame in self.frames]
        return sum(message.delta.WhichOneof("type") == "new_element" for message in messages)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._receive)

    def _receive(self, frame: str | bytes) -> None:
        self.frames.append(frame if isinstance(frame, bytes) else frame.encode())


def measure_map(clinics: int = COUNTRY) -> list[Comparison]:
    """Measure in Chromium.

    Args:
        clinics: So many drawn clinics stand in the directory.
    """
    with tempfile.TemporaryDirectory() as var:
        archive = draw_country(Path(var, "country.zip"), clinics)
        store = ClinicStore(Path(var, "clinics.duckdb"))
        store.add(prepare([Upload(archive.name, archive)]).new)
        with ours(Path(var)) as (address, _), fresh_page() as page:
            return _measure(page, address)


def _measure(page: Page, address: str) -> list[Comparison]:
    page.goto(address)
    page.locator("h1").first.wait_for()
    page.wait_for_timeout(QUIET_MS)
    traffic = Traffic(page)
    page.goto(f"{address}/clinics?lang=ko&region=KR-11&district={quote('중구')}&radius=100")
    frame = page.frame_locator("iframe[title='streamlit_folium.st_folium']")
    frame.locator(".place, .marker-cluster").first.wait_for()
    page.wait_for_timeout(QUIET_MS)
    outlines = len(traffic.outlines[0].body()) / 1000
    rows = [at_most("map_first_view", "KB", traffic.map_kilobytes() + outlines, "the limit", FIRST_VIEW_KB, 1.0)]
    inside = next(one for one in page.frames if "st_folium" in one.url)
    moves, elements = [], []
    for move in ("map.panBy([500, 300], { animate: false })", "map.setZoom(map.getZoom() + 3, { animate: false })"):
        traffic.frames.clear()
        inside.evaluate(f"window.{move}")
        page.wait_for_timeout(QUIET_MS)
        moves.append(traffic.kilobytes())
        elements.append(traffic.elements())
    rows.append(at_most("map_move", "KB", max(moves), "the limit", MOVE_KB, 1.0))
    rows.append(at_most("map_redrawn", "parts", float(max(elements)), "the map alone", 1.0, 1.0))
    return rows
