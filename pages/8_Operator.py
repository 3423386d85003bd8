"""For the operator: the product directory, and what was shown and clicked."""

from core.interface.operator_view import draw_operator

draw_operator()
