"""The pages, written down once. A page is part of the application when its file exists."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.settings import get_settings

PAGES_DIR: Final = Path(__file__).resolve().parents[2] / "pages"


@dataclass(frozen=True)
class PageEntry:
    """One page of the application.

    Attributes:
        name: Its address, and the name of its texts in `common.toml`.
        file: Its file under `pages/`; None for Home, which the router draws itself.
        icon: A Material symbol.
        hidden: Whether the navigation leaves it out; it opens by its address.
        switch: A setting that has to be on; empty for none.
    """

    name: str
    file: str | None
    icon: str
    hidden: bool = False
    switch: str = ""

    @property
    def present(self) -> bool:
        """Whether the page can be opened."""
        on = not self.switch or bool(getattr(get_settings(), self.switch))
        return on and (self.file is None or (PAGES_DIR / self.file).is_file())


PAGES: Final = (
    PageEntry("home", None, ":material/home:"),
    PageEntry("diagnosis", "1_diagnosis.py", ":material/center_focus_strong:"),
    PageEntry("statistics", "2_statistics.py", ":material/bar_chart:"),
    PageEntry("care", "4_care.py", ":material/checklist:"),
    PageEntry("clinics", "3_clinics.py", ":material/local_hospital:"),
    PageEntry("records", "7_records.py", ":material/table_rows:", hidden=True, switch="drill_down"),
    PageEntry("operator", "8_operator.py", ":material/storefront:", hidden=True),
    PageEntry("models", "6_models.py", ":material/model_training:"),
    PageEntry("history", "5_history.py", ":material/timeline:"),
    PageEntry("about", "9_about.py", ":material/shield_person:"),
)


def find_page(name: str) -> PageEntry | None:
    """Return the page of that name, or None where its file does not exist."""
    return next((page for page in PAGES if page.name == name and page.present), None)
