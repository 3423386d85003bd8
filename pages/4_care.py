"""What follows from a result: a plan, and what helps with it."""

from core.interface.care_view import draw_care
from core.interface.chrome import through_router

through_router()
draw_care()
