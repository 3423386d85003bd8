"""Check a photo: choose, answer, read the result."""

import streamlit as st

from core.interface.answers import draw_answers
from core.interface.chrome import through_router
from core.interface.diagnosis_view import check_photos, draw_checkup, draw_see_a_doctor
from core.interface.intake import draw_intake
from core.interface.resources import warm_up

through_router()
photo, person = st.columns(2, gap="large")
with photo:
    submitted, view = draw_intake()
with person:
    answers = draw_answers()
draw_see_a_doctor()
draw_checkup(check_photos(submitted, view), answers)
warm_up()
