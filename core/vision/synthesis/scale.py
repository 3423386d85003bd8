"""Scale: fine powdery flecks of skin, and the flakes of dandruff, on the skin and caught on the hairs."""

from dataclasses import dataclass

import numpy as np

from core.vision.synthesis.canvas import Canvas, Mask, Plane, Points, blobs, patch_noise, sigmoid
from core.vision.synthesis.inflammation import open_places
from core.vision.synthesis.skin import Relief

_FLECKS = (2.0, 48.0, 125.0, 290.0)
_VEIL_LIMIT = (9.0, 1.5, 1.15, 0.8)
_ON_HAIR = (0.6, 7.0, 16.0, 34.0)
_FLAKES = ((0, 0), (1, 2), (3, 7), (8, 17))
_LARGEST = (4.0, 12.0, 15.0, 20.0)
_CAUGHT = (0.0, 0.6, 3.0, 8.0)


@dataclass(frozen=True)
class Places:
    """Where scale may lie.

    Attributes:
        follicles: Follicle openings, (n, 2) logical.
        curves: Centre lines of the sharp strands, (n, points, 2) logical.
        hidden: Hair mask, (H, W) 0..255.
        relief: The skin's.
    """

    follicles: Points
    curves: Points
    hidden: Mask
    relief: Relief


def paint_fine(canvas: Canvas, rng: np.random.Generator, severity: int, places: Places) -> Mask:
    """Strew flecks and powder over the skin; return where, (H, W) 0..255."""
    alpha = _flecks(canvas, rng, severity, places)
    if severity:
        np.maximum(alpha, _veil(canvas, rng, severity, places.relief), out=alpha)
    white = rng.uniform(0.9, 1.0) * np.array([234.0, 236.0, 238.0])
    canvas.blend(white, alpha * np.float32(0.92))
    return (np.clip(alpha * 1.4, 0, 1) * 255).astype(np.uint8) if severity else canvas.blank()


def _flecks(canvas: Canvas, rng: np.random.Generator, severity: int, places: Places) -> Plane:
    count = int(rng.poisson(_FLECKS[severity] / canvas.magnification**0.65 * rng.uniform(0.7, 1.4)))
    mask = canvas.blank()
    if count:
        centres = _fleck_places(canvas, rng, count, places)
        radii = np.clip(1.2 * np.exp(0.5 * rng.standard_normal(count)), 0.45, 2.7) * canvas.grain
        faint = rng.uniform(0.33, 0.88, count) ** 1.2 * 255
        for outline, value in zip(blobs(rng, centres, radii, 7, 0.6), faint, strict=True):
            canvas.polygon(mask, outline, float(value))
    return canvas.soft(mask, rng.uniform(0.35, 0.7))


def _fleck_places(canvas: Canvas, rng: np.random.Generator, count: int, places: Places) -> Points:
    """Gather flecks around follicles and in the furrows, where scale loosens and stays."""
    wide, high = canvas.extent
    tries = rng.uniform(0, 1, (count * 4, 2)) * (wide, high)
    pixels = np.minimum((tries * canvas.scale).astype(int), (canvas.width - 1, canvas.height - 1))
    furrow = places.relief.furrow[pixels[:, 1], pixels[:, 0]] + 0.25 * places.relief.rough[pixels[:, 1], pixels[:, 0]]
    centres: Points = tries[np.argsort(-furrow)[:count]]
    if len(places.follicles):
        chosen = places.follicles[rng.choice(len(places.follicles), size=count)]
        way, reach = rng.uniform(0, 2 * np.pi, count), canvas.hair_width * np.abs(rng.normal(1.2, 0.8, count))
        ring = chosen + np.stack([np.cos(way), np.sin(way)], 1) * reach[:, None]
        centres = np.where((rng.random(count) < 0.4)[:, None], ring, centres)
    return centres


def _veil(canvas: Canvas, rng: np.random.Generator, severity: int, relief: Relief) -> Plane:
    """Draw powder: faint, granular, in patches, thicker in the furrows."""
    grain = canvas.grain
    powder = canvas.noise(rng, 3.0 * grain, 2, 0.8) + np.float32(0.7) * relief.furrow
    patch = sigmoid((canvas.noise(rng, 60 * grain, 2) + np.float32((0, -0.6, 0.1, 0.8)[severity])) * 3)
    out: Plane = np.clip((powder - np.float32(_VEIL_LIMIT[severity])) * np.float32(0.85), 0, 0.6) * patch
    return out


