"""The databases a site may have: a SQLite file, a MariaDB server of its own, or three of them in a Galera cluster."""

from __future__ import annotations

import getpass
import secrets
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import clusters, processes
from .console import SiteError, fill, run, say, tool
from .ports import free_port
from .processes import Process

Settings = dict[str, Any]
KINDS = ("sqlite", "mariadb", "galera")
NAME = "wordpress"
SERVER = "mariadbd"
START_SECONDS = 60.0
GREETING_SECONDS = 5.0
# What docs/large-sites.md advises: what is measured is not to wait for the disk because MariaDB's own 128 MiB are full.
DURABLE = ("--innodb-buffer-pool-size=2G",)
# What is committed is given to the kernel, not to the disk. It outlives a server that is killed, and no loss of power.
WITHOUT_DISK = ("--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync", "--debug-no-sync")


def prepare(kind: str, folder: Path, sockets: Path, known: Settings) -> Settings:
    """What wp-config.php and tests need to connect; what was chosen before stays."""
    if kind == "sqlite":
        return {"file": str(folder / "database" / "wordpress.sqlite"), "name": NAME}
    settings = {
        "host": "127.0.0.1",
        "port": known.get("port") or free_port(),
        "socket": str(sockets / "mariadb.sock"),
        "name": NAME,
        "user": "root",
        "password": known.get("password") or secrets.token_urlsafe(16),
    }
    return {**settings, "nodes": clusters.prepare(sockets, settings)} if kind == "galera" else settings


def start(kind: str, folder: Path, settings: Settings, keep: Callable[[Process], None], *, durable: bool) -> None:
    """Starts the database's server, if it has one; `keep` is told of it at once. A durable one waits for the disk."""
    if kind == "sqlite":
        return
    data = folder / "mariadb"
    if not (data / "mysql").is_dir():
        _create_mariadb(data)
    init = folder / "etc/mariadb.sql"
    fill("mariadb.sql", init, password=settings["password"])
    if kind == "galera":
        clusters.start(folder, settings, init, keep)
        return
    process = _start_mariadb(folder, data, settings, init, DURABLE if durable else WITHOUT_DISK)
    keep(process)
    _await_greeting(process, settings)


def greets(settings: Settings) -> bool:
    """Whether the database's server serves; one that is dying takes the connection and says nothing."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(GREETING_SECONDS)
            client.connect(str(settings["socket"]))
            return client.recv(1) != b""
    except OSError:
        return False


def empty(kind: str, settings: Settings) -> None:
    if kind == "sqlite":
        shutil.rmtree(Path(str(settings["file"])).parent, ignore_errors=True)
        return
    code = (
        "$m = new mysqli('localhost', $argv[1], $argv[2], '', 0, $argv[3]);"
        '$m->query("DROP DATABASE IF EXISTS $argv[4]");'
        '$m->query("CREATE DATABASE $argv[4] CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");'
    )
    arguments = [str(settings[name]) for name in ("user", "password", "socket", "name")]
    run(tool("php"), "-r", code, "--", *arguments, what="emptying the database")


def _create_mariadb(data: Path) -> None:
    say("new MariaDB data directory …")
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    run(
        tool("mariadb-install-db"),
        "--no-defaults",
        f"--datadir={data}",
        f"--user={getpass.getuser()}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        what="mariadb-install-db",
    )


def _start_mariadb(
    folder: Path, data: Path, settings: Settings, init: Path, options: tuple[str, ...]
) -> Process:
    command = [
        tool(SERVER),
        "--no-defaults",
        f"--user={getpass.getuser()}",
        f"--datadir={data}",
        f"--socket={settings['socket']}",
        f"--port={settings['port']}",
        "--bind-address=127.0.0.1",
        f"--pid-file={folder / 'run/mariadb.pid'}",
        f"--init-file={init}",
        "--character-set-server=utf8mb4",
        *options,
    ]
    return processes.start(SERVER, command, log=folder / "logs/mariadb.log", cwd=folder)


def _await_greeting(process: Process, settings: Settings) -> None:
    """MariaDB greets who connects as soon as it serves."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        processes.require_alive(process)
        if greets(settings):
            return
        time.sleep(0.05)
    raise SiteError(f"mariadbd does not answer; the end of {process.log}:\n{processes.tail(process)}")
