"""Find a clinic near you."""

from core.interface.clinics_view import draw_clinics

draw_clinics()
