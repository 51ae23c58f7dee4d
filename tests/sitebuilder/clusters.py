"""A Galera cluster of three MariaDB nodes on this machine. Each web server of the site has a node of its own.

No package for state transfers is needed: all nodes start from copies of the first one's data, and get what happened
since from the memory of a node that was there.
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import processes
from .console import TEMPLATES, SiteError, run, tool
from .ports import free_port
from .processes import Process

NODES = 3
NAMES = tuple(f"mariadbd-{number}" for number in range(1, NODES + 1))
LIBRARY = Path("/usr/lib/galera/libgalera_smm.so")
SERVES_SECONDS = 90.0
STOP_SECONDS = 30.0
# A node answers a statement only after it has applied what the cluster had committed before.
SYNC_WAIT = 7


def prepare(sockets: Path, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """What each node needs; the first node's socket and port are the site's."""
    if not LIBRARY.is_file():
        raise SiteError(f"{LIBRARY} is missing (Debian package galera-4): tests/install cluster")
    nodes = []
    for number in range(NODES):
        socket = settings["socket"] if number == 0 else str(sockets / f"mariadb-{number + 1}.sock")
        ports = {name: free_port() for name in ("group", "transfer", "handover")}
        nodes.append({"socket": socket, "port": settings["port"] if number == 0 else free_port(), **ports})
    return nodes


def start(folder: Path, settings: dict[str, Any], init: Path, keep: Callable[[Process], None]) -> None:
    """Starts the nodes, each with the first one's data; the first is the last to be stopped."""
    data = _data(folder, 1)
    if not (data / "grastate.dat").is_file():
        # The first start of a cluster writes where it stands into the data.
        process = _start(folder, settings, 1, first=True, init=init)
        try:
            _await(process, settings, 1)
        finally:
            _stop_whole(process)
    _may_begin(folder, settings)
    for number in range(2, NODES + 1):
        shutil.rmtree(_data(folder, number), ignore_errors=True)
        shutil.copytree(data, _data(folder, number), ignore=shutil.ignore_patterns("galera.cache", "gvwstate.dat"))
    for number in range(1, NODES + 1):
        process = _start(folder, settings, number, first=number == 1)
        keep(process)
        _await(process, settings, number)


def _data(folder: Path, number: int) -> Path:
    return folder / ("mariadb" if number == 1 else f"mariadb-{number}")


def _command(folder: Path, settings: dict[str, Any], number: int) -> list[str]:
    node = settings["nodes"][number - 1]
    group = ",".join(f"127.0.0.1:{each['group']}" for each in settings["nodes"])
    provider = [
        f"gmcast.listen_addr=tcp://127.0.0.1:{node['group']}",
        f"ist.recv_addr=127.0.0.1:{node['transfer']}",
        "gcache.size=64M",
        # A node that was killed is missed after seconds, on a busy machine too.
        "evs.suspect_timeout=PT5S",
        "evs.inactive_timeout=PT15S",
    ]
    return [
        tool("mariadbd"),
        "--no-defaults",
        f"--user={getpass.getuser()}",
        f"--datadir={_data(folder, number)}",
        f"--socket={node['socket']}",
        f"--port={node['port']}",
        "--bind-address=127.0.0.1",
        f"--pid-file={folder / f'run/mariadb-{number}.pid'}",
        "--character-set-server=utf8mb4",
        "--innodb-autoinc-lock-mode=2",
        "--innodb-flush-log-at-trx-commit=2",
        "--binlog-format=ROW",
        "--wsrep-on=ON",
        f"--wsrep-provider={LIBRARY}",
        "--wsrep-cluster-name=rollbook",
        f"--wsrep-cluster-address=gcomm://{group}",
        f"--wsrep-node-name=node-{number}",
        f"--wsrep-node-address=127.0.0.1:{node['group']}",
        "--wsrep-sst-method=handover",
        f"--wsrep-sst-receive-address=127.0.0.1:{node['handover']}",
        f"--wsrep-sync-wait={SYNC_WAIT}",
        f"--wsrep-provider-options={';'.join(provider)}",
    ]


def _start(
    folder: Path,
    settings: dict[str, Any],
    number: int,
    *,
    first: bool = False,
    init: Path | None = None,
) -> Process:
    (_data(folder, number) / "galera.cache").unlink(missing_ok=True)
    command = [
        *_command(folder, settings, number),
        *(["--wsrep-new-cluster"] if first else []),
        *([f"--init-file={init}"] if init else []),
    ]
    log = folder / ("logs/mariadb.log" if number == 1 else f"logs/mariadb-{number}.log")
    # MariaDB looks for the program of the state transfer in its PATH.
    env = {**os.environ, "ROLLBOOK_HANDOVER": str(folder / "run")}
    env["PATH"] = f"{TEMPLATES}:{env.get('PATH', '')}"
    return processes.start(NAMES[number - 1], command, log=log, cwd=folder, env=env)


def _await(process: Process, settings: dict[str, Any], number: int) -> None:
    """Waits until the node serves: before it has caught up, it refuses every statement."""
    deadline = time.monotonic() + SERVES_SECONDS
    while time.monotonic() < deadline:
        processes.require_alive(process)
        if is_ready(settings, number):
            return
        time.sleep(0.1)
    raise SiteError(f"{process.name} does not serve; the end of {process.log}:\n{processes.tail(process)}")


def is_ready(settings: dict[str, Any], number: int) -> bool:
    return ask(settings, number, "SHOW STATUS LIKE 'wsrep_ready'") == "ON"


def ask(settings: dict[str, Any], number: int, statement: str) -> str:
    """The last column of a statement's first row on one node; nothing where it does not answer."""
    code = (
        "mysqli_report(MYSQLI_REPORT_OFF); $m = @new mysqli('localhost', $argv[1], $argv[2], '', 0, $argv[3]);"
        "$row = $m->connect_errno ? null : $m->query($argv[4])?->fetch_row(); echo $row ? end($row) : '';"
    )
    socket = settings["nodes"][number - 1]["socket"]
    return run(tool("php"), "-r", code, "--", settings["user"], settings["password"], socket, statement)


def _stop_whole(process: Process) -> None:
    """Ends a server in good order, however long that takes."""
    processes.signal_all(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while processes.alive(process):
        if time.monotonic() > deadline:
            raise SiteError(f"{process.name} does not end; the end of {process.log}:\n{processes.tail(process)}")
        time.sleep(0.1)


def _may_begin(folder: Path, settings: dict[str, Any]) -> None:
    """The first node begins the cluster anew, also where it was killed."""
    state = _data(folder, 1) / "grastate.dat"
    text = state.read_text()
    if "seqno:   -1" in text:
        position = _recovered(folder, settings, 1)
        text = re.sub(r"seqno: .*", f"seqno:   {position.rpartition(':')[2]}", text)
    state.write_text(text.replace("safe_to_bootstrap: 0", "safe_to_bootstrap: 1"))
    (_data(folder, 1) / "gvwstate.dat").unlink(missing_ok=True)


def _recovered(folder: Path, settings: dict[str, Any], number: int) -> str:
    """Where the data of a node stands that did not end in good order."""
    command = [*_command(folder, settings, number), "--wsrep-recover", "--log-error=/dev/stdout"]
    output = run(*command, what="reading where a node stands")
    found = re.search(r"Recovered position:\s*(\S+)", output)
    if not found:
        raise SiteError(f"node {number} does not say where it stands:\n{output[-2000:]}")
    return found[1]

