"""What follows from a result: a plan, and what helps with it."""

from core.interface.care_view import draw_care

draw_care()
