"""Servers that outlive the script: each is the leader of a session of its own, and is stopped with all of that session.

A process id alone does not name a process: it is used again, after a reboot most of all. So the boot and the time
the leader started are kept with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .console import SiteError, last_lines, tool

STOP_SECONDS = 20.0
# No PHP of a site's may take the machine with it, whatever goes wrong in it.
PHP_BYTES = 4 << 30


@dataclass(frozen=True)
class Process:
    name: str
    pid: int
    started: int
    boot: str
    log: str


def start(name: str, command: Sequence[str], *, log: Path, cwd: Path, env: Mapping[str, str] | None = None) -> Process:
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    stat = _stat(child.pid)
    return Process(name, child.pid, stat.started if stat else 0, _boot(), str(log))


def bounded(command: Sequence[str]) -> list[str]:
    """The same command with a bound on its memory."""
    return [tool("prlimit"), f"--as={PHP_BYTES}", "--", *command]


def alive(process: Process) -> bool:
    stat = _stat(process.pid)
    return process.boot == _boot() and stat is not None and stat.started == process.started and not stat.dead


def require_alive(process: Process) -> None:
    if not alive(process):
        raise SiteError(f"{process.name} ended at once; the end of {process.log}:\n{tail(process)}")


def tail(process: Process) -> str:
    try:
        return last_lines(Path(process.log).read_text(errors="replace"))
    except OSError:
        return "(no log)"


def stop(process: Process) -> None:
    """Ends the whole session, so that workers whose leader was killed go too, and makes sure."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        signal_all(process, number)
        deadline = time.monotonic() + STOP_SECONDS
        while _members(process):
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        else:
            return
    raise SiteError(f"{process.name} (process {process.pid}) cannot be stopped")


def kill(process: Process) -> None:
    """Ends it without a chance to put anything in order."""
    signal_all(process, signal.SIGKILL)
    while _members(process):
        time.sleep(0.01)


def signal_all(process: Process, number: signal.Signals) -> None:
    for pid in _members(process):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _members(process: Process) -> list[int]:
    """The living processes of its session; nothing where the id means another process by now."""
    leader = _stat(process.pid)
    if process.boot != _boot() or (leader and leader.started != process.started):
        return []
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    stats: dict[int, _Stat | None] = {number: _stat(number) for number in numbers}
    return [pid for pid, stat in stats.items() if stat and stat.session == process.pid and not stat.dead]


@dataclass(frozen=True)
class _Stat:
    dead: bool
    session: int
    started: int


def _stat(pid: int) -> _Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the command's name, in brackets, may hold anything
    return _Stat(dead=fields[0] in "ZX", session=int(fields[3]), started=int(fields[19]))


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
