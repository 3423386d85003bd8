"""`python -m tests.bench [--rounds N]`: print the speed of the browser side, and what the map sends."""

import argparse

from tests.bench.browser_speed import GRADIO_PYTHON, as_table, gradio_python, measure
from tests.bench.care_speed import measure_care
from tests.bench.clinics_traffic import measure_map

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--rounds", type=int, default=5, help="how often each side takes its turn")
arguments = parser.parse_args()
python = gradio_python()
rows = [*measure(arguments.rounds, gradio_python=python), *measure_care(arguments.rounds), *measure_map()]
print(as_table(rows))  # noqa: T201
if python is None:
    print(f"Set {GRADIO_PYTHON} to a Python with gradio, torch and torchvision for the photo rows.")  # noqa: T201
