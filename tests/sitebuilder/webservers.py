"""The two ways a site is served: PHP's own server, or nginx before two php-fpm pools.

Everything runs as the person who runs the script, root included: no file needs to be made readable for another user,
wherever the checkout lies.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from . import processes
from .console import TEMPLATES, SiteError, fill, last_lines, run, tool
from .ports import status_of
from .processes import Process

START_SECONDS = 30.0
PHP_WORKERS = "4"
PROBE = "/wp-json/"


def start(kind: str, folder: Path, sockets: Path, port: int, keep: Callable[[Process], None]) -> None:
    """Starts the servers, the one that owns the port last; `keep` is told of each at once."""
    started = []
    for process in _start_php(folder, port) if kind == "php" else _start_fpm(folder, sockets, port):
        keep(process)
        started.append(process)
    _await_answer(folder, port, started)


def answers(port: int) -> bool:
    """Whether pretty permalinks reach WordPress and WordPress works; what it answers is the site's affair."""
    status = status_of(port, PROBE)
    return status is not None and status < 500


def environment(folder: Path) -> dict[str, str]:
    """PHP as the machine configures it, and the site's own php.ini beside it (an empty entry means the default)."""
    return {**os.environ, "PHP_INI_SCAN_DIR": f":{folder / 'etc/php'}"}


def _start_php(folder: Path, port: int) -> Iterator[Process]:
    router = TEMPLATES / "router.php"
    command = [tool("php"), "-S", f"127.0.0.1:{port}", "-t", str(folder / "wordpress"), str(router)]
    env = {**environment(folder), "PHP_CLI_SERVER_WORKERS": PHP_WORKERS}
    yield processes.start("php -S", processes.bounded(command), log=folder / "logs/web.log", cwd=folder, env=env)


def _start_fpm(folder: Path, sockets: Path, port: int) -> Iterator[Process]:
    root = os.geteuid() == 0
    values = {"folder": folder, "sockets": sockets, "port": port}
    fill("php-fpm.conf", folder / "etc/php-fpm.conf", user="user = root" if root else "", **values)
    fill("nginx.conf", folder / "etc/nginx.conf", user="user root root;" if root else "", **values)
    yield processes.start(
        "php-fpm",
        processes.bounded(
            [_php_fpm(), "--nodaemonize", "--fpm-config", str(folder / "etc/php-fpm.conf"), *(["-R"] if root else [])]
        ),
        log=folder / "logs/php-fpm.log",
        cwd=folder,
        env=environment(folder),
    )
    yield processes.start(
        "nginx",
        [tool("nginx"), "-e", str(folder / "logs/web.log"), "-p", str(folder), "-c", str(folder / "etc/nginx.conf")],
        log=folder / "logs/web.log",
        cwd=folder,
    )


def _php_fpm() -> str:
    """The php-fpm of the same version as `php`: the extension is built for that one."""
    version = run(tool("php"), "-r", "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION;")
    return tool("php-fpm", versioned=f"php-fpm{version}")


def _await_answer(folder: Path, port: int, started: list[Process]) -> None:
    deadline = time.monotonic() + START_SECONDS
    status = None
    while time.monotonic() < deadline and status != 500:  # a fatal error of PHP does not pass by itself
        for process in started:
            processes.require_alive(process)
        if answers(port):
            return
        status = status_of(port, PROBE)
        time.sleep(0.05)
    raise SiteError(f"the site does not answer on port {port} (status {status}):\n{_ends_of_logs(folder, started)}")


def _ends_of_logs(folder: Path, started: list[Process]) -> str:
    logs = [*(Path(process.log) for process in started), folder / "logs/php.log", folder / "logs/debug.log"]
    filled = [log for log in logs if log.is_file() and log.stat().st_size]
    return "\n".join(f"--- the end of {log}\n{last_lines(log.read_text(errors='replace'), 10)}" for log in filled)
