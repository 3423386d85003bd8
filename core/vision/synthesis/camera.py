"""The microscope's lamp, lens and sensor: what turns a painted scene into a photo."""

import cv2
import numpy as np
import numpy.typing as npt

from core.vision.synthesis.canvas import Canvas, Plane

# Mean of each channel over real photos: their microscopes balance to neutral grey.
_NEUTRAL = np.array([128.0, 131.5, 133.5])
_BLURS = ((0.4, 0.45), (0.34, 0.65), (0.2, 0.9), (0.06, 1.3))


def add_glints(canvas: Canvas, hidden: Plane) -> None:
    """Add specular light, dimmed under the hair (H, W) 0..1, with a soft bloom."""
    glint = np.clip(canvas.glint, 0, 1) * (1 - np.float32(0.8) * hidden)
    bloom = np.asarray(canvas.blur(glint, 1.5), np.float32) * np.float32(0.5)
    canvas.blend((255, 255, 255), np.maximum(glint, bloom))


def shoot(canvas: Canvas, rng: np.random.Generator, tint: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Light, balance, focus and digitise.

    Args:
        canvas: The scene.
        rng: Random numbers of the camera.
        tint: (3,) how redness changed each channel's mean; white balance takes back only a part of it.

    Returns:
        The photo, (H, W, 3) RGB.
    """
    _illuminate(canvas, rng)
    _balance(canvas, rng, tint)
    image = cv2.merge(list(canvas.colour))
    image = _focus(canvas, rng, image)
    return _digitise(canvas, rng, image)


def _illuminate(canvas: Canvas, rng: np.random.Generator) -> None:
    across, down = np.linspace(0, 1, 56, dtype=np.float32)[None], np.linspace(0, 1, 40, dtype=np.float32)[:, None]
    x, y = rng.uniform(0.25, 0.75, 2)
    light = 1 + rng.uniform(-0.05, 0.55) * (0.25 - np.square(across - x) - np.square(down - y))
    chance, gx, gy = rng.random(3)
    gain, reach = rng.uniform(0.3, 1.2), rng.uniform(0.15, 0.4)
    # Lamps blow out bare skin between dense hairs: white, and yet no flake.
    if chance < 0.35:
        light = light * (1 + gain * np.exp(-(np.square(across - gx) + np.square(down - gy)) / np.square(reach)))
    corner, depth = rng.random(), rng.uniform(0.3, 0.8)
    if corner < 0.07:
        far = np.sqrt(np.square(across - 0.5) + np.square((down - 0.5) * 0.72))
        light = light * (1 - depth * np.clip((far - 0.42) / 0.15, 0, 1))
    canvas.colour *= canvas.enlarge(np.asarray(light, np.float32))
    # Cameras stretch flat pictures and spare harsh ones.
    spread = float(canvas.colour[1, ::4, ::4].std())
    contrast = float(np.clip(rng.uniform(1.05, 1.5) * (38 / spread) ** 0.4, 0.85, 2.0))
    np.clip(canvas.colour, 1, None, out=canvas.colour)
    canvas.colour *= np.float32(1 / 131)
    for plane in canvas.colour:
        plane[:] = cv2.pow(plane, contrast) * np.float32(131)


def _balance(canvas: Canvas, rng: np.random.Generator, tint: npt.NDArray[np.float64]) -> None:
    """Balance to grey, as these cameras do, yet leave most of what redness added: a strong balance would erase it."""
    strength, forgive = rng.uniform(0.88, 1.04), rng.uniform(0.25, 0.6)
    target = _NEUTRAL + rng.normal(0, 5.5)
    mean = canvas.colour.mean((1, 2), dtype=np.float64)
    calm = mean / tint
    wanted = target * (tint / tint.mean()) ** (1 - forgive)
    gain = (target / calm) ** strength * (target.mean() / calm.mean()) ** (1 - strength)
    gain *= (wanted / target) / tint
    gain *= target.mean() / (gain * mean).mean()
    gain *= np.exp(rng.normal(0, 0.013, 3) + np.array([1.0, 0.0, -1.0]) * rng.normal(0, 0.018))
    canvas.colour *= gain.astype(np.float32)[:, None, None]


def _focus(canvas: Canvas, rng: np.random.Generator, image: Plane) -> Plane:
    pick, sigma = rng.random(), 0.0
    for share, value in _BLURS:
        sigma = value
        if pick < share:
            break
        pick -= share
    sigma *= rng.uniform(0.8, 1.2)
    if sigma:
        image = np.asarray(canvas.blur(image, sigma), np.float32)
    image = _depth_of_field(canvas, rng, image)
    image = _shake(canvas, rng, image)
    sharpen, amount = rng.random(), rng.uniform(0.3, 1.0)
    if sharpen < 0.85:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        grey -= np.asarray(canvas.blur(grey, 1.3), np.float32)
        image += np.asarray(cv2.merge([grey * np.float32(amount)] * 3), np.float32)
    return image


def _depth_of_field(canvas: Canvas, rng: np.random.Generator, image: Plane) -> Plane:
    chance, way, offset, sigma = rng.random(), rng.uniform(0, 2 * np.pi), rng.uniform(0.0, 0.35), rng.uniform(1.2, 3)
    if chance > 0.18:
        return image
    across, down = (
        np.linspace(-0.5, 0.5, 56, dtype=np.float32)[None],
        np.linspace(-0.4, 0.4, 40, dtype=np.float32)[:, None],
    )
    plane = canvas.enlarge(np.clip((across * np.cos(way) + down * np.sin(way) - offset) * 3.5, 0, 1).astype(np.float32))
    soft = np.asarray(canvas.blur(image, sigma), np.float32)
    soft -= image
    soft *= plane[..., None]
    image += soft
    return image


def _shake(canvas: Canvas, rng: np.random.Generator, image: Plane) -> Plane:
    chance, way, length = rng.random(), rng.uniform(0, np.pi), rng.uniform(1.5, 4.5)
    if chance > 0.08:
        return image
    side = 2 * round(length * canvas.scale / 2) + 3
    kernel = np.zeros((side, side), np.float32)
    middle = side // 2
    reach = length * canvas.scale / 2 * np.array([np.cos(way), np.sin(way)])
    ends = [tuple(int(v) for v in np.round(middle + sign * reach)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.float32)


def _digitise(canvas: Canvas, rng: np.random.Generator, image: Plane) -> npt.NDArray[np.uint8]:
    power = rng.uniform(3, 6.5) * 0.6
    common = np.asarray(canvas.white_noise(rng))
    grains = [cv2.addWeighted(common, 0.6 * power, canvas.white_noise(rng), 0.8 * power, 0) for _ in range(3)]
    photo = cv2.add(image, cv2.merge(grains), dtype=cv2.CV_8U)
    compress, quality = rng.random(), int(rng.integers(45, 92))
    if compress < 0.8:
        _, data = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(photo, np.uint8)
