"""Boxes drawn on photos, to one photo a box: cut out, and padded with black to a square."""

import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from core.errors import ManifestError, PhotoError, ScalpError
from core.lab.importing.aihub import parse_json
from core.lab.importing.annotations import Annotated, Box, read_annotations
from core.lab.importing.folder import LABEL
from core.lab.importing.found import Findings, Found, Skipped
from core.lab.importing.options import Options, person_by, split_named
from core.lab.importing.walking import check_source, is_photo, parts_below, read_small, shown_name, walk
from core.vision.photo import MIN_SIDE, load_photo, read_photo_bytes

_LEAST = 2
_ORIENTATION = 0x0112

Pixels = npt.NDArray[np.uint8]


def find_in_boxes(source: Path, options: Options, folder: Path) -> Findings:
    """Find boxes in the JSON files below a folder, and cut them out of their photos as they are asked for.

    Crops of one photo are tied together, so that no split parts them.

    Args:
        source: Folder or ZIP archive with photos and JSON files, or one JSON file beside its photos.
        options: `corners` says how four numbers are meant.
        folder: Where the crops are written, made if missing.

    Raises:
        ManifestError: There is no such folder, or no JSON file in it names a photo with boxes.
    """
    base = source.parent if source.suffix.lower() == ".json" and source.is_file() else source
    check_source(base)
    photos: dict[str, list[Path]] = {}
    descriptions: list[Path] = []
    skipped: list[Skipped] = []
    for entry in walk(base):
        if isinstance(entry, Skipped):
            skipped.append(entry)
        elif is_photo(entry):
            photos.setdefault(entry.name.casefold(), []).append(entry)
        elif entry.suffix.lower() == ".json" and base in (source, entry.parent):
            descriptions.append(entry)
    if base is not source:
        descriptions = [source]
    if not photos or not descriptions:
        found = sum(len(paths) for paths in photos.values())
        raise ManifestError("import.no_boxes", path=source, photos=found, files=len(descriptions))

    def items() -> Iterator[Found | Skipped]:
        yield from skipped
        for description in descriptions:
            shown = shown_name(base, description)
            try:
                content = parse_json(read_small(description))
            except ScalpError as error:
                yield Skipped(shown, error)
                continue
            named = False
            for annotated in read_annotations(content, corners=options.corners):
                named = True
                yield from _cut(base, photos, description, annotated, options, folder)
            if not named:
                yield Skipped(shown, ManifestError("import.no_annotations"))

    return Findings(items(), 0)


def cut_out(picture: Image.Image, edges: tuple[float, float, float, float]) -> Image.Image:
    """Cut a box out of a picture and pad it with black to a square of at least the least size of a photo.

    Args:
        picture: RGB.
        edges: Left, top, right, bottom in its pixels; parts beyond the picture are left out.

    Raises:
        ManifestError: Less than two pixels a side lie on the picture.
    """
    left, top = (max(0, round(edge)) for edge in edges[:2])
    right, bottom = min(picture.width, round(edges[2])), min(picture.height, round(edges[3]))
    if right - left < _LEAST or bottom - top < _LEAST:
        raise ManifestError("import.bad_box", width=picture.width, height=picture.height)
    crop = picture.crop((left, top, right, bottom))
    side = max(crop.size)
    if side < MIN_SIDE:
        crop = ImageOps.contain(crop, (MIN_SIDE, MIN_SIDE), Image.Resampling.BICUBIC)
        side = MIN_SIDE
    return ImageOps.pad(crop, (side, side), color="black")


def _cut(
    base: Path,
    photos: dict[str, list[Path]],
    description: Path,
    annotated: Annotated,
    options: Options,
    folder: Path,
) -> Iterator[Found | Skipped]:
    path = _photo_of(annotated.file, photos, description)
    if path is None:
        yield Skipped(
            annotated.file or description.name, ManifestError("import.no_photo_of_boxes", file=description.name)
        )
        return
    name = shown_name(base, path)
    if not annotated.boxes:
        yield Skipped(name, ManifestError("import.no_boxes_on_photo"))
        return
    try:
        picture = _open(path, annotated.size)
    except ScalpError as error:
        yield Skipped(name, error)
        return
    person = person_by(options.group_pattern, name) if options.group_pattern else None
    split = next((found for part in parts_below(base, path)[:-1] if (found := split_named(part))), None)
    for number, box in enumerate(annotated.boxes, start=1):
        shown = f"{name} #{number}"
        try:
            crop = _write(picture, box, folder, f"{name}#{number}")
        except ScalpError as error:
            yield Skipped(shown, error)
            continue
        yield Found(crop, shown, {LABEL: box.label}, person, split, key=name)


def _photo_of(file: str, photos: dict[str, list[Path]], description: Path) -> Path | None:
    """The photo that a file names: of several with its name, the one whose folders agree with it longest."""
    if not file:
        named = (paths for paths in photos.values() if paths[0].stem.casefold() == description.stem.casefold())
        file = next((paths[0].name for paths in named), "-")
    wanted = PurePosixPath(file.replace("\\", "/"))
    candidates = photos.get(wanted.name.casefold(), [])

    def likeness(path: Path) -> tuple[int, bool]:
        agreeing = 0
        for mine, theirs in zip(reversed(path.parts), reversed(wanted.parts), strict=False):
            if mine.casefold() != theirs.casefold():
                break
            agreeing += 1
        return agreeing, path.parent == description.parent

    return max(candidates, key=likeness) if candidates else None


def _open(path: Path, size: tuple[int, int] | None) -> Image.Image:
    """Decode a photo whole: what limits and damage there are is found out by the usual way of reading it first."""
    data = read_photo_bytes(path)
    photo = load_photo(data)
    if photo.format == "HEIF" or photo.original_size == (photo.pixels.shape[1], photo.pixels.shape[0]):
        picture = Image.fromarray(photo.pixels)
    else:
        try:
            with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
                turned = image.getexif().get(_ORIENTATION, 1) != 1
                # Some tools measure boxes on the picture as it is stored, not as it is meant to be seen.
                stored = turned and size is not None and size == image.size and size != photo.original_size
                picture = (image if stored else ImageOps.exif_transpose(image)).convert("RGB")
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise PhotoError("photo.damaged") from error
    if size is not None and size != picture.size:
        raise ManifestError(
            "import.other_size", width=size[0], height=size[1], real=f"{picture.width}x{picture.height}"
        )
    return picture


def _write(picture: Image.Image, box: Box, folder: Path, identity: str) -> Path:
    if box.edges is None:
        raise ManifestError("import.unknown_box")
    if not box.label:
        raise ManifestError("import.no_label")
    crop = cut_out(picture, box.edges)
    # Named by what it was cut from alone: nothing a stranger wrote becomes part of a file's name.
    path = folder / f"{hashlib.sha256(identity.encode()).hexdigest()[:20]}.png"
    folder.mkdir(parents=True, exist_ok=True)
    crop.save(path, "PNG", compress_level=1)
    return path
