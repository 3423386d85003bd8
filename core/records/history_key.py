"""The private key of a history: made here, held by the person alone.

A key is 24 letters and digits in six groups, `7K3D-...`: 20 carry 100 random bits, 4 are a Reed-Solomon check over
GF(32). Any mistake in up to four places is certain to be noticed, and one in more places all but once in a million:
so a mistyped key is told from one that nobody uses, without asking the records. The alphabet is Crockford's base 32
(https://www.crockford.com/base32.html), which leaves out what looks alike.

The records hold only what HKDF derives from a key: a hash that finds its rows, and, never stored, the key that seals
them (`core.records.history_seal`). The hash is a fast one without pepper on purpose. Slow hashes and peppers protect
secrets that can be guessed; 100 random bits cannot: at 10^12 guesses a second, a stolen database would be searched
for 4 * 10^10 years. A pepper beside the database would only make every backup without it worthless.
"""

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import RecordsError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DATA_SYMBOLS = 20
CHECK_SYMBOLS = 4
KEY_SYMBOLS = DATA_SYMBOLS + CHECK_SYMBOLS
_GROUP = 4
_LOOKS_LIKE = str.maketrans("OIL", "011")
_SEPARATORS = frozenset("-‐‑‒–—−_.·")
_PURPOSE = b"scalpspectra history, version 1"


@dataclass(frozen=True)
class HistoryKey:
    """A key whose check symbols are right. Its `repr` shows nothing, so that no log does.

    Attributes:
        symbols: 24 symbols of `ALPHABET`, without separators.
    """

    symbols: str = field(repr=False)

    @property
    def text(self) -> str:
        """The key as a person keeps it, in groups of four."""
        return "-".join(self.symbols[start : start + _GROUP] for start in range(0, KEY_SYMBOLS, _GROUP))

    @property
    def key_hash(self) -> str:
        """What finds the rows of this key in the records: 64 hex digits that do not give the key away."""
        return self._derived[:32].hex()

    @property
    def sealing_secret(self) -> bytes:
        """The 32 bytes that seal rows; never stored."""
        return self._derived[32:64]

    @property
    def naming_secret(self) -> bytes:
        """The 32 bytes that row ids are derived with, so that nobody else can tell which photo a row is about."""
        return self._derived[64:]

    @cached_property
    def _derived(self) -> bytes:
        return HKDF(algorithm=SHA256(), length=96, salt=None, info=_PURPOSE).derive(self.symbols.encode())


def make_key(draw: Callable[[int], int] = secrets.randbelow) -> HistoryKey:
    """Draw a new key.

    Args:
        draw: Gives a random number below its argument; the system's source of randomness for every real key.
    """
    values = [draw(len(ALPHABET)) for _ in range(DATA_SYMBOLS)]
    return HistoryKey("".join(ALPHABET[value] for value in (*values, *_check(values))))


def parse_key(words: str) -> HistoryKey:
    """Read a key as a person types or pastes it: any case, spaces and dashes anywhere, O for 0, I and L for 1.

    Args:
        words: From a stranger; nothing of it ends up in an error.

    Raises:
        RecordsError: Nothing was typed (`history.key_empty`), a character that no key has (`key_characters`), too
            few or too many (`key_length`), or a mistyped one (`key_typo`).
    """
    # Full-width letters, as Korean and Japanese keyboards give them, become plain ones. No key is this long: folding
    # megabytes would be for nothing.
    folded = unicodedata.normalize("NFKC", words[:1000]).upper().translate(_LOOKS_LIKE)
    symbols = [letter for letter in folded if not letter.isspace() and letter not in _SEPARATORS]
    if not symbols:
        raise RecordsError("history.key_empty")
    if any(symbol not in ALPHABET for symbol in symbols):
        raise RecordsError("history.key_characters")
    if len(symbols) != KEY_SYMBOLS:
        raise RecordsError("history.key_length", given=len(symbols), expected=KEY_SYMBOLS)
    values = [ALPHABET.index(symbol) for symbol in symbols]
    if _check(values[:DATA_SYMBOLS]) != values[DATA_SYMBOLS:]:
        raise RecordsError("history.key_typo")
    return HistoryKey("".join(symbols))


def _make_field() -> tuple[list[int], list[int]]:
    """Powers of the generating element of GF(32) by x^5 + x^2 + 1, and their logarithms."""
    powers, logarithms = [0] * 31, [0] * 32
    value = 1
    for exponent in range(31):
        powers[exponent], logarithms[value] = value, exponent
        value <<= 1
        if value & 32:
            value ^= 0b100101
    return powers, logarithms


_POWERS, _LOGARITHMS = _make_field()


def _times(left: int, right: int) -> int:
    return _POWERS[(_LOGARITHMS[left] + _LOGARITHMS[right]) % 31] if left and right else 0


def _make_generator() -> list[int]:
    """Coefficients, highest first, of the polynomial whose roots are the powers 1 to 4: any two keys differ in 5."""
    coefficients = [1]
    for exponent in range(1, CHECK_SYMBOLS + 1):
        shifted = [*coefficients, 0]
        scaled = [0, *(_times(_POWERS[exponent], coefficient) for coefficient in coefficients)]
        coefficients = [a ^ b for a, b in zip(shifted, scaled, strict=True)]
    return coefficients


_GENERATOR = _make_generator()


def _check(values: list[int]) -> list[int]:
    """The remainder of the values, as a polynomial, by the generator."""
    remainder = [0] * CHECK_SYMBOLS
    for value in values:
        factor = value ^ remainder[0]
        shifted = [*remainder[1:], 0]
        remainder = [a ^ _times(factor, g) for a, g in zip(shifted, _GENERATOR[1:], strict=True)]
    return remainder
