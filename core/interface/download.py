"""The result as a file to keep or to show a doctor."""

import json
from collections.abc import Mapping
from datetime import datetime

from core import __version__
from core.interface.answers import Answers
from core.interface.checkup import Checked, Checkup


def result_as_json(checkup: Checkup, answers: Answers, note: str) -> str:
    """Return the result of a check as JSON: per photo the shape of `python -m core diagnose --json`.

    Args:
        checkup: The check, refused and unreadable photos included.
        answers: What the person told.
        note: What this is not, in the person's language.
    """
    result = {
        "application": "ScalpSpectra",
        "application_version": __version__,
        "note": note,
        "checked_at": checkup.checked_at.isoformat(timespec="seconds"),
        "visit": {"sex": answers.sex, "age_band": answers.age_band, "region": answers.region},
        "photos": [_photo(photo) for photo in checkup.photos],
    }
    return json.dumps(result, ensure_ascii=False, indent=2)


def result_file_name(checked_at: datetime) -> str:
    """Return a file name that sorts by time."""
    return f"scalpspectra-{checked_at:%Y%m%d-%H%M}.json"


def _photo(photo: Checked) -> Mapping[str, object]:
    known = {"photo": photo.name, "site": photo.site}
    if photo.diagnosis is None:
        return {**known, "accepted": False, "error": str(photo.error)}
    return {**known, **photo.diagnosis.as_dict()}
