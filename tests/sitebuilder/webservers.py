"""The ways a site is served: PHP's own server; nginx, or Apache, before php-fpm; Apache with PHP inside.

Everything runs as the person who runs the script, root included: no file needs to be made readable for another user,
wherever the checkout lies.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from . import processes
from .console import REPOSITORY, TEMPLATES, SiteError, fill, last_lines, run, tool
from .ports import status_of
from .processes import Process

START_SECONDS = 30.0
PHP_WORKERS = "4"
PROBE = "/wp-json/"
KINDS = ("php", "fpm", "apache", "apache-fpm")
APACHE_MODULES = Path("/usr/lib/apache2/modules")


def start(kind: str, folder: Path, sockets: Path, port: int, keep: Callable[[Process], None]) -> None:
    """Starts the servers, the one that owns the port last; `keep` is told of each at once."""
    started = []
    for process in _started(kind, folder, sockets, port):
        keep(process)
        started.append(process)
    _await_answer(folder, port, started)


def _started(kind: str, folder: Path, sockets: Path, port: int) -> Iterator[Process]:
    if kind == "php":
        yield _start_php(folder, port)
        return
    if kind.endswith("fpm"):
        yield _start_fpm(folder, sockets)
    if kind.startswith("apache"):
        yield _start_apache(folder, sockets, port, inside=kind == "apache")
    else:
        yield _start_nginx(folder, sockets, port)


def answers(port: int) -> bool:
    """Whether pretty permalinks reach WordPress and WordPress works; what it answers is the site's affair."""
    status = status_of(port, PROBE)
    return status is not None and status < 500


def environment(folder: Path) -> dict[str, str]:
    """PHP as the machine configures it, and the site's own php.ini beside it (an empty entry means the default)."""
    return {**os.environ, "PHP_INI_SCAN_DIR": f":{folder / 'etc/php'}"}


def _start_php(folder: Path, port: int) -> Process:
    router = TEMPLATES / "router.php"
    command = [tool("php"), "-S", f"127.0.0.1:{port}", "-t", str(folder / "wordpress"), str(router)]
    env = {**environment(folder), "PHP_CLI_SERVER_WORKERS": PHP_WORKERS}
    return processes.start("php -S", processes.bounded(command), log=folder / "logs/web.log", cwd=folder, env=env)


def _start_fpm(folder: Path, sockets: Path) -> Process:
    root = os.geteuid() == 0
    user = "user = root" if root else ""
    fill("php-fpm.conf", folder / "etc/php-fpm.conf", user=user, folder=folder, sockets=sockets)
    return processes.start(
        "php-fpm",
        processes.bounded(
            [_php_fpm(), "--nodaemonize", "--fpm-config", str(folder / "etc/php-fpm.conf"), *(["-R"] if root else [])]
        ),
        log=folder / "logs/php-fpm.log",
        cwd=folder,
        env=environment(folder),
    )


def _start_nginx(folder: Path, sockets: Path, port: int) -> Process:
    user = "user root root;" if os.geteuid() == 0 else ""
    fill("nginx.conf", folder / "etc/nginx.conf", user=user, folder=folder, sockets=sockets, port=port)
    return processes.start(
        "nginx",
        [tool("nginx"), "-e", str(folder / "logs/web.log"), "-p", str(folder), "-c", str(folder / "etc/nginx.conf")],
        log=folder / "logs/web.log",
        cwd=folder,
    )


def _start_apache(folder: Path, sockets: Path, port: int, *, inside: bool) -> Process:
    if inside:
        module = APACHE_MODULES / f"libphp{_php_version()}.so"
        if not module.is_file():
            raise SiteError(f"{module} is missing (Debian package libapache2-mod-php): tests/install matrix")
        php = [f"LoadModule php_module {module}", '<FilesMatch "\\.php$">', "SetHandler application/x-httpd-php"]
    else:
        php = [
            f"LoadModule proxy_module {APACHE_MODULES}/mod_proxy.so",
            f"LoadModule proxy_fcgi_module {APACHE_MODULES}/mod_proxy_fcgi.so",
            '<FilesMatch "\\.php$">',
            f'SetHandler "proxy:unix:{sockets}/php-one.sock|fcgi://localhost"',
        ]
    fill(
        "apache.conf",
        folder / "etc/apache.conf",
        folder=folder,
        port=port,
        modules=APACHE_MODULES,
        processing="prefork" if inside else "event",
        php="\n".join([*php, "</FilesMatch>"]),
        plugin=REPOSITORY / "php-plugin",
    )
    command = [tool("apache2"), "-D", "FOREGROUND", "-f", str(folder / "etc/apache.conf")]
    if os.geteuid() == 0:
        # It refuses to serve as root. So it is shown another number for the same user.
        command = [tool("unshare"), "--user", "--map-user=33", "--map-group=33", "--", *command]
    return processes.start(
        "apache2",
        processes.bounded(command),
        log=folder / "logs/web.log",
        cwd=folder,
        env=environment(folder),
    )


def _php_fpm() -> str:
    """The php-fpm of the same version as `php`: the extension is built for that one."""
    return tool("php-fpm", versioned=f"php-fpm{_php_version()}")


def _php_version() -> str:
    return run(tool("php"), "-r", "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION;")


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
