"""What is measured with: drawn photos, the installed models, the baseline. Made when first asked for, once a run."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from core.benchmark.baseline import Baseline
from core.errors import PackageError, ScalpError
from core.settings import Settings, get_settings
from core.taxonomy import CONDITIONS_OF_VIEW, View
from core.vision.diagnosis import Diagnoser
from core.vision.package import ModelPackage, load_package
from core.vision.photo import Photo, load_photo
from core.vision.preprocess import Pixels, network_picture
from core.vision.synthesis import draw_scene, write_scenes

THREADS = 2
PHOTO_SIZE = (4000, 3000)
FOLDER_COUNT, QUICK_FOLDER_COUNT = 500, 24

_SEED = 7
_MAGNIFICATION = 2.0
_DRAWN_SIZE = (1200, 900)
# A photo this noisy fills a file as the worst camera does: 8 to 9 MB, under the limit of 10.
_NOISE, _JPEG_QUALITY = 20, 95


def draw_photo_file() -> bytes:
    """Draw a 12-megapixel microscope photo, noisy as a camera's, as a JPEG of 8 to 9 MB; always the same."""
    scene = draw_scene(_SEED, size=_DRAWN_SIZE, magnification=_MAGNIFICATION)
    large = cv2.resize(scene.pixels, PHOTO_SIZE, interpolation=cv2.INTER_CUBIC)
    noise = np.empty(large.shape, np.int16)
    cv2.setRNGSeed(_SEED)
    cv2.randn(noise, np.zeros(3), np.full(3, _NOISE))
    noisy = cv2.add(large, noise, dtype=cv2.CV_8U)
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(noisy, cv2.COLOR_RGB2BGR), (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY))
    return encoded.tobytes()


class Workbench:
    """What the measurements share.

    Args:
        scratch: A folder for files, dropped afterwards.
        quick: Few repetitions.

    Attributes:
        scratch: The same.
        quick: The same.
    """

    def __init__(self, scratch: Path, *, quick: bool) -> None:
        self.scratch = scratch
        self.quick = quick

    def rounds(self, full: int, quick: int = 2) -> int:
        """How often to take turns."""
        return quick if self.quick else full

    @cached_property
    def settings(self) -> Settings:
        """The installation's, with OpenVINO in the precision it takes by itself and `THREADS` threads."""
        return get_settings().model_copy(update={"threads": THREADS, "engine": "openvino", "precision": "auto"})

    @cached_property
    def diagnoser(self) -> Diagnoser:
        """The installed models."""
        return Diagnoser.load(self.settings)

    @cached_property
    def package(self) -> ModelPackage:
        """The package that grades the microscope view.

        Raises:
            PackageError: There is none.
        """
        summary = self.diagnoser.packages.get(View.MICROSCOPE)
        if summary is None:
            raise PackageError("package.no_view", view=View.MICROSCOPE.value)
        return load_package(summary.folder)

    @cached_property
    def photo_file(self) -> bytes:
        """The 12-megapixel JPEG."""
        return draw_photo_file()

    @cached_property
    def photo_path(self) -> Path:
        """The same as a file."""
        path = self.scratch / "photo.jpg"
        path.write_bytes(self.photo_file)
        return path

    @cached_property
    def photo(self) -> Photo:
        """The same, decoded.

        Raises:
            ScalpError: The installed models do not grade it in full, so timing them would tell nothing.
        """
        photo = load_photo(self.photo_file)
        (diagnosis,) = self.diagnoser.diagnose([photo])
        heatmaps = [finding.heatmap for finding in diagnosis.findings]
        if len(heatmaps) != len(CONDITIONS_OF_VIEW[View.MICROSCOPE]) or any(heatmap is None for heatmap in heatmaps):
            reasons = ", ".join(reason.refusal for reason in diagnosis.quality.reasons) or str(diagnosis.view)
            raise ScalpError("benchmark.not_graded", reasons=reasons)
        return photo

    @cached_property
    def picture(self) -> Pixels:
        """The network's picture of it."""
        return network_picture(self.photo.pixels, self.package.description.input)[0]

    @cached_property
    def folder(self) -> tuple[Path, ...]:
        """Drawn photos in a folder."""
        folder = self.scratch / "photos"
        write_scenes(folder, QUICK_FOLDER_COUNT if self.quick else FOLDER_COUNT, _SEED)
        return tuple(sorted(folder.glob("*.jpg")))

    @cached_property
    def baseline(self) -> Baseline:
        """The six networks.

        Raises:
            ScalpError: A package they need is not installed.
        """
        return Baseline.build(THREADS)


@contextmanager
def open_workbench(*, quick: bool) -> Iterator[Workbench]:
    """Set a workbench up, with OpenCV at `THREADS` threads; both are put back as they were.

    Args:
        quick: Few repetitions and a small folder.
    """
    before = cv2.getNumThreads()
    cv2.setNumThreads(THREADS)
    try:
        with tempfile.TemporaryDirectory(prefix="scalpspectra-benchmark-") as scratch:
            yield Workbench(Path(scratch), quick=quick)
    finally:
        cv2.setNumThreads(before)
