"""Word lists of the taxonomy as SQL."""

from typing import Final

from core.taxonomy import Condition

CONDITION_LIST: Final = "[" + ", ".join(f"'{condition}'" for condition in Condition) + "]"
"""All conditions in their order, as a list."""
