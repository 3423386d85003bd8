"""Models: runs compared, packages, a corner to try them, trainings."""

from core.interface.chrome import through_router
from core.interface.models_view import draw_models

through_router()
draw_models()
