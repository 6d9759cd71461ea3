"""Every door at one desk at once, with one truth behind them."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import requests
from lxml import etree
from smartcard.System import readers

import onshi
from onshi.eligibility.api import LOGIN_PATH, PRODUCTION_LOGIN, PRODUCTION_SEARCH, SEARCH_PATH
from onshi.eligibility.json import to_json
from onshi.eligibility.mapping import request_document
from onshi.eligibility.xml import to_xml
from onshi.people.records import Coverage
from onshi.seams import Inquiry

SELECT = list(bytes.fromhex("00A4040C0AD392F000260100000001"))
PIN_FILE = list(bytes.fromhex("00A4020C020018"))
TRIES = list(bytes.fromhex("00200080"))
JSON = {"Content-Type": "application/json;charset=UTF-8"}
DOORS = ("pcsc", "webapi", "responses", "folder", "face")


class Clients:
    """One way in for each door; each says whom it found and whether that is valid."""

    def __init__(self, desk: onshi.Desk, coverage: Coverage, tmp: Path) -> None:
        self.desk, self._tmp, self._asked = desk, tmp, 0
        self._env = {**os.environ, **desk.env()}
        q = coverage.qualification
        self._inquiry = Inquiry(
            insurer_number=q.insurer_number,
            symbol=q.symbol,
            number=q.number,
            branch=q.branch,
            birthdate=f"{coverage.patient.birthdate:%Y%m%d}",
        )
        document = request_document(self._inquiry, institution=desk.site.institution_code)
        self._json, self._xml = to_json(document), to_xml(document)
        (tmp / "body.json").write_bytes(self._json)
        self._token = self._curl("ONSHI_WEBAPI_URL", LOGIN_PATH, '{"u":"x"}')["result"]["idToken"]
        login = requests.post(PRODUCTION_LOGIN + LOGIN_PATH, json={"u": "x"}, cert=("c", "k"))
        self._in_process = {"Authorization": login.json()["result"]["idToken"], **JSON}

    def _curl(self, variable: str, path: str, body: str) -> Any:
        """curl, in a process of its own, over real TLS."""
        env, headers = self._env, [f"{k}: {v}" for k, v in JSON.items()]
        if variable == "ONSHI_WEBAPI_SEARCH_URL":
            headers.append(f"Authorization: {self._token}")
        done = subprocess.run(
            [
                "curl", "-sS", "--cacert", env["ONSHI_WEBAPI_CA"],
                "--cert", env["ONSHI_WEBAPI_CERT"], "--key", env["ONSHI_WEBAPI_KEY"],
                *(w for h in headers for w in ("-H", h)),
                "-d", body, env[variable] + path,
            ],
            capture_output=True, text=True, timeout=20, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)

    def webapi(self) -> tuple[str, str]:
        told = self._curl("ONSHI_WEBAPI_SEARCH_URL", SEARCH_PATH, f"@{self._tmp / 'body.json'}")
        return _of_json(told)

    def responses(self) -> tuple[str, str]:
        reply = requests.post(
            PRODUCTION_SEARCH + SEARCH_PATH, data=self._json, headers=self._in_process
        )
        return _of_json(reply.json())

    def folder(self) -> tuple[str, str]:
        self._asked += 1
        part = self.desk.folder / "request.tmp"
        part.write_bytes(self._xml)
        part.rename(self.desk.folder / "req" / f"OQSsiquc01req_{self._asked}.xml")
        result = self.desk.folder / "res" / f"OQSsiquc01res_{self._asked}.xml"
        return _of_xml(_waited(lambda: result.read_bytes() if result.exists() else b""))

    def face(self) -> tuple[str, str]:
        self.desk.drop_face_file()
        (path,) = (self.desk.folder / "face").iterdir()
        content = path.read_bytes()
        path.unlink()
        return _of_xml(content)

    def pcsc(self) -> int:
        """How many tries the card's PIN has left, by pyscard."""
        card = readers()[0].createConnection()
        card.connect()
        try:
            for command in (SELECT, PIN_FILE):
                assert card.transmit(command)[1:] == (0x90, 0x00)
            return int(card.transmit(TRIES)[2]) & 0x0F
        finally:
            card.disconnect()

    def all(self) -> dict[str, tuple[str, str]]:
        return {name: getattr(self, name)() for name in ("webapi", "responses", "folder", "face")}


def _waited(check: Callable[[], bytes]) -> bytes:
    end = time.monotonic() + 10
    while not (found := check()):
        assert time.monotonic() < end
        time.sleep(0.002)
    return found


def _of_json(told: Any) -> tuple[str, str]:
    body = told["XmlMsg"]["MessageBody"]
    records = body.get("ResultList") or []
    names = [r["ResultOfQualificationConfirmation"]["Address"] for r in records]
    return body["QualificationValidity"], "".join(names)


def _of_xml(content: bytes) -> tuple[str, str]:
    root = etree.fromstring(content)
    return (
        root.findtext(".//QualificationValidity") or "",
        "".join(root.xpath(".//ResultOfQualificationConfirmation/Address/text()")),
    )


def test_one_truth_behind_every_door(tmp_path: Path) -> None:
    with onshi.Desk(date="2025-10-20", seed=4, doors=DOORS) as desk:
        mine, home = desk.coverage, desk.patient.address
        clients = Clients(desk, mine, tmp_path)
        assert set(clients.all().values()) == {("1", home)}
        assert clients.pcsc() == 3

        # the insurer has an old address: everybody is told the old one
        moved = msgspec.structs.replace(
            mine,
            qualification=msgspec.structs.replace(
                mine.qualification, address_override="試験県架空市１－２－３"
            ),
        )
        desk.scene.coverages[:] = [moved]
        assert set(clients.all().values()) == {("1", "試験県架空市１－２－３")}

        # the qualification ends, and the system learns of it only ten days later
        ended = msgspec.structs.replace(
            mine, holds_to=desk.scene.date, loss_known_from=desk.scene.date + timedelta(days=10)
        )
        desk.scene.coverages[:] = [ended]
        desk.travel(desk.scene.date + timedelta(days=9))
        assert set(clients.all().values()) == {("1", home)}
        desk.travel(desk.scene.date + timedelta(days=1))
        assert set(clients.all().values()) == {("2", home)}

        # it is deleted by mistake
        desk.scene.coverages.clear()
        assert set(clients.all().values()) == {("4", "")}

        # faults reach all of them, and are gone from all of them
        desk.scene.coverages[:] = [mine]
        run = desk.inject("inquiry.validity", code="3")
        assert {validity for validity, _ in clients.all().values()} == {"3"}
        assert clients.pcsc() == 3, "the card knows nothing of it"
        desk.inject("scene.pin_tries", auth=1)
        assert clients.pcsc() == 1
        assert {validity for validity, _ in clients.all().values()} == {"3"}
        desk.injections.lift_fault(run.fault.NAME)
        desk.injections.lift_fault("scene.pin_tries")
        assert set(clients.all().values()) == {("1", home)}
        assert clients.pcsc() == 3
