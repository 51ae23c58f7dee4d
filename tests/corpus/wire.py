"""Requests byte by byte: nothing on the way mends what is sent."""

from __future__ import annotations

import gzip
import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

# What an answer may take.
SECONDS = 60.0

Json = Any


@dataclass(frozen=True)
class Answer:
    status: int  # 0: the connection ended without an answer
    headers: dict[str, str] = field(default_factory=dict)
    text: bytes = b""

    @property
    def body(self) -> Json:
        try:
            return json.loads(self.text.decode())
        except ValueError:
            return None

    @property
    def scim_type(self) -> str | None:
        body = self.body
        return body.get("scimType") if isinstance(body, dict) else None


class Service:
    """The service of a site, as `tests/site up` describes it."""

    def __init__(self, info: dict[str, Any]) -> None:
        address = urlsplit(info["scim"])
        self.host = str(address.hostname)
        self.port = int(address.port or 80)
        self.path = address.path
        self.token: str = info["token"]

    def send(self, method: str, path: str, body: Json = None, headers: dict[str, str | None] | None = None) -> Answer:
        """A request in its right form, but for what the headers say."""
        sent = b"" if body is None else bytes_of(body)
        named = {name.lower() for name in headers or {}}
        given: dict[str, str | None] = {
            "Host": f"{self.host}:{self.port}",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/scim+json",
            "Content-Length": str(len(sent)) if body is not None or method not in ("GET", "DELETE") else None,
            "Connection": "close",
        }
        kept = {name: value for name, value in given.items() if name.lower() not in named} | (headers or {})
        if (kept.get("Content-Encoding") or "") == "gzip":
            sent = gzip.compress(sent, mtime=0)
            kept["Content-Length"] = str(len(sent))
        lines = [f"{method} {self.path}{path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in kept.items() if value is not None]
        head = "\r\n".join(lines) + "\r\n\r\n"
        return self.exchange([head.encode("utf-8", "surrogateescape"), sent])

    def exchange(self, parts: list[bytes], pause: float = 0.0, cut: bool = False) -> Answer:
        """Sends parts, with a pause before each but the first. A cut connection sends no more, and does not wait."""
        with socket.create_connection((self.host, self.port), timeout=SECONDS) as connection:
            try:
                for number, part in enumerate(parts):
                    time.sleep(pause if number else 0.0)
                    connection.sendall(part)
                if cut:
                    connection.shutdown(socket.SHUT_WR)
                return read(connection)
            except (BrokenPipeError, ConnectionResetError):
                # The server has answered before all was sent.
                return read(connection)


def read(connection: socket.socket) -> Answer:
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
            head, _, rest = received.partition(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line.lower()[:15] == b"content-length:"), None
            )
            if length is not None and len(rest) >= length:
                break
    except (TimeoutError, ConnectionResetError):
        pass
    head, _, rest = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    first = lines[0].split(" ")
    if len(first) < 2 or not first[1].isdigit():
        return Answer(0)
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    return Answer(int(first[1]), headers, unchunked(rest) if headers.get("transfer-encoding") == "chunked" else rest)


def unchunked(text: bytes) -> bytes:
    whole = b""
    while text:
        size, _, text = text.partition(b"\r\n")
        length = int(size.split(b";")[0] or b"0", 16)
        if length == 0:
            break
        whole, text = whole + text[:length], text[length + 2 :]
    return whole


def bytes_of(body: Json) -> bytes:
    """What a line of the corpus says of a body: a list of parts is sent as it stands, anything else as JSON."""
    if not isinstance(body, list):
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return b"".join(part_of(part) for part in body)


def part_of(part: Json) -> bytes:
    if isinstance(part, str):
        return part.encode("utf-8", "surrogatepass")
    if "hex" in part:
        return bytes.fromhex(part["hex"])
    text, times = part["repeat"]
    return str(text).encode() * int(times)
