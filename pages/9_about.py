"""About and privacy."""

from core.interface.about_view import draw_about
from core.interface.chrome import through_router

through_router()
draw_about()
