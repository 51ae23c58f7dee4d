"""A running site as the sweep meets it: requests over HTTP, and questions to PHP inside WordPress."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sitebuilder.console import REPOSITORY, SiteError, say
from sitebuilder.site import Site as BuiltSite

HERE = Path(__file__).resolve().parent
PLUGIN = HERE / "striking-plugin.php"
QUESTIONS = (HERE / "wordpress.php").read_text()
# What a request, or a question to WordPress, may take.
SECONDS = 60.0
# How often the database's server may die of itself.
MOST_CRASHES = 5

Json = Any


@dataclass(frozen=True)
class Answer:
    """What came back. Status 0: nothing did, or the web server alone spoke."""

    status: int
    body: Json
    type: str = ""

    @property
    def good(self) -> bool:
        return 200 <= self.status < 400

    @property
    def detail(self) -> str:
        return str(self.body.get("detail", "")) if isinstance(self.body, dict) else ""

    def __str__(self) -> str:
        return f"{self.status or 'no answer'} {self.detail}".strip()


@dataclass(frozen=True)
class Request:
    method: str
    path: str  # below the service's address, or the site's where it begins with /wp-
    body: Json = None
    form: dict[str, str] | None = None
    cookie: str = ""


class Site:
    """The description that `tests/site up` prints."""

    def __init__(self, database: str, info: dict[str, Any]) -> None:
        self.database = database
        self.scim = urlsplit(info["scim"])
        self.token: str = info["token"]
        self.folder = Path(info["dir"])
        self.strikes = self.folder / "faults"
        self._placed = self.folder / "wordpress/wp-content/mu-plugins/striking-plugin.php"
        self.built = BuiltSite(database)
        self._reviving = threading.Lock()
        self.crashes = 0  # of the database's server, of itself
        self.refused = 0  # requests sent again that met somebody else's locks and were to come once more

    def place_plugin(self) -> None:
        shutil.rmtree(self.strikes, ignore_errors=True)
        self.strikes.mkdir()
        shutil.copy2(PLUGIN, self._placed)

    def revive(self) -> None:
        """Starts the database's server again if it has died, as MariaDB 10.11 may when workers are killed."""
        with self._reviving:
            if not self.built.revive_database():
                return
            self.crashes += 1
            say(f"  the database's server has died, the {self.crashes}. time; its log is in {self.folder / 'logs'}")
            if self.crashes > MOST_CRASHES:
                raise SiteError("the database's server dies too often")

    def remove_plugin(self) -> None:
        self._placed.unlink(missing_ok=True)
        shutil.rmtree(self.strikes, ignore_errors=True)


class Client:
    """One connection to the site, and one PHP inside its WordPress. A worker has its own."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._connection: http.client.HTTPConnection | None = None
        self._wordpress: subprocess.Popen[str] | None = None

    def send(self, request: Request, fault: str = "") -> Answer:
        headers = {"X-Fault": fault} if fault else {}
        outside = request.path.startswith("/wp-")
        path = request.path if outside else self.site.scim.path + request.path
        data: str | None = None
        if outside:
            headers["Cookie"] = request.cookie
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            data = urlencode(request.form) if request.form else None
        else:
            headers["Authorization"] = f"Bearer {self.site.token}"
            if request.body is not None:
                headers["Content-Type"] = "application/scim+json"
                data = json.dumps(request.body)
        for attempt in (1, 2):
            connection = self._connection or http.client.HTTPConnection(
                str(self.site.scim.hostname), self.site.scim.port, timeout=SECONDS
            )
            fresh = self._connection is None
            try:
                connection.request(request.method, path, data, headers)
                response = connection.getresponse()
                content = response.read()
                self._connection = None if response.will_close else connection
                return _read(response.status, response.headers.get("Content-Type", ""), content)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._connection = None
                if isinstance(error, TimeoutError):
                    return Answer(0, {"detail": f"for {SECONDS:.0f} s"})
                # The server ended a connection that was idle; nothing was sent.
                if fresh or attempt == 2:
                    return Answer(0, None)
        raise AssertionError("unreachable")

    def scim(self, method: str, path: str, body: Json = None, expect: tuple[int, ...] = (200, 201, 204)) -> Json:
        """A request that must succeed."""
        answer = self.send(Request(method, path, body))
        if answer.status not in expect:
            raise SiteError(f"{method} {path}: {answer.status} {answer.body}")
        return answer.body

    def ask(self, question: str, **fields: Json) -> Json:
        if self._wordpress is None or self._wordpress.poll() is not None:
            self._wordpress = self._start()
        process = self._wordpress
        assert process.stdin and process.stdout
        patience = threading.Timer(SECONDS, _end, [process])
        patience.start()
        try:
            process.stdin.write(json.dumps({"do": question, **fields}) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError as error:
            line = str(error)
        finally:
            patience.cancel()
        try:
            answer = json.loads(line)
        except ValueError:
            _end(process)
            raise SiteError(f"WordPress answered {line!r} to {question}; its messages stand above") from None
        if "error" in answer:
            raise SiteError(f"WordPress: {answer['error']}")
        return answer["answer"]

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None
        if self._wordpress and self._wordpress.stdin:
            self._wordpress.stdin.close()
            try:
                self._wordpress.wait(5)
            except subprocess.TimeoutExpired:
                _end(self._wordpress)
        self._wordpress = None

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(REPOSITORY / "tests/site"), "wp", "--db", self.site.database, QUESTIONS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,
        )


class Clients:
    """A client for each thread that asks."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._own = threading.local()
        self._all: list[Client] = []

    def mine(self) -> Client:
        if not hasattr(self._own, "client"):
            self._own.client = Client(self.site)
            self._all.append(self._own.client)
        return self._own.client  # type: ignore[no-any-return]

    def close(self) -> None:
        for client in self._all:
            client.close()


def _end(process: subprocess.Popen[str]) -> None:
    """Ends it with what it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _read(status: int, kind: str, content: bytes) -> Answer:
    try:
        body = json.loads(content) if content else None
    except ValueError:
        body = content.decode(errors="replace")
    # nginx speaks for a worker that died.
    if status in (502, 504) and "html" in kind:
        return Answer(0, body, kind)
    return Answer(status, body, kind)
