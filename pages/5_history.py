"""Visits of one person over time."""

from core.interface.chrome import through_router
from core.interface.history_view import draw_history

through_router()
draw_history()
