"""Hair: follicles on a jittered grid, units of one to three strands, a sharp layer and two nearer, blurred ones."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.vision.synthesis.canvas import Canvas, Mask, Plane, Points

COVER = (0.164, 0.111, 0.099, 0.057)
_POINTS = 16
_UNIT_SIZES = ((0.30, 0.50, 0.20), (0.45, 0.42, 0.13), (0.55, 0.38, 0.07), (0.75, 0.22, 0.03))
_THIN_SHARE = (0.05, 0.2, 0.35, 0.55)
_ALIVE = (1.0, 0.9, 0.75, 0.5)
_WHITE = np.array([205.0, 208.0, 212.0])
_NATURAL = (
    (0.54, (52, 62, 71)),
    (0.22, (42, 50, 49)),
    (0.1, (66, 66, 66)),
    (0.06, (92, 80, 66)),
    (0.03, (165, 140, 98)),
)
_SWELL = {n: np.sin(np.linspace(0.5, 2.6, n)) for n in range(2, 9)}
_RED = (132, 78, 48)

Ink = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Layer:
    """Hairs at one distance from the lens.

    Attributes:
        ink: Premultiplied RGBA, (H, W, 4).
        blur: How far out of focus, logical sigma.
        haze: Light scattered in front of them, RGB.
        opacity: How much of what lies behind they hide, 0..1.
    """

    ink: Ink
    blur: float
    haze: tuple[float, float, float] = (0.0, 0.0, 0.0)
    opacity: float = 1.0


@dataclass(frozen=True)
class Style:
    """What the hairs of one scene have in common.

    Attributes:
        angle: Main direction, radians.
        spread: Standard deviation around it.
        stubby: Cut short.
        base: Colour, (3,) RGB.
        white: Share of white hairs.
        tinted: Share of brown ones among them.
        thin: Share of miniaturised ones.
        gloss: Strength of the highlights; wet hair shines more.
        clump: How far greasy hairs lean together, 0..1.
    """

    angle: float
    spread: float
    stubby: bool
    base: Points
    white: float
    tinted: float
    thin: float
    gloss: float
    clump: float


@dataclass(frozen=True)
class Hair:
    """The hair of one scene.

    Attributes:
        style: What the hairs have in common.
        follicles: All follicle openings, (n, 2) logical.
        curves: Centre lines of the sharp strands, (n, 16, 2) logical.
        layers: Far to near; the first is the sharp one.
    """

    style: Style
    follicles: Points
    curves: Points
    layers: tuple[Layer, ...]

    @property
    def hidden(self) -> Mask:
        """Where the sharp hairs hide the skin, (H, W) 0..255."""
        return self.layers[0].ink[..., 3]


def grow(canvas: Canvas, rng: np.random.Generator, loss: int) -> Hair:
    """Grow the hair of a scene; nothing is painted yet, so that the skin knows where its roots are."""
    style = _style(rng, loss)
    follicles = _follicles(canvas, rng)
    cover = _cover(canvas, rng, loss)
    far = rng.uniform(0.0, min(0.8, 0.4 + 0.12 * canvas.magnification)) if cover > 0.06 else 0.0
    layer: Ink = np.zeros((canvas.height, canvas.width, 4), np.uint8)
    roots, angles, passing = _roots(canvas, rng, style, follicles, loss)
    curves = _fill(canvas, rng, layer, style, roots, angles, passing, cover * (1 - far), 1.0)
    layers = [Layer(layer, rng.uniform(0.05, 0.27) * canvas.grain)]
    for blur, wide, share in ((rng.uniform(0.8, 2), 1.05, 0.5), (rng.uniform(2, 4.5), 1.3, 0.5)):
        if far:
            near = np.zeros_like(layer)
            ends, ways = _passing(canvas, rng, style, 40)
            _fill(canvas, rng, near, style, ends, ways, np.ones(40, bool), cover * far * share, wide)
            red, green, blue = np.array([25, 33, 40]) * rng.uniform(0.6, 1.5)
            layers.append(Layer(near, blur * canvas.grain, (red, green, blue), rng.uniform(0.75, 0.97)))
    return Hair(style, follicles, curves, tuple(layers))


def _style(rng: np.random.Generator, loss: int) -> Style:
    pick = rng.random()
    base = np.array(_RED, np.float64)
    for share, colour in _NATURAL:
        if pick < share:
            base = np.array(colour, np.float64)
            break
        pick -= share
    greying = rng.random()
    white = rng.uniform(0.35, 1.0) if greying < 0.04 else rng.uniform(0.05, 0.35) if greying < 0.16 else 0.015
    return Style(
        angle=rng.uniform(0, 2 * np.pi),
        spread=rng.uniform(0.08, 0.45),
        stubby=rng.random() < 0.13,
        base=base * rng.uniform(0.5, 1.1) * np.exp(rng.normal(0, 0.04, 3)),
        white=white,
        tinted=rng.uniform(0.3, 0.8) if rng.random() < 0.05 else 0.06,
        thin=_THIN_SHARE[loss],
        # Real hair shines on calm scalps too: its gloss must tell nothing about sebum.
        gloss=rng.uniform(0.7, 2.0),
        clump=0.5 * rng.random() ** 3,
    )


def _cover(canvas: Canvas, rng: np.random.Generator, loss: int) -> float:
    cover = COVER[loss] * np.exp((0.2 + 0.1 * np.log(canvas.magnification + 0.3)) * rng.standard_normal())
    dense = rng.uniform(0.2, 0.5)
    # Weak lenses show whole heads of hair, strong ones the skin between.
    share = 0.65 if canvas.magnification < 1.8 else 0.42
    return float(dense if rng.random() < share and loss == 0 else np.clip(cover, 0.015, 0.55))


def _follicles(canvas: Canvas, rng: np.random.Generator) -> Points:
    """Place follicle openings on a jittered grid, some out of the picture: hairs enter it from there."""
    wide, high = canvas.extent
    step = rng.uniform(44, 66) * canvas.magnification**0.85
    x, y = np.meshgrid(np.arange(-0.15 * wide, 1.15 * wide, step), np.arange(-0.15 * high, 1.15 * high, step))
    grid = np.stack([x.ravel(), y.ravel()], 1) + rng.uniform(0, step, 2)
    points: Points = grid + rng.uniform(-0.42, 0.42, grid.shape) * step
    return points[rng.permutation(len(points))]


def _roots(
    canvas: Canvas, rng: np.random.Generator, style: Style, follicles: Points, loss: int
) -> tuple[Points, Points, npt.NDArray[np.bool_]]:
    alive = follicles[rng.random(len(follicles)) < _ALIVE[loss]]
    sizes = rng.choice([1, 2, 3], size=len(alive), p=_UNIT_SIZES[loss])
    roots = np.repeat(alive, sizes, axis=0)
    roots = roots + rng.normal(0, 0.5 * canvas.hair_width, roots.shape)
    angles = np.repeat(style.angle + rng.normal(0, style.spread, len(alive)), sizes)
    angles = _clumped(canvas, rng, style, roots, angles)
    ends, ways = _passing(canvas, rng, style, 140)
    passing = np.r_[np.zeros(len(roots), bool), np.ones(len(ends), bool)]
    return np.r_[roots, ends], np.r_[angles + rng.normal(0, 0.1, len(angles)), ways], passing


def _clumped(canvas: Canvas, rng: np.random.Generator, style: Style, roots: Points, angles: Points) -> Points:
    """Turn hairs towards the nearest of a few points ahead, where grease holds their ends together."""
    points = rng.uniform(-0.2, 1.2, (9, 2)) * canvas.extent
    away = points[None] - roots[:, None]
    turn = (np.arctan2(away[..., 1], away[..., 0]) - angles[:, None] + np.pi) % (2 * np.pi) - np.pi
    cost = np.hypot(away[..., 0], away[..., 1]) * (1 + 3 * np.abs(turn))
    nearest = turn[np.arange(len(roots)), cost.argmin(1)]
    out: Points = angles + style.clump * np.clip(nearest, -0.8, 0.8)
    return out


def _passing(canvas: Canvas, rng: np.random.Generator, style: Style, count: int) -> tuple[Points, Points]:
    """Return starts and directions of hairs rooted out of the picture."""
    wide, high = canvas.extent
    side = rng.normal(style.angle + np.pi, 0.7, count)
    x = wide / 2 + np.cos(side) * wide * 0.75 + rng.uniform(-0.65, 0.65, count) * wide
    y = high / 2 + np.sin(side) * wide * 0.75 + rng.uniform(-0.65, 0.65, count) * wide
    return np.stack([x, y], 1), style.angle + rng.normal(0, style.spread, count)


def _fill(
    canvas: Canvas,
    rng: np.random.Generator,
    layer: Ink,
    style: Style,
    roots: Points,
    angles: Points,
    passing: npt.NDArray[np.bool_],
    cover: float,
    wide: float,
) -> Points:
    """Draw hairs until their areas add up to `cover`, overlap allowed for; return their centre lines."""
    count = len(roots)
    short = style.stubby & ~passing
    hair, width = canvas.hair_width, canvas.extent[0]
    length = np.where(short, rng.uniform(10, 35, count) * hair, rng.uniform(0.45, 1.6, count) * width)
    length = np.where(passing, np.maximum(length, 0.8 * width), length)
    curves = _curves(rng, roots, angles, length)
    thick = hair * wide * np.exp(0.16 * rng.standard_normal(count))
    thin = rng.random(count) < style.thin
    thick = np.maximum(np.where(thin, thick * rng.uniform(0.3, 0.65, count), thick), 0.7)
    colours = _colours(rng, style, thin)
    half = _half_widths(rng, thick, short)
    normals = _normals(curves)
    chosen = _enough(canvas, curves, thick, length, cover)
    for index in chosen:
        _strand(canvas, rng, layer, (curves[index], normals[index], half[index]), colours[index], style.gloss)
    return curves[chosen]


def _enough(canvas: Canvas, curves: Points, thick: Points, length: Points, cover: float) -> npt.NDArray[np.intp]:
    wide, high = canvas.extent
    inside = ((curves > 0) & (curves < (wide, high))).all(2).mean(1)
    area = np.cumsum(inside * length * thick * 0.86) / (wide * high)
    # Overlap: strands falling at random leave exp(-area) of the skin bare.
    last = int(np.searchsorted(area, -np.log1p(-cover))) + 1
    return np.flatnonzero(inside[:last] > 0)


def _curves(rng: np.random.Generator, roots: Points, angles: Points, length: Points) -> Points:
    count = len(roots)
    t = np.linspace(0, 1, _POINTS)[None]
    bend = np.exp(rng.normal(-0.9, 0.5)) * (rng.standard_normal((count, 1)) + rng.normal(0, 0.8))
    sway = rng.normal(0, 0.12, (count, 1)) * np.sin(t * rng.uniform(2, 5, (count, 1)))
    way = angles[:, None] + bend * t + sway
    step = (length / (_POINTS - 1))[:, None]
    moves = np.stack([np.cos(way) * step, np.sin(way) * step], 2)
    out: Points = roots[:, None] + np.cumsum(moves, axis=1) - moves[:, :1]
    return out


def _normals(curves: Points) -> Points:
    along = np.gradient(curves, axis=1)
    along /= np.hypot(along[..., 0], along[..., 1])[..., None] + 1e-6
    return np.stack([-along[..., 1], along[..., 0]], 2)


def _half_widths(rng: np.random.Generator, thick: Points, short: npt.NDArray[np.bool_]) -> Points:
    t = np.linspace(0, 1, _POINTS)[None]
    taper = np.clip(0.62 + 5 * t, 0, 1) * (1 - np.where(short, 0.12, 0.3)[:, None] * t)
    rough = 1 + 0.05 * rng.standard_normal((len(thick), _POINTS))
    out: Points = np.maximum(thick[:, None] * taper * rough, 0.6) / 2
    return out


def _colours(rng: np.random.Generator, style: Style, thin: npt.NDArray[np.bool_]) -> Points:
    count = len(thin)
    colours = style.base * np.exp(0.16 * rng.standard_normal((count, 1)))
    colours = colours + np.where(thin, rng.uniform(10, 50, count), 0)[:, None]
    kind = rng.random(count)
    tint = np.array([125.0, 95.0, 65.0]) * rng.uniform(0.7, 1, (count, 1))
    colours = np.where((kind > 1 - style.tinted)[:, None], tint, colours)
    colours = np.where((kind < style.white)[:, None], _WHITE * rng.uniform(0.8, 1.08, (count, 1)), colours)
    out: Points = np.clip(colours, 12, 232)
    return out


def _ribbon(curve: Points, normal: Points, half: Points, offset: float) -> Points:
    middle = curve + normal * (offset * 2 * half[:, None])
    edge = normal * half[:, None]
    return np.concatenate([middle + edge, (middle - edge)[::-1]])


def _strand(
    canvas: Canvas,
    rng: np.random.Generator,
    layer: Ink,
    strand: tuple[Points, Points, Points],
    base: Points,
    gloss: float,
) -> None:
    """Draw one strand: dark edges, a lighter core, and broken highlights along it."""
    curve, normal, half = strand
    pale = float(base.mean()) > 120
    edge = base * rng.uniform(0.7, 0.85) if pale else base * rng.uniform(0.4, 0.7)
    canvas.polygon(layer, _ribbon(curve, normal, half, 0), (*edge.tolist(), 255.0))
    canvas.dot(layer, curve[0, 0], curve[0, 1], half[0] * 0.92, (*(base * 0.5).tolist(), 255.0))
    side = rng.uniform(-0.14, 0.14)
    shine = gloss * rng.uniform(5, 30) if pale else gloss * rng.uniform(25, 95)
    light = np.clip(base * (1.0 if pale else 1.2) + shine * np.array([0.9, 1.0, 1.06]), 0, 245)
    if half.max() > 1.1:
        canvas.polygon(layer, _ribbon(curve, normal, half * 0.62, side), (*base.tolist(), 255.0))
        _highlights(canvas, rng, layer, strand, base, light, side)
    else:
        shade = np.clip(base * 1.1 + rng.uniform(15, 50), 0, 235)
        canvas.polygon(layer, _ribbon(curve, normal, half * 0.35, side), (*shade.tolist(), 255.0))


def _highlights(
    canvas: Canvas,
    rng: np.random.Generator,
    layer: Ink,
    strand: tuple[Points, Points, Points],
    base: Points,
    light: Points,
    side: float,
) -> None:
    curve, normal, half = strand
    rows = 1 + int(half.max() > 3) + int(half.max() > 5.5)
    side += rng.uniform(-0.1, 0.1)
    start = 0
    while start < _POINTS - 2:
        stop = min(_POINTS, start + int(rng.integers(3, 9)))
        swell = _SWELL[stop - start]
        for _ in range(rows):
            if rng.random() < 0.75:
                share = rng.uniform(0.2, 1)
                colour = base * (1 - share) + light * share
                width = half[start:stop] * rng.uniform(0.05, 0.2) * swell
                shape = _ribbon(curve[start:stop], normal[start:stop], width, 0)
                shape = shape + np.concatenate([normal[start:stop], normal[start:stop][::-1]]) * (
                    2 * half.max() * (side + rng.normal(0, 0.12))
                )
                canvas.polygon(layer, shape, (*colour.tolist(), 255.0))
        start = stop - 1 + int(rng.random() < 0.3)


def shade_roots(canvas: Canvas, rng: np.random.Generator, hair: Hair) -> None:
    """Paint what lies under the skin at each opening: the blue shade of the root and a pale collar."""
    shade, pale = canvas.blank(), canvas.blank()
    width = canvas.hair_width
    for x, y in hair.follicles:
        way = hair.style.angle + np.pi + rng.normal(0, 0.3)
        length = np.linspace(0, width * rng.uniform(1.2, 3.5), 5)
        curve = np.stack([x + np.cos(way) * length, y + np.sin(way) * length], 1)
        normal = np.tile([-np.sin(way), np.cos(way)], (5, 1))
        half = width * np.array([1.0, 1.5, 1.8, 1.5, 0.8]) / 2
        strength, collar, radius = rng.uniform(20, 190), rng.uniform(-100, 150), width * rng.uniform(0.8, 1.6)
        canvas.polygon(shade, _ribbon(curve, normal, half, 0), strength)
        if collar > 20:
            canvas.dot(pale, x, y, radius, collar)
    mean = canvas.colour.mean((1, 2))
    blue = mean * np.array([0.42, 0.56, 0.74])
    if hair.style.base.mean() > 100:
        blue = mean * 0.85
    canvas.blend(blue, canvas.soft(shade, width * 0.45))
    canvas.blend(np.minimum(mean * 1.3 + 20, 225), 0.35 * canvas.soft(pale, width * 0.35))


def cast_shadow(canvas: Canvas, rng: np.random.Generator, hair: Hair) -> None:
    """Darken the skin beside the sharp hairs."""
    shift = rng.integers(-1, 2, 2) * 0.8 * canvas.hair_width * canvas.scale
    moved = np.roll(hair.hidden, (int(shift[0]), int(shift[1])), (0, 1))
    strength = rng.uniform(0.2, 0.45)
    canvas.absorb((strength, strength, strength), canvas.soft(moved, canvas.hair_width * 0.7))


def paint(canvas: Canvas, rng: np.random.Generator, layer: Layer, *, textured: bool) -> Plane:
    """Lay a layer over the picture; return its cover as drawn, (H, W) 0..1."""
    planes = cv2.split(canvas.blur(layer.ink, layer.blur))
    alpha = planes[3].astype(np.float32) * np.float32(layer.opacity / 255)
    keep = 1 - alpha
    texture: Plane | None = None
    if textured:
        depth = 5 if canvas.magnification < 2 else 9
        texture = np.float32(depth) * canvas.noise(rng, 2.4 * canvas.grain, 2) * alpha
    for plane, ink, haze in zip(canvas.colour, planes[:3], layer.haze, strict=True):
        plane *= keep
        if texture is None:
            plane += ink * np.float32(0.8 * layer.opacity) + np.float32(haze) * alpha
        else:
            plane += np.maximum(ink + texture, 0)
    return alpha


def cover_of(alphas: list[Plane]) -> Mask:
    """Join layers to the hair mask, (H, W) 0..255."""
    joined = alphas[0].copy()
    for alpha in alphas[1:]:
        np.maximum(joined, alpha, out=joined)
    return (joined * 255).astype(np.uint8)


def uncovered(mask: Mask, strands: Mask) -> Mask:
    """Leave of a mask what the hair does not hide; both (H, W) 0..255."""
    return np.asarray(cv2.multiply(mask, 255 - strands, scale=1 / 255), np.uint8)
