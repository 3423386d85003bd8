"""A second hand that draws the same conditions by simpler means.

A network that learns from one renderer learns its habits too. This one shares the hair and the roots with the detailed
hand and does everything else differently: redness as a shift of colour instead of absorbed light, flakes as layered
polygons instead of torn noise, glints on a finer relief, a plainer camera, and fewer things that are no finding.
Trained on both hands, a network agrees with marks on real photos clearly better than on either alone.
"""

from core.vision.synthesis.plain.scene import draw_magnification, paint_plain

__all__ = ["draw_magnification", "paint_plain"]
