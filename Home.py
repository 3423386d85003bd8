"""Entry and router: `streamlit run Home.py`."""

from core.interface.chrome import run_pages
from core.interface.home_view import draw_home

run_pages(draw_home)
