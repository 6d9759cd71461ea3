"""A WebAPI door with a small desk behind it, and the clients' common settings."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from onshi import pki
from onshi.clock import VirtualClock
from onshi.doors.backstage import Backstage
from onshi.doors.webapi import WebApiDoor
from onshi.faults.board import FaultBoard
from onshi.faults.registry import make_fault
from onshi.journal import Journal
from onshi.scene import Site
from onshi.schedule import Schedule
from onshi.seams import Answer, HttpReply, HttpRequest, Inquiry

AUTH = "/oqs-api-pro/MSA12020/ILI12020SV01/auth"
SEARCH = "/oqs-api-pro/MSA01030/ILI01030SV01/search"


class NoInquiries:
    def ask(self, inquiry: Inquiry) -> Answer:
        raise AssertionError("these tests ask over HTTP only")


@dataclass
class SmallService:
    """Login and search as far as the wire needs them; remembers what it was asked."""

    seen: list[HttpRequest] = field(default_factory=list)
    answers: dict[str, HttpReply] = field(default_factory=dict)

    def service_of(self, host: str, path: str) -> str:
        return {AUTH: "auth", SEARCH: "search"}.get(path, "")

    def inquiry_in(self, request: HttpRequest) -> Inquiry | None:
        return None

    def handle(self, request: HttpRequest) -> HttpReply:
        self.seen.append(request)
        service = self.service_of(request.host, request.path)
        if service in self.answers:
            return self.answers[service]
        if service == "auth":
            if request.peer is None:
                return HttpReply(status=403, body=b'{"status":"403"}')
            result = {"idToken": "token", "accessToken": "a", "refreshToken": "r"}
            return HttpReply(
                status=200, body=json.dumps({"status": "0", "result": result}).encode()
            )
        if service == "search":
            if request.headers.get("authorization") != "token":
                return HttpReply(status=401, body=b'{"status":"401"}')
            asked = json.loads(request.body)["XmlMsg"]
            header = asked["MessageHeader"] | {"SegmentOfResult": "1"}
            answer = {"XmlMsg": {"MessageHeader": header, "MessageBody": asked["MessageBody"]}}
            body = json.dumps(answer, ensure_ascii=False).encode()
            return HttpReply(status=200, body=body.ljust(1600))
        return HttpReply(status=404, body=b'{"status":"404"}')


class Bench:
    """One door with a desk of which every part can be reached."""

    def __init__(self, door: WebApiDoor, *, scale: float, deadline: float) -> None:
        self.door = door
        self.files = pki.files()
        self.service = SmallService()
        self.journal = Journal()
        self.clock = VirtualClock(date(2025, 10, 20), scale=scale)
        self.board = FaultBoard(
            seed=1,
            clock=self.clock,
            journal=self.journal,
            deadline=deadline,
            doors=frozenset({"webapi"}),
        )
        self.backstage = Backstage(
            inquiries=NoInquiries(),
            http=self.service,
            at=self.board.at,
            deliver=self.board.deliver,
            ports=self.board.ports_opened,
            clock=self.clock,
            journal=self.journal,
            site=Site(),
            deadline=deadline,
        )

    def attach(self, **changes: Any) -> None:
        self.door.attach(replace(self.backstage, **changes))

    def fault(self, name: str, schedule: Schedule | None = None, **settings: Any) -> None:
        self.board.add(make_fault(name, settings), schedule or Schedule())

    @property
    def login(self) -> str:
        """Where a program that starts now logs in."""
        return self.door.env()["ONSHI_WEBAPI_URL"] + AUTH

    @property
    def search(self) -> str:
        """Where a program that starts now searches."""
        return self.door.env()["ONSHI_WEBAPI_SEARCH_URL"] + SEARCH

    @property
    def client(self) -> tuple[str, str]:
        return str(self.files.client_cert), str(self.files.client_key)

    @property
    def ca(self) -> str:
        return str(self.files.ca)

    def events(self, event: str = "") -> list[dict[str, Any]]:
        return [
            {k: v for k, v in e.items() if k != "lane"}
            for e in self.journal.events("webapi", event)
        ]


@pytest.fixture(autouse=True)
def _no_line_is_dropped_by_a_defect(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A connection that ends by an unexpected exception is only logged: make it a failure."""
    yield
    lines = [r.getMessage() for r in caplog.get_records("call") if r.name == "onshi.wire"]
    assert lines == []


@pytest.fixture(scope="session")
def door() -> Iterator[WebApiDoor]:
    door = WebApiDoor(named_port=0)
    door.start()
    yield door
    door.close()


@pytest.fixture
def make_bench(door: WebApiDoor) -> Iterator[Callable[..., Bench]]:
    def make(*, scale: float = 0.001, deadline: float = 120.0) -> Bench:
        bench = Bench(door, scale=scale, deadline=deadline)
        bench.attach()
        return bench

    yield make
    door.detach()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()


@pytest.fixture(scope="session")
def inquiry() -> str:
    """A search request as the WebAPI wants it: the message tree in JSON, full-width symbol."""
    info = {
        "InsurerNumber": "06132013",
        "InsuredCardSymbol": "１２３",
        "InsuredIdentificationNumber": "4567",
        "Birthdate": "19551103",
        "LimitApplicationCertificateRelatedConsFlg": "1",
    }
    header = {
        "QualificationConfirmationDate": "20251020",
        "MedicalInstitutionCode": "1312345670",
        "ArbitraryFileIdentifier": "clinic_11906",
    }
    message = {"MessageHeader": header, "MessageBody": {"QualificationConfirmSearchInfo": info}}
    return json.dumps({"XmlMsg": message}, ensure_ascii=False)


@pytest.fixture(scope="session")
def curl() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run curl, bounded; ``-w`` gives the status as the last line."""

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = ["curl", "--silent", "--show-error", "--max-time", "20", *args]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    return run


@pytest.fixture(scope="session")
def wait_until() -> Callable[[Callable[[], Any]], None]:
    """Bounded wait for something that the door's thread does."""

    def wait(condition: Callable[[], Any]) -> None:
        end = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < end, "did not happen in time"
            time.sleep(0.002)

    return wait


@pytest.fixture
def stored(tmp_path: Path, inquiry: str) -> Path:
    """The search request as a file, for clients that read one."""
    path = tmp_path / "inquiry.json"
    path.write_text(inquiry, encoding="utf-8")
    return path