def paint_dandruff(canvas: Canvas, rng: np.random.Generator, severity: int, places: Places) -> Mask:
    """Lay flakes on the skin; return where, (H, W) 0..255. Calm skin may carry one tiny speck, not in the mask."""
    fewest, most = _FLAKES[severity]
    count = int(rng.integers(fewest, most + 1))
    speck = rng.random() < 0.25
    if not count and not speck:
        return canvas.blank()
    count = max(1, round(count / canvas.magnification**0.4))
    centres = open_places(canvas, rng, count, places.follicles, places.hidden)
    largest = _LARGEST[severity]
    least = 1.0 if not severity else 3.2
    radii = np.exp(rng.uniform(np.log(least), np.log(2.2 if not severity else largest), count)) * canvas.grain
    cover = np.zeros((canvas.height, canvas.width), np.float32)
    shade = np.ones_like(cover)
    opacity = rng.uniform(0.1, 0.35) if rng.random() < 0.4 else rng.uniform(0.35, 0.75)
    for (x, y), radius in zip(centres, radii, strict=True):
        _flake(canvas, rng, (x, y), radius, opacity, cover, shade)
        if radius > 5:
            for _ in range(int(rng.integers(0, 3))):
                dx, dy = rng.normal(0, radius * 0.7, 2)
                _flake(canvas, rng, (x + dx, y + dy), radius * rng.uniform(0.3, 0.7), opacity, cover, shade)
    _faint_patches(canvas, rng, severity, places, cover, shade)
    _collars(canvas, rng, severity, places, cover, shade)
    _lay(canvas, rng, cover, shade)
    return (np.clip(cover * 1.3, 0, 1) * 255).astype(np.uint8) if severity else canvas.blank()


def _faint_patches(
    canvas: Canvas, rng: np.random.Generator, severity: int, places: Places, cover: Plane, shade: Plane
) -> None:
    """Spread broad, thin scale that still clings to the skin: most real flakes are this faint, few are chalk."""
    if not severity or rng.random() < 0.4:
        return
    count = int(rng.integers(1, 2 + severity))
    for x, y in open_places(canvas, rng, count, places.follicles, places.hidden):
        radius = canvas.grain * np.exp(rng.uniform(np.log(8), np.log(26)))
        _flake(canvas, rng, (x, y), radius, rng.uniform(0.06, 0.22), cover, shade)


def _flake(
    canvas: Canvas,
    rng: np.random.Generator,
    place: tuple[float, float],
    radius: float,
    opacity: float,
    cover: Plane,
    shade: Plane,
) -> None:
    """Tear one flake out of noise: thin inside, thicker and lit at the edges that curl up."""
    stretch, tilt, light = np.exp(0.3 * rng.standard_normal()), rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi)
    thick = opacity + min(1 - opacity, 0.2 + opacity) * rng.random() ** 1.7
    torn = rng.uniform(0.3, 0.65)
    hollow = rng.uniform(0, 0.55)
    window = canvas.window(*place, radius * 2.2)
    if window is None:
        return
    rows, columns, across, down = window
    cos, sin = np.float32(np.cos(tilt)), np.float32(np.sin(tilt))
    along = (across * cos + down * sin) / np.float32(radius * stretch)
    beside = (down * cos - across * sin) / np.float32(radius / stretch)
    distance = np.sqrt(along * along + beside * beside)
    rough = patch_noise(rng, distance.shape, 5, 4)
    inside = 1 - distance + np.float32(torn * 0.6) * rough
    inside[distance > 1.9] = -1
    edge = np.float32(0.75 / (radius * canvas.scale) + 0.03)
    body = np.clip(inside / edge * 0.5, 0, 1)
    rim = np.exp(-np.square((inside - 0.12) / 0.13))
    facing = 0.5 + 0.5 * (np.float32(np.cos(light)) * along + np.float32(np.sin(light)) * beside)
    thin = thick * (1 - np.float32(hollow) * np.clip(inside, 0, 1)) + 0.35 * rim * np.clip(facing, 0, 1)
    alpha = body * np.clip(thin * (1 + 0.16 * rough), 0.08, 1)
    area, lit = cover[rows, columns], shade[rows, columns]
    on_top = alpha > area
    lit[on_top] = (0.9 + 0.16 * rim * facing + 0.05 * rough)[on_top]
    np.maximum(area, alpha, out=area)


