"""For the operator: the product directory, and what was shown and clicked."""

from core.interface.chrome import through_router
from core.interface.operator_view import draw_operator

through_router()
draw_operator()
