"""What a site may have beside its database: an object cache that all requests share, in a Redis of its own."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

from . import processes
from .console import SiteError, fill, tool
from .processes import Process

START_SECONDS = 20.0
NAME = "redis-server"


def socket_of(sockets: Path) -> Path:
    return sockets / "redis.sock"


def start(kind: str, folder: Path, sockets: Path, keep: Callable[[Process], None]) -> None:
    """Starts the cache's server, if there is one, empty; `keep` is told of it at once."""
    if kind == "none":
        return
    path = socket_of(sockets)
    data = folder / "redis"
    data.mkdir(exist_ok=True)
    command = [
        *(tool(NAME), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
        *("--dir", str(data), "--save", "", "--appendonly", "no", "--daemonize", "no"),
    ]
    process = processes.start(NAME, command, log=folder / "logs/redis.log", cwd=folder)
    keep(process)
    _await_pong(process, path)


def empty(kind: str, sockets: Path) -> None:
    """Forgets what belongs to a database that is no more."""
    if kind != "none":
        _ask(socket_of(sockets), "FLUSHALL")


def remember(sockets: Path) -> None:
    """Keeps a copy of all that the cache holds."""
    _ask(
        socket_of(sockets),
        "EVAL \"for _, key in ipairs(redis.call('KEYS', '*')) do"
        " if string.sub(key, 1, 4) ~= 'lie:' then redis.call('COPY', key, 'lie:' .. key, 'REPLACE') end end\" 0",
    )


def lie(sockets: Path) -> None:
    """Gives the cache back what it held when it was remembered, as if nothing had been forgotten since."""
    _ask(
        socket_of(sockets),
        "EVAL \"for _, key in ipairs(redis.call('KEYS', 'lie:*')) do"
        " redis.call('COPY', key, string.sub(key, 5), 'REPLACE') end\" 0",
    )


def place(kind: str, content: Path, sockets: Path) -> None:
    """Puts the drop-in into wp-content, or takes it out."""
    drop_in = content / "object-cache.php"
    if kind == "none":
        drop_in.unlink(missing_ok=True)
    else:
        fill("object-cache.php", drop_in, socket=socket_of(sockets))


def _await_pong(process: Process, path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        processes.require_alive(process)
        try:
            if _ask(path, "PING") == b"+PONG\r\n":
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise SiteError(f"{NAME} does not answer; the end of {process.log}:\n{processes.tail(process)}")


def _ask(path: Path, command: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(path))
        client.sendall(f"{command}\r\n".encode())
        return client.recv(64)
