"""Somebody who logs in to a WordPress and does on its screens what README.md says, without a browser."""

from __future__ import annotations

import html
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.cookiejar import CookieJar
from pathlib import Path

Fields = dict[str, str]


class Newcomer:
    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._open("/wp-login.php")
        self._send("/wp-login.php", {"log": user, "pwd": password, "testcookie": "1"})

    def uploads(self, archive: Path) -> None:
        """Plugins → Add New → Upload Plugin, then the link that activates it."""
        form = self._form(self._open("/wp-admin/plugin-install.php?tab=upload"), "pluginzip")
        form = {name: value for name, value in form.items() if name != "pluginzip"}
        page = self._upload("/wp-admin/update.php?action=upload-plugin", form, "pluginzip", archive)
        found = re.search(r'href="([^"]*action=activate[^"]*)"', page)
        if not found:
            raise SystemExit(f"WordPress does not install {archive.name}: {_text(page)}")
        page = self._open(urllib.parse.urljoin(self.url + "/wp-admin/", html.unescape(found[1])))
        if "Plugin activated." not in page:
            raise SystemExit(f"the plugin is not activated: {_text(page)}")

    def creates_a_token(self) -> str:
        """Settings → Rollbook."""
        address = "/wp-admin/options-general.php?page=rollbook"
        form = self._form(self._open(address), "rollbook-create-submit")
        page = self._send(address, {**form, "name": "Entra ID"})
        found = re.search(r'value="(rb_\w+)"', page)
        if not found:
            raise SystemExit(f"no token is shown: {_text(page)}")
        return found[1]

    def asks_with(self, token: str) -> None:
        """As an identity provider tests the connection."""
        address = self.url + "/wp-json/scim/v2/Users"
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            if answer.status != 200:
                raise SystemExit(f"a new token is answered with {answer.status}")

    def _open(self, path: str, data: bytes | None = None, headers: Fields | None = None) -> str:
        address = urllib.parse.urljoin(self.url, path)
        try:
            with self._opener.open(urllib.request.Request(address, data, headers or {}), timeout=120) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{address}: {error.code} {_text(error.read().decode())}") from error

    def _send(self, path: str, fields: Fields) -> str:
        return self._open(path, urllib.parse.urlencode(fields).encode())

    def _upload(self, path: str, fields: Fields, name: str, file: Path) -> str:
        mark = uuid.uuid4().hex
        parts = [f'name="{field}"\r\n\r\n{value}'.encode() for field, value in fields.items()]
        heading = f'name="{name}"; filename="{file.name}"\r\nContent-Type: application/zip\r\n\r\n'
        parts.append(heading.encode() + file.read_bytes())
        body = b"".join(f"--{mark}\r\nContent-Disposition: form-data; ".encode() + part + b"\r\n" for part in parts)
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self._open(path, body + f"--{mark}--\r\n".encode(), kind)

    @staticmethod
    def _form(page: str, with_: str) -> Fields:
        """What is in the fields of the form that has this field or button."""
        for form in re.findall(r"<form\b.*?</form>", page, re.DOTALL):
            if with_ in form:
                tags = [_attributes(tag) for tag in re.findall(r"<input\b[^>]*>", form)]
                chosen = [tag for tag in tags if tag.get("type") not in ("radio", "checkbox") or "checked" in tag]
                return {tag["name"]: tag.get("value", "") for tag in chosen if "name" in tag}
        raise SystemExit(f"no form with {with_}: {_text(page)}")


def _attributes(tag: str) -> Fields:
    return {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)=["\']([^"\']*)["\']', tag)}


def _text(page: str) -> str:
    """What of a page is read, to be told where something went wrong."""
    return " ".join(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL).split())[-1500:]
