"""A desk whose patient has difficult characters, asked through every door by real programs."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

import onshi
from onshi.eligibility.api import LOGIN_PATH, PRODUCTION_LOGIN, PRODUCTION_SEARCH, SEARCH_PATH
from onshi.eligibility.json import to_json
from onshi.eligibility.mapping import request_document
from onshi.eligibility.xml import to_xml
from onshi.scene import Site
from onshi.seams import Inquiry

PATIENCE = 10.0


class CharacterDesk:
    """Answers as bytes: of the WebAPI by curl, of the door responses by requests, of files."""

    def __init__(self, desk: onshi.Desk) -> None:
        self.desk, self._asked = desk, 0

    def name(self, family: str, given: str = "太郎", kana: str = "タロウ") -> None:
        self.desk.inject("scene.difficult_name", family=family, given=given, given_kana=kana)

    def inquiry(self) -> Any:
        q = self.desk.coverage.qualification
        asked = Inquiry(
            insurer_number=q.insurer_number,
            symbol=q.symbol,
            number=q.number,
            branch=q.branch,
            birthdate=self.desk.patient.birthdate.strftime("%Y%m%d"),
        )
        return request_document(asked, institution=self.desk.site.institution_code)

    def webapi(self) -> bytes:
        """The body of a search over HTTPS, as curl gets it."""
        return self.curl(self.token())

    def token(self) -> str:
        env = self.desk.env()
        certificate = ("--cert", env["ONSHI_WEBAPI_CERT"], "--key", env["ONSHI_WEBAPI_KEY"])
        login = self._post(env["ONSHI_WEBAPI_URL"] + LOGIN_PATH, b"{}", *certificate)
        return str(json.loads(login)["result"]["idToken"])

    def curl(self, token: str, *more: str) -> bytes:
        url = self.desk.env()["ONSHI_WEBAPI_SEARCH_URL"] + SEARCH_PATH
        return self._post(url, to_json(self.inquiry()), "-H", f"Authorization: {token}", *more)

    def _post(self, url: str, body: bytes, *more: str) -> bytes:
        ca = self.desk.env()["ONSHI_WEBAPI_CA"]
        command = ["curl", "-sS", "--fail", "--max-time", "10", "--cacert", ca, *more]
        done = subprocess.run(
            [*command, "-H", "Content-Type: application/json", "--data-binary", "@-", url],
            input=body,
            capture_output=True,
            timeout=20,
            check=True,
        )
        return done.stdout

    def requests(self, token: str = "") -> requests.Response:
        """A search by requests, over HTTPS or at the door responses, whichever the desk has."""
        if "responses" in self.desk.doors:
            login, search, how = PRODUCTION_LOGIN, PRODUCTION_SEARCH, ("c", "k")
            ca: str | bool = True
        else:
            env = self.desk.env()
            login, search = env["ONSHI_WEBAPI_URL"], env["ONSHI_WEBAPI_SEARCH_URL"]
            how, ca = (env["ONSHI_WEBAPI_CERT"], env["ONSHI_WEBAPI_KEY"]), env["ONSHI_WEBAPI_CA"]
        if not token:
            done = requests.post(login + LOGIN_PATH, json={}, cert=how, verify=ca, timeout=10)
            token = str(done.json()["result"]["idToken"])
        return requests.post(
            search + SEARCH_PATH,
            data=to_json(self.inquiry()),
            headers={"Authorization": token},
            verify=ca,
            timeout=10,
        )

    def folder(self) -> bytes:
        """The result file of a request file."""
        self._asked += 1
        root, name = self.desk.folder, f"{self._asked:012d}.xml"
        made = root / "req" / f"made{self._asked}.tmp"
        made.write_bytes(to_xml(self.inquiry(), self.desk.site.encoding))
        made.rename(root / "req" / f"OQSsiquc01req_{name}")
        return self._whole(root / "res" / f"OQSsiquc01res_{name}")

    def face(self) -> bytes:
        """The newest face file."""
        before = set((self.desk.folder / "face").iterdir())
        self.desk.drop_face_file()
        (path,) = set((self.desk.folder / "face").iterdir()) - before
        return self._whole(path)

    @staticmethod
    def _whole(path: Path) -> bytes:
        end = time.monotonic() + PATIENCE
        while not path.exists():
            assert time.monotonic() < end, f"no {path.name}"
            time.sleep(0.003)
        return path.read_bytes()


@contextmanager
def character_desk(*doors: str, encoding: str = "utf-8", kind: str = "") -> Iterator[CharacterDesk]:
    with onshi.Desk(date="2025-10-20", doors=doors, site=Site(encoding=encoding), seed=5) as desk:
        if kind:
            desk.next_patient(kind)
        yield CharacterDesk(desk)
