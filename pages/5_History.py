"""Visits of one person over time."""

from core.interface.history_view import draw_history

draw_history()
