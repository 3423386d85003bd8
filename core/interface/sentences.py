"""Words joined into sentences. Light: Home draws with it before anything heavy is loaded."""

from collections.abc import Sequence

from core.locale import Language, text


def raise_first(words: str) -> str:
    """Return the words with their first letter raised, as a label or a sentence begins."""
    return words[:1].upper() + words[1:]


def join_words(language: Language, words: Sequence[str]) -> str:
    """Return the words as a list in a sentence: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    rest = text(language, "common.list.separator").join(words[:-1])
    return text(language, "common.list.last", rest=rest, last=words[-1])
