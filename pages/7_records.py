"""Single records behind the statistics, where the operator has switched them on."""

from core.interface.chrome import through_router
from core.interface.records_view import draw_records

through_router()
draw_records()
