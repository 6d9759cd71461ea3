"""The responses door with plain ``requests`` code, compared with the real wire where it matters."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses
from eligstage import Stage

from onshi import pki
from onshi.doors.responses import ResponsesDoor
from onshi.doors.webapi import WebApiDoor
from onshi.eligibility.api import LOGIN_PATH, PRODUCTION_LOGIN, PRODUCTION_SEARCH, SEARCH_PATH
from onshi.eligibility.json import to_json
from onshi.eligibility.mapping import request_document
from onshi.errors import OnshiError
from onshi.schedule import Schedule

CERT = ("client.pem", "client.key")


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    door = ResponsesDoor()
    door.open(made.backstage)
    yield made
    door.close()


def login(base: str = PRODUCTION_LOGIN, **how: Any) -> str:
    reply = requests.post(
        base + LOGIN_PATH, json={"userId": "u", "password": "s3cret"}, **{"cert": CERT, **how}
    )
    assert reply.status_code == 200
    return str(reply.json()["result"]["idToken"])


def search(
    stage: Stage, token: str, base: str = PRODUCTION_SEARCH, **how: Any
) -> requests.Response:
    document = request_document(stage.inquiry(), institution=stage.site.institution_code)
    headers = {"Authorization": token, "Content-Type": "application/json;charset=UTF-8"}
    return requests.post(base + SEARCH_PATH, data=to_json(document), headers=headers, **how)


def test_login_and_search_on_the_production_names(stage: Stage) -> None:
    reply = search(stage, login(), timeout=10)
    assert reply.status_code == 200
    assert reply.reason == "OK"
    assert reply.headers["Content-Type"] == "application/json;charset=UTF-8"
    body = reply.json()["XmlMsg"]["MessageBody"]
    assert body["QualificationValidity"] == "1"
    record = body["ResultList"][0]["ResultOfQualificationConfirmation"]
    assert record["Name"] == stage.scene.patient.name


def test_the_journal_tells_what_and_no_secrets(stage: Stage) -> None:
    token = login()
    search(stage, token)
    events = list(stage.journal.events("webapi", "request"))
    assert [(e["service"], e["http"]) for e in events] == [("auth", 200), ("search", 200)]
    assert events[0]["keys"] == ["password", "userId"]
    assert events[1]["validity"] == "1"
    assert events[1]["inquiry"]["number"] == stage.scene.truth.qualification.number
    text = stage.journal.canonical()
    assert token.encode() not in text
    assert b"s3cret" not in text


def test_login_without_a_certificate_is_a_tls_failure(stage: Stage) -> None:
    with pytest.raises(requests.exceptions.SSLError, match="certificate required"):
        login(cert=None)


def test_search_without_login(stage: Stage) -> None:
    assert search(stage, "none").status_code == 401
    assert search(stage, f"Bearer {login()}").status_code == 401


def test_a_session_with_its_own_certificate(stage: Stage) -> None:
    with requests.Session() as session:
        session.cert = CERT
        reply = session.post(PRODUCTION_LOGIN + LOGIN_PATH, json={})
    assert reply.json()["result"]["linkSysCharCd"] == "0"


def test_other_paths_and_methods(stage: Stage) -> None:
    assert requests.get(PRODUCTION_SEARCH + SEARCH_PATH).status_code == 405
    reply = requests.post(PRODUCTION_SEARCH + "/nowhere")
    assert (reply.status_code, reply.reason) == (404, "Not Found")


def test_further_base_urls() -> None:
    stage = Stage()
    door = ResponsesDoor()
    door.open(
        stage.backstage,
        login_urls=["https://localhost:35001/"],
        search_urls=["https://localhost:3"],
    )
    try:
        token = login("https://localhost:35001")
        assert search(stage, token, "https://localhost:3").status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            login("https://localhost:35001", cert=None)
        # 37 begins with 3 and is another port, on which nobody listens
        with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
            search(stage, token, "https://localhost:37", timeout=2)
    finally:
        door.close()


def test_other_hosts_pass_through(stage: Stage) -> None:
    class Hello(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *args: Any) -> None:
            return

    with http.server.HTTPServer(("127.0.0.1", 0), Hello) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        reply = requests.get(f"http://127.0.0.1:{server.server_port}/", timeout=5)
        thread.join(5)
    assert reply.text == "hello"


def test_close_puts_requests_back() -> None:
    send = requests.adapters.HTTPAdapter.send
    door = ResponsesDoor()
    door.open(Stage().backstage)
    assert requests.adapters.HTTPAdapter.send is not send
    with pytest.raises(OnshiError, match="open already"):
        door.open(Stage().backstage)
    door.close()
    door.close()
    assert requests.adapters.HTTPAdapter.send is send


def test_beside_a_mock_of_the_vendor() -> None:
    stage = Stage()
    with responses.RequestsMock() as mock:
        mock.add("GET", "https://vendor.example/x", body="own")
        door = ResponsesDoor()
        door.open(stage.backstage, mock)
        assert search(stage, login()).status_code == 200
        assert requests.get("https://vendor.example/x").text == "own"
        door.close()
        with pytest.raises(requests.exceptions.ConnectionError, match="Responses"):
            requests.post(PRODUCTION_SEARCH + SEARCH_PATH)


def test_calls_are_not_kept() -> None:
    stage = Stage()
    door = ResponsesDoor()
    door.open(stage.backstage)
    try:
        token = login()
        for _ in range(30):
            search(stage, token)
        assert door._mock is not None
        assert len(door._mock.calls) <= 1
        assert len(door._answer.calls) <= 1
    finally:
        door.close()


# --------------------------------------------------------------------- time
@pytest.mark.parametrize("timeout", [10, (3.05, 10), (None, 10.0)])
def test_a_slow_answer_times_out_at_once_and_the_clock_moves(stage: Stage, timeout: Any) -> None:
    token = login()
    stage.inject("inquiry.slow", seconds=45)
    before = stage.clock.now()
    with pytest.raises(requests.exceptions.ReadTimeout, match="timeout=10"):
        search(stage, token, timeout=timeout)
    assert stage.clock.waited == 10
    assert (stage.clock.now() - before).total_seconds() == 10


@pytest.mark.parametrize("timeout", [60, None, (5, None)])
def test_a_patient_caller_gets_the_answer(stage: Stage, timeout: Any) -> None:
    token = login()
    stage.inject("inquiry.slow", seconds=45)
    assert search(stage, token, timeout=timeout).status_code == 200
    assert stage.clock.waited == 45


def test_a_stall_without_a_time_out_ends_at_the_deadline(stage: Stage) -> None:
    token = login()
    stage.inject("wire.stall")
    with pytest.raises(requests.exceptions.ConnectionError):
        search(stage, token)
    assert stage.clock.waited == 90


def test_after_release_the_connection_is_gone(stage: Stage) -> None:
    token = login()
    stage.inject("inquiry.slow", seconds=1)
    stage.clock.release()
    with pytest.raises(requests.exceptions.ConnectionError):
        search(stage, token)


# --------------------------------------------------------------------- wire
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("wire.reset", {}),
    ("wire.reset", {"after_bytes": 100}),
    ("wire.close", {}),
    ("wire.truncate", {"after_bytes": 100}),
    ("wire.refuse", {}),
    ("wire.refuse_tls", {}),
    ("wire.stall", {}),
    ("wire.stall", {"after_bytes": 50}),
    ("wire.stall_tls", {}),
    ("wire.status", {"status": 503}),
    ("wire.slow", {"seconds": 30}),
]


@pytest.fixture(scope="module")
def real_door() -> Iterator[WebApiDoor]:
    door = WebApiDoor()
    door.start()
    yield door
    door.close()


def seen(call: Any) -> str:
    try:
        reply = call()
    except requests.exceptions.RequestException as e:
        return type(e).__name__
    return f"{reply.status_code} {reply.headers['Content-Type']} {len(reply.content)}"


@pytest.mark.parametrize(("name", "settings"), FAULTS)
def test_what_requests_sees_is_what_it_sees_on_the_wire(
    real_door: WebApiDoor, name: str, settings: dict[str, Any]
) -> None:
    files = pki.files()
    real = Stage(real=True, scale=0.02)
    real_door.attach(real.backstage)
    try:
        token = login(
            real_door.url,
            verify=str(files.ca),
            cert=(str(files.client_cert), str(files.client_key)),
        )
        real.inject(name, **settings)
        on_wire = seen(
            lambda: search(
                real, token, real_door.search_url, verify=str(files.ca), timeout=(0.3, 0.3)
            )
        )
    finally:
        real_door.detach()
    virtual = Stage()
    door = ResponsesDoor()
    door.open(virtual.backstage)
    try:
        token = login()
        virtual.inject(name, Schedule(first=1), **settings)
        in_process = seen(lambda: search(virtual, token, timeout=(15, 15)))
        assert in_process == on_wire
        assert search(virtual, token, timeout=15).status_code == 200
    finally:
        door.close()
    assert len(list(virtual.journal.events("webapi", "wire"))) == 1