def _collars(
    canvas: Canvas, rng: np.random.Generator, severity: int, places: Places, cover: Plane, shade: Plane
) -> None:
    """Ring some hair roots with thin, torn scale that stands off the skin."""
    count = int(rng.poisson((0.0, 0.5, 1.3, 3.0)[severity]))
    for place in rng.permutation(len(places.follicles))[:count]:
        x, y = places.follicles[place]
        inner, thick = canvas.hair_width * rng.uniform(0.9, 1.8), rng.uniform(0.25, 0.8)
        band, gap = rng.uniform(0.18, 0.4) * inner + 0.8, rng.uniform(0, 2 * np.pi)
        window = canvas.window(x, y, inner + 3 * band)
        if window is None:
            continue
        rows, columns, across, down = window
        distance = np.sqrt(across**2 + down**2)
        rough = patch_noise(rng, distance.shape, 6)
        ring = np.exp(-np.square((distance - np.float32(inner) + np.float32(0.6 * band) * rough) / np.float32(band)))
        open_side = 0.5 + 0.5 * np.cos(np.arctan2(down, across) - np.float32(gap))
        alpha = np.clip(ring * 1.6 - 0.4 + 0.15 * rough, 0, 1) * np.float32(thick) * np.clip(open_side * 1.6, 0.1, 1)
        area = cover[rows, columns]
        shade[rows, columns][alpha > area] = 1
        np.maximum(area, alpha, out=area)


def _lay(canvas: Canvas, rng: np.random.Generator, cover: Plane, shade: Plane) -> None:
    """Cast the flakes' shadow, then lay them down, dry white to greasy yellow."""
    shift = max(1, round(1.5 * canvas.grain * canvas.scale))
    shadow = np.roll(canvas.blur(cover, 1.5 * canvas.grain), (shift, shift), (0, 1))
    canvas.absorb((0.3, 0.3, 0.3), np.clip(shadow - cover, 0, 1).astype(np.float32))
    greasy = rng.random() ** 3
    ink = np.array([246, 248, 250]) * (1 - greasy) + np.array([238, 226, 188]) * greasy
    alpha = cover * np.float32(0.94)
    for plane, value in zip(canvas.colour, ink * rng.uniform(0.93, 1.01), strict=True):
        plane += (np.minimum(np.float32(value) * shade, 255) - plane) * alpha


def paint_caught(
    canvas: Canvas, rng: np.random.Generator, dandruff: int, fine: int, places: Places
) -> tuple[Mask, Mask]:
    """Hang flakes and flecks on the hairs, after these are painted.

    Returns:
        Where flakes and where flecks hang, (H, W) 0..255 each.
    """
    flakes, flecks = canvas.blank(), canvas.blank()
    big, small = rng.poisson(_CAUGHT[dandruff] / canvas.grain), rng.poisson(_ON_HAIR[fine] / canvas.magnification)
    for mask, count, low, high in ((flakes, big, 2.2, 6.0), (flecks, small, 0.6, 1.7)):
        if count and len(places.curves):
            strand = rng.integers(len(places.curves), size=count)
            knot = (rng.random(count) ** 1.5 * places.curves.shape[1]).astype(int)
            centres = places.curves[strand, knot] + rng.normal(0, 0.3 * canvas.hair_width, (count, 2))
            radii = rng.uniform(low, high, count) * canvas.grain
            for outline, value in zip(blobs(rng, centres, radii, 9, 0.5), rng.uniform(120, 250, count), strict=True):
                canvas.polygon(mask, outline, float(value))
    if big or small:
        both = canvas.soft(np.maximum(flakes, flecks), 0.5)
        canvas.blend((240, 241, 242), both * np.float32(0.9))
    return flakes if dandruff else canvas.blank(), flecks if fine else canvas.blank()
