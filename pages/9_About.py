"""About and privacy."""

from core.interface.about_view import draw_about

draw_about()
