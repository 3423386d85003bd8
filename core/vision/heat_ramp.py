"""The colours of evidence, little to much: plain numbers, so that a legend needs no picture library."""

from typing import Final

# Skin is red to brown: a ramp from dark to light through blue and green stands out on every tone.
HEAT_RAMP: Final[tuple[tuple[int, int, int], ...]] = (
    (49, 54, 149),
    (30, 120, 180),
    (28, 168, 150),
    (160, 215, 70),
    (253, 240, 60),
)
