"""Boxes around things on photos, from the JSON files that drawing tools write.

Read are COCO (one file for many photos), labelme (`shapes` with `points`), VIA (`regions` with `shape_attributes`),
AI Hub's drawings (`Bounding` with `Drawing`, `x1`..., `PolygonPoint`) and files of this general form: the name of a
photo, and beside it a list of objects that each have a class and a box or points. Polygons count as the box around
them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

_FILE = ("file_name", "filename", "image_file_name", "imagepath", "image_path", "file name", "file", "image", "img")
_WIDTH, _HEIGHT = ("width", "imagewidth", "image_width"), ("height", "imageheight", "image_height")
_LISTS = ("annotations", "shapes", "objects", "boxes", "bboxes", "bounding", "regions", "labels", "annotation")
_LABEL = ("label", "class", "class_name", "category", "category_name", "name", "type", "categories")
_BOX = ("bbox", "box", "bounding_box", "rect", "bndbox", "coordinates")
_POINTS = ("points", "polygon", "polygonpoint", "segmentation", "point")
_CORNERS = (("x1", "y1", "x2", "y2"), ("xmin", "ymin", "xmax", "ymax"), ("left", "top", "right", "bottom"))
_SIDES = (("x", "y", "width", "height"), ("x", "y", "w", "h"), ("left", "top", "width", "height"))
_DEEPEST = 6


@dataclass(frozen=True)
class Box:
    """A box on a photo, in pixels of that photo: left, top, right, bottom."""

    label: str
    edges: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class Annotated:
    """A photo as a JSON file names it.

    Attributes:
        file: Its name, as written; empty where the photo is called like the JSON file.
        size: Width and height that the boxes are measured in, where the file says.
        boxes: With `edges` None where a box cannot be understood.
    """

    file: str
    size: tuple[int, int] | None
    boxes: tuple[Box, ...]


def read_annotations(content: object, *, corners: bool) -> Iterator[Annotated]:
    """Go through the photos that a JSON file describes.

    Args:
        content: The parsed file.
        corners: Four numbers are two corners, not corner, width and height.
    """
    if isinstance(content, Mapping) and isinstance(content.get("images"), list) and "annotations" in content:
        yield from _coco(content, corners)
    elif isinstance(content, list):
        for entry in content:
            yield from _one(entry, corners)
    elif isinstance(content, Mapping):
        via = content.get("_via_img_metadata", content)
        if isinstance(via, Mapping) and via and all(_is_via(entry) for entry in via.values()):
            for entry in via.values():
                yield from _one(entry, corners)
        else:
            yield from _one(content, corners)


def _is_via(entry: object) -> bool:
    return isinstance(entry, Mapping) and "regions" in entry and "filename" in entry


def _coco(content: Mapping[str, Any], corners: bool) -> Iterator[Annotated]:
    names = {entry.get("id"): str(entry.get("name", "")) for entry in _maps(content.get("categories")) if _plain(entry)}
    boxes: dict[object, list[Box]] = {}
    for entry in _maps(content["annotations"]):
        if not isinstance(entry.get("image_id"), str | int):
            continue
        category = entry.get("category_id")
        label = names.get(category, "") if isinstance(category, str | int) else ""
        boxes.setdefault(entry["image_id"], []).append(Box(label or _label(entry), _edges(entry, corners)))
    for image in _maps(content["images"]):
        identity = image.get("id")
        if isinstance(identity, str | int) and (file := _first_text(image, _FILE)):
            yield Annotated(file, _size(image), tuple(boxes.get(identity, ())))


def _plain(entry: Mapping[str, Any]) -> bool:
    return isinstance(entry.get("id"), str | int)


def _one(content: object, corners: bool) -> Iterator[Annotated]:
    """One photo: its name somewhere, a list of objects somewhere, at any depth."""
    if not isinstance(content, Mapping):
        return
    levels = tuple(_levels(content, 0))
    file = next((name for level in levels if (name := _first_text(level, _FILE))), "")
    size = next((found for level in levels if (found := _size(level))), None)
    lists = (_lower(level).get(key) for level in levels for key in _LISTS)
    objects = next((_maps(value) for value in lists if isinstance(value, list | Mapping) and _maps(value)), [])
    if file or objects:
        yield Annotated(file, size, tuple(Box(_label(entry), _edges(entry, corners)) for entry in objects))


def _levels(content: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    yield content
    if depth < _DEEPEST:
        for value in content.values():
            if isinstance(value, Mapping):
                yield from _levels(value, depth + 1)


def _maps(value: object) -> list[Mapping[str, Any]]:
    entries = list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _lower(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key).lower(): value for key, value in entry.items()}


def _first_text(entry: Mapping[str, Any], keys: Sequence[str]) -> str:
    lowered = _lower(entry)
    return next((value for key in keys if isinstance(value := lowered.get(key), str) and value), "")


def _size(entry: Mapping[str, Any]) -> tuple[int, int] | None:
    lowered = _lower(entry)
    sides = [next((n for key in keys if (n := _number(lowered.get(key))) is not None), 0) for keys in (_WIDTH, _HEIGHT)]
    return (int(sides[0]), int(sides[1])) if min(sides) >= 1 else None


def _label(entry: Mapping[str, Any]) -> str:
    """The class of an object: a text, or the first text in what stands there (VIA: any attribute of the region)."""
    lowered = _lower(entry)
    for key in (*_LABEL, "region_attributes"):
        value = lowered.get(key)
        if isinstance(value, Mapping):
            value = _first_text(value, _LABEL) or next((v for v in value.values() if isinstance(v, str)), "")
        if isinstance(value, list) and value and isinstance(value[0], str):
            value = value[0]
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _edges(entry: Mapping[str, Any], corners: bool) -> tuple[float, float, float, float] | None:
    lowered = _lower(entry)
    for key in (*_BOX, "shape_attributes"):
        value = lowered.get(key)
        if isinstance(value, Mapping):
            return _named(_lower(value)) or _around(_points(_lower(value)))
        if isinstance(value, list) and (numbers := _numbers(value)):
            if len(numbers) == 4:
                left, top, third, fourth = numbers
                return (left, top, third, fourth) if corners else (left, top, left + third, top + fourth)
            return _around(numbers)
    return _named(lowered) or _around(_points(lowered))


def _named(entry: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    for keys in (*_CORNERS, *_SIDES):
        found = [_number(entry.get(key)) for key in keys]
        first, second, third, fourth = found
        if first is not None and second is not None and third is not None and fourth is not None:
            wide = keys in _SIDES
            return first, second, third + first * wide, fourth + second * wide
    return None


def _points(entry: Mapping[str, Any]) -> list[float]:
    """Coordinates x, y, x, y, ... of whatever way of writing points."""
    if isinstance(entry.get("all_points_x"), list) and isinstance(entry.get("all_points_y"), list):
        return _numbers(list(chain.from_iterable(zip(entry["all_points_x"], entry["all_points_y"], strict=False))))
    return next((numbers for key in _POINTS if (numbers := _numbers(entry.get(key)))), [])


def _numbers(value: object) -> list[float]:
    """All numbers in nested lists; points may be mappings with x and y, or texts such as `12,40`."""
    if isinstance(value, Mapping):
        lowered = _lower(value)
        return _numbers([lowered["x"], lowered["y"]] if {"x", "y"} <= set(lowered) else list(value.values()))
    if isinstance(value, list):
        return [number for part in value for number in _numbers(part)]
    if isinstance(value, str) and "," in value:
        return [number for part in value.split(",") if (number := _number(part)) is not None]
    number = _number(value)
    return [] if number is None else [number]


def _around(numbers: Sequence[float]) -> tuple[float, float, float, float] | None:
    if len(numbers) < 4 or len(numbers) % 2:
        return None
    return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e7 else None
