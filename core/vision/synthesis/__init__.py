"""Draws labelled scalp-microscope photos: for training, tests and the application's examples.

Everything is drawn; no photo of a person goes in.
"""

from core.vision.synthesis.dataset import write_scenes
from core.vision.synthesis.examples import write_examples
from core.vision.synthesis.scene import Hand, Scene, draw_scene

__all__ = ["Hand", "Scene", "draw_scene", "write_examples", "write_scenes"]
