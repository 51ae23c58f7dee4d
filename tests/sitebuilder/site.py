"""A site and its verbs. What is known about it is kept in its site.json."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from . import caches, databases, downloads, network, people, plugin, processes, webservers, wordpress
from .console import BUILD, SiteError, say
from .ports import free_port, port_is_free
from .processes import Process

# The kernel takes 107 characters for a socket's path; "/php-one.sock" and the like are the rest.
LONGEST_SOCKET_FOLDER = 90


@dataclass(frozen=True)
class Options:
    """What `up` was asked for."""

    server: str = ""
    wordpress: str = ""  # a version, or the folder that WORDPRESS_DIR named
    bare: bool = False
    fresh: bool = False
    missing: bool = False
    cache: str = "none"
    durable: bool = False
    port: int | None = None  # None: any

    @property
    def has_plugin(self) -> bool:
        return not self.bare and not self.fresh

    def of_installation(self) -> Options:
        """Those that another site has to be installed for."""
        return replace(self, server="", cache="", port=None, missing=False, durable=False)


@dataclass
class State:
    """site.json: the answer of `up`, then what the script itself remembers."""

    url: str = ""
    scim: str = ""
    token: str | None = None
    second: dict[str, str] | None = None  # of a network: its second site
    admin: dict[str, str] = field(default_factory=dict)
    dir: str = ""
    pid: int = 0
    port: int = 0
    options: Options = field(default_factory=Options)
    wordpress_version: str = ""
    extension: str | None = None  # the SHA-256 of the .so that is loaded
    database: dict[str, Any] = field(default_factory=dict)
    installed: bool = False
    processes: list[Process] = field(default_factory=list)


class Site:
    def __init__(self, database: str, network: bool = False, name: str = "") -> None:
        self.kind = database
        self.network = network
        self.name = name
        self.folder = BUILD / f"site-{database}{'-network' if network else ''}{f'-{name}' if name else ''}"
        self.state = self._load()

    # The verbs.

    def up(self, options: Options) -> dict[str, Any]:
        extension = None if options.bare else self._extension()
        digest = plugin.digest(extension) if extension else None
        if self._serves(options, digest):
            return self.answer()
        self._stop()
        original = downloads.wordpress(options.wordpress)
        # WordPress does not go back to an older one on the same database.
        known = self.state.options
        fresh = not self.state.installed or known.of_installation() != options.of_installation()
        url = self.state.url
        for name in ("etc/php", "logs", "run"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._settle(options, extension, digest)
        # A network's tables hold the addresses of its sites.
        fresh = fresh or (self.network and self.state.url != url)
        if fresh:
            say(f"copying WordPress {downloads.wordpress_version(original)} …")
            self.state.installed = False
            wordpress.place_core(original, self.folder / "wordpress")
            shutil.rmtree(self.folder / "opcache", ignore_errors=True)
        try:
            self._start(original if fresh else None)
            if not fresh and self.state.url != url:
                self._move()
        except BaseException:
            self._stop()
            raise
        return self.answer()

    def down(self) -> None:
        self._stop()

    def reset(self) -> dict[str, Any]:
        self.require_up()
        self.state.installed = False
        self._save()
        self._install(downloads.wordpress(self.state.options.wordpress))
        self._save()
        return self.answer()

    def restart_database(self) -> None:
        """Kills the database's server as a crash does, and starts it again."""
        old = next(process for process in self.state.processes if process.name == databases.SERVER)
        processes.kill(old)
        self.state.processes.remove(old)
        databases.start(
            self.kind, self.folder, self.state.database, self._keep_first, durable=self.state.options.durable
        )

    def revive_database(self) -> bool:
        """Starts the database's server again if it has died by itself; whether it had."""
        if self.kind == "sqlite" or databases.greets(self.state.database):
            return False
        self.restart_database()
        return True

    def kill_cache(self) -> None:
        """Kills the cache's server; the next `up` is a restart."""
        for process in [process for process in self.state.processes if process.name == caches.NAME]:
            processes.kill(process)

    def remember_cache(self) -> None:
        caches.remember(self._sockets())

    def lie_of_cache(self) -> None:
        """Lets the cache tell what it held when it was remembered."""
        caches.lie(self._sockets())

    def stop_cache(self, stopped: bool) -> None:
        """Lets the cache's server hang, or go on."""
        for process in [process for process in self.state.processes if process.name == caches.NAME]:
            os.kill(process.pid, signal.SIGSTOP if stopped else signal.SIGCONT)

    def token(self, name: str, scope: str) -> str:
        self._require_plugin()
        return self._evaluate(plugin.CREATE_TOKEN, name, scope)

    def settings(self, partial: str) -> str:
        self._require_plugin()
        return self._evaluate(plugin.MERGE_SETTINGS, partial)

    def populate(self, number: int, groups: int) -> None:
        self._require_plugin()
        people.populate(self.folder, self._address(), self.state.scim, str(self.state.token), number, groups)

    def execute(self, code: str, second: bool = False) -> int:
        self.require_up()
        if second and not self.network:
            raise SiteError("only a network has a second site: --network")
        return wordpress.execute(self.folder, self._address(network.SECOND if second else ""), code)

    def answer(self) -> dict[str, Any]:
        names = ("url", "scim", "token", "admin", "dir", "pid") + (("second",) if self.network else ())
        return {name: getattr(self.state, name) for name in names}

    def require_up(self) -> None:
        if not self._runs():
            which = f"{self.kind}{' --network' if self.network else ''}{f' --called {self.name}' if self.name else ''}"
            raise SiteError(f"the site is not up: tests/site up --db {which}")

    # How they do it.

    def _serves(self, options: Options, extension: str | None) -> bool:
        wanted = options.port or self.state.port
        known = self.state.options
        return (
            self.state.installed
            and self._runs()
            and replace(known, port=None) == replace(options, port=None)
            and self.state.port == wanted
            and self.state.extension == extension
            and webservers.answers(self.state.port)
        )

    def _runs(self) -> bool:
        return bool(self.state.processes) and all(processes.alive(process) for process in self.state.processes)

    @staticmethod
    def _extension() -> Path:
        plugin.require_sources()
        plugin.compile_translations()
        return plugin.built_extension()

    def _settle(self, options: Options, extension: Path | None, digest: str | None) -> None:
        """Decides ports and passwords, or keeps those decided before."""
        state = self.state
        state.options = options
        state.port = self._port(options)
        state.url = f"http://127.0.0.1:{state.port}"
        state.scim = f"{state.url}/wp-json/scim/v2"
        state.dir = str(self.folder)
        state.admin = state.admin or {"user": "admin", "password": secrets.token_urlsafe(12)}
        state.database = databases.prepare(self.kind, self.folder, self._sockets(), state.database)
        state.extension = digest
        if extension:
            plugin.place_extension(extension, self.folder)

    def _port(self, options: Options) -> int:
        if options.port:
            if not port_is_free(options.port):
                raise SiteError(f"port {options.port} is taken by another program")
            return options.port
        return self.state.port if self.state.port and port_is_free(self.state.port) else free_port()

    def _start(self, fresh_from: Path | None) -> None:
        state = self.state
        databases.start(self.kind, self.folder, state.database, self._keep, durable=state.options.durable)
        caches.start(state.options.cache, self.folder, self._sockets(), self._keep)
        if fresh_from:
            self._install(fresh_from)
        if not fresh_from or state.options.missing:
            self._configure(missing=state.options.missing)
        webservers.start(state.options.server, self.folder, self._sockets(), state.port, self._keep)
        state.pid = state.processes[-1].pid
        self._save()

    def _move(self) -> None:
        """The owner's word that a site which got another port has moved, and is no copy."""
        if self.state.options.has_plugin and not self.state.options.missing:
            self._evaluate(plugin.NOTE_ADDRESS)

    def _keep(self, process: Process) -> None:
        """Remembers a process as soon as it runs, so that whatever happens next it can be stopped."""
        self.state.processes.append(process)
        self._save()

    def _keep_first(self, process: Process) -> None:
        """The database is what is stopped last."""
        self.state.processes.insert(0, process)
        self._save()

    def _install(self, original: Path) -> None:
        """A pristine site: the files a site adds, the database, the plugin, a token."""
        state = self.state
        say("installing WordPress …")
        databases.empty(self.kind, state.database)
        caches.empty(state.options.cache, self._sockets())
        wordpress.place_content(
            original, self.folder / "wordpress", sqlite=self.kind == "sqlite", plugin=state.options.has_plugin
        )
        self._configure(network=False)
        wordpress.install(self.folder, state.admin["password"])
        if self.network:
            network.install(self.folder, self._address(), self._configure)
        state.wordpress_version = downloads.wordpress_version(self.folder / "wordpress")
        state.token = None
        state.second = network.second(state.url) if self.network else None
        if state.options.has_plugin:
            self._evaluate(plugin.ACTIVATE)
            state.token = self._evaluate(plugin.CREATE_TOKEN, "tests/site", "full")
            if state.second:
                address = self._address(network.SECOND)
                state.second["token"] = wordpress.evaluate(
                    self.folder, address, plugin.CREATE_TOKEN, "tests/site", "full"
                )
        for log in (self.folder / "mail.jsonl", self.folder / "logs/debug.log"):
            log.write_text("")
        state.installed = True

    def _configure(self, network: bool = True, missing: bool = False) -> None:
        library = self.folder / "etc/rollbook.so"
        extension = library if library.is_file() and not missing else None
        caches.place(self.state.options.cache, self.folder / "wordpress/wp-content", self._sockets())
        wordpress.configure(
            self.folder,
            self.state.url,
            self.state.database,
            extension,
            network=self.network and network,
            fixed=self.state.options.has_plugin,
        )

    def _evaluate(self, code: str, *arguments: str) -> str:
        return wordpress.evaluate(self.folder, self._address(), code, *arguments)

    def _address(self, path: str = "") -> str:
        """The site's address without the scheme."""
        return f"{self.state.url.partition('://')[2]}/{path}"

    def _require_plugin(self) -> None:
        self.require_up()
        if not self.state.options.has_plugin:
            raise SiteError("the site is up without the plugin (--bare, --fresh)")

    def _sockets(self) -> Path:
        run = self.folder / "run"
        if len(str(run)) <= LONGEST_SOCKET_FOLDER:
            return run
        short = Path(tempfile.gettempdir()) / f"rollbook-{hashlib.sha256(str(run).encode()).hexdigest()[:12]}"
        short.mkdir(mode=0o700, exist_ok=True)
        return short

    def _stop(self) -> None:
        """Ends every process of the site, in the reverse order of their start: the database last."""
        for process in reversed(self.state.processes):
            processes.stop(process)
        if self.state.processes:
            self.state.processes, self.state.pid = [], 0
            self._save()

    def _load(self) -> State:
        try:
            known = json.loads((self.folder / "site.json").read_text())
        except FileNotFoundError:
            return State()
        if known["dir"] != str(self.folder):  # a copied checkout: those processes and paths are the original's
            return State()
        known["options"] = Options(**known["options"])
        known["processes"] = [Process(**process) for process in known["processes"]]
        return State(**known)

    def _save(self) -> None:
        part = self.folder / "site.json.part"
        part.touch(mode=0o600)  # it holds the administrator's password and a token
        part.write_text(json.dumps(asdict(self.state), indent=2) + "\n")
        part.replace(self.folder / "site.json")


@contextmanager
def locked() -> Iterator[None]:
    """One call at a time; the kernel frees the lock of a script that died."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
