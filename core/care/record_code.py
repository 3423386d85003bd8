"""The code that finds a record: the start of its id, short enough to be read out over a telephone."""

from typing import Final

# Twelve hexadecimal digits and a hyphen: among a million records two share them with a chance of one in 500.
_LENGTH: Final = 13


def record_code(record: str) -> str:
    """Return the code of a stored visit.

    Args:
        record: Its id in the records.
    """
    return record[:_LENGTH]
