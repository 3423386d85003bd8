"""One chat completion from a server that speaks OpenAI's protocol (Ollama, vLLM, llama.cpp), within limits."""

import json
import time
from typing import Any, Final

import httpx

from core.settings import Settings

MAX_BYTES: Final = 200_000
_MAX_TOKENS: Final = 1200


class LetterError(Exception):
    """There is no letter; the reason is for the log alone."""


def complete(settings: Settings, messages: list[dict[str, str]]) -> str:
    """Ask once and return the words of the answer.

    Redirects are not followed and proxies of the environment not used: what is sent goes where the operator said.

    Args:
        settings: `letter_url` (up to and with `/v1`), `letter_model`, `letter_key` and `letter_timeout`.
        messages: The messages of the chat.

    Raises:
        LetterError: The server cannot be reached, takes longer than the time-out in all, answers with an error, with
            too much, with something that is no completion, with a refusal, or breaks off.
    """
    payload = {
        "model": settings.letter_model,
        "messages": messages,
        "temperature": 0.3,
        "max_tokens": _MAX_TOKENS,
        "stream": False,
    }
    key = settings.letter_key
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    address = f"{settings.letter_url.rstrip('/')}/chat/completions"
    try:
        body = _post(address, payload, headers, settings.letter_timeout)
        answer = json.loads(body)
    except httpx.HTTPError as error:
        raise LetterError(f"{type(error).__name__}") from error
    except ValueError as error:
        raise LetterError("the answer is not JSON") from error
    return _words(answer)


def _post(address: str, payload: dict[str, Any], headers: dict[str, str], timeout: float) -> bytes:
    deadline = time.monotonic() + timeout
    with (
        httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client,
        client.stream("POST", address, json=payload, headers=headers) as response,
    ):
        if response.status_code != httpx.codes.OK:
            raise LetterError(f"status {response.status_code}")
        body = b""
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise LetterError("the answer is too long")
            # A time-out of httpx starts anew with every byte: a server that drips would hold us for ever.
            if time.monotonic() > deadline:
                raise LetterError("too slow")
    return body


def _words(answer: Any) -> str:  # noqa: ANN401 (whatever a server sends)
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        words, refusal, finished = message["content"], message.get("refusal"), choice.get("finish_reason", "stop")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise LetterError("the answer is no chat completion") from error
    if refusal or finished not in ("stop", None):
        raise LetterError("the model refused or was cut off")
    if not isinstance(words, str) or not words.strip():
        raise LetterError("the answer holds no words")
    return words.strip()
