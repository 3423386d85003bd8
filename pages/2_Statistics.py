"""What the stored results say about people."""

from core.interface.statistics_view import draw_statistics

draw_statistics()
