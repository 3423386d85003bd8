"""Rows that only the holder of a key can read: AES-256-GCM, each bound to the row it lies in."""

import hmac
import secrets
from collections.abc import Iterable
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import RecordsError
from core.records.history_key import HistoryKey

_NONCE_BYTES = 12


def seal(key: HistoryKey, row: UUID, data: bytes) -> bytes:
    """Encrypt the content of a row.

    Args:
        key: Whose row it is.
        row: Its id; content moved to another row does not open there.
        data: What to hide.

    Returns:
        A random nonce followed by ciphertext and tag, 28 bytes longer than `data`.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key.sealing_secret).encrypt(nonce, data, row.bytes)


def unseal(key: HistoryKey, row: UUID, sealed: bytes) -> bytes:
    """Decrypt the content of a row.

    Raises:
        RecordsError: It was changed after it was sealed (`history.damaged`).
    """
    try:
        return AESGCM(key.sealing_secret).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], row.bytes)
    except (InvalidTag, ValueError) as error:
        raise RecordsError("history.damaged") from error


def name_row(key: HistoryKey, parts: Iterable[str]) -> UUID:
    """Derive the id of a row, the same for the same content under the same key, and telling nobody else anything."""
    digest = hmac.digest(key.naming_secret, "\n".join(parts).encode(), "sha256")
    return UUID(bytes=digest[:16])
