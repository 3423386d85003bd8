"""Find a clinic near you."""

from core.interface.chrome import through_router
from core.interface.clinics_view import draw_clinics

through_router()
draw_clinics()
