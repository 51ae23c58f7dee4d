"""One client with one connection, as an identity provider's worker is."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PATIENCE_SECONDS = 300.0


class RequestError(Exception):
    """An answer that was not expected, or none."""


@dataclass(frozen=True)
class Answer:
    status: int
    seconds: float
    text: bytes

    def json(self) -> Any:
        return json.loads(self.text or b"null")


class Client:
    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self.connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE_SECONDS)

    def begin(self, path: str, headers: Mapping[str, str], size: int) -> Answer:
        """Asks for something long, reads so many bytes of it, and hangs up."""
        start = time.perf_counter()
        try:
            self.connection.request("GET", path, None, dict(headers))
            response = self.connection.getresponse()
            text = response.read(size)
        except (OSError, http.client.HTTPException) as error:
            raise RequestError(f"GET {path[:200]} has no answer: {error!r}") from error
        finally:
            self.connection.close()
        if response.status != http.HTTPStatus.OK:
            raise RequestError(f"GET {path[:200]} is answered {response.status}: {text[:500]!r}")
        return Answer(response.status, time.perf_counter() - start, text)

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: object, expected: tuple[int, ...]
    ) -> Answer:
        """Sends a request and reads its answer to the end; only that is in its time."""
        data = None if body is None else json.dumps(body).encode()
        start = time.perf_counter()
        try:
            self.connection.request(method, path, data, dict(headers))
            response = self.connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()  # The next request opens it anew.
            raise RequestError(f"{method} {path[:200]} has no answer: {error!r}") from error
        seconds = time.perf_counter() - start
        if response.status not in expected:
            raise RequestError(f"{method} {path[:200]} is answered {response.status}: {text[:500]!r}")
        return Answer(response.status, seconds, text)
