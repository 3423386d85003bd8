"""What the stored results say about people."""

from core.interface.chrome import through_router
from core.interface.statistics_view import draw_statistics

through_router()
draw_statistics()
