"""Who may call the control API, and what it says to a body that it cannot take."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from serving import Served


def said(reply: Any) -> str:
    """The sentence of a refusal, whose shape is always the same."""
    error = json.loads(reply.body)["error"]
    assert set(error) == {"message", "field", "did_you_mean"}
    message: str = error["message"]
    assert "Traceback" not in message
    return message


def test_no_token_no_answer(served: Served) -> None:
    for token in ("wrong", "x" * 5000):
        reply = served.ask("GET", "/desks", token=token)
        assert reply.status == 401
        assert "ONSHI_CONTROL_TOKEN" in said(reply)
    done = subprocess.run(
        ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", f"{served.url}/desks"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout == "401"


def test_the_document_needs_no_token(served: Served) -> None:
    done = subprocess.run(
        ["curl", "-sS", f"{served.url}/openapi.json"], capture_output=True, timeout=30
    )
    assert json.loads(done.stdout)["openapi"].startswith("3.1")


@pytest.mark.parametrize("origin", ["https://example.com", "null", "http://localhost:1"])
def test_pages_of_other_origins_are_refused(served: Served, origin: str) -> None:
    reply = served.ask("GET", "/desks", headers={"Origin": origin})
    assert reply.status == 403
    assert origin in said(reply)


def test_its_own_origin_may_call(served: Served) -> None:
    assert served.ask("GET", "/desks", headers={"Origin": served.url}).status == 200


def test_another_host_name_is_refused(served: Served) -> None:
    """A page whose name was pointed at this machine (DNS rebinding) sends that name."""
    reply = served.ask("GET", "/desks", headers={"Host": "evil.example.com"})
    assert reply.status == 403
    assert "evil.example.com" in said(reply)


def test_there_is_no_preflight_answer_for_others(served: Served) -> None:
    asked = {"Origin": "https://example.com", "Access-Control-Request-Method": "POST"}
    reply = served.ask("OPTIONS", "/desks", headers=asked)
    assert reply.status in (403, 405)
    assert "Access-Control-Allow-Origin" not in reply.headers


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[]", "object"),
        (b'{"trouble": "' + b"\xff" + b'"}', "is not JSON"),
    ],
)
def test_what_is_not_a_body_is_refused(served: Served, body: bytes, words: str) -> None:
    reply = served.ask("POST", "/desks/0/visits", body)
    assert reply.status == 400
    assert words in said(reply)


def test_a_body_that_is_nested_without_end_is_refused(served: Served) -> None:
    body = b'{"settings": {"a": ' + b"[" * 100_000
    reply = served.ask("POST", "/desks/0/faults/card.pull", body)
    assert reply.status == 400
    assert "nested" in said(reply)


def test_a_body_has_a_limit(served: Served) -> None:
    visit = served.control("POST", "/desks/0/visits", {})
    at = f"/visits/{visit['id']}/claim"
    fits = served.ask("POST", at, b"x" * 2 * 1024 * 1024)
    assert fits.status == 409, "it was read whole; only no claim is due there"
    reply = served.ask("POST", at, b"x" * (2 * 1024 * 1024 + 1))
    assert reply.status == 413
    assert "2097152" in said(reply)


def test_a_body_without_length_has_the_same_limit(served: Served) -> None:
    """Chunked, and more than it may: refused before all of it is there."""
    visit = served.control("POST", "/desks/0/visits", {})
    parts = urlsplit(served.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    token = f"Bearer {served.env['ONSHI_CONTROL_TOKEN']}"
    connection.putrequest("POST", f"/visits/{visit['id']}/claim")
    connection.putheader("Authorization", token)
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    piece = b"x" * 65536
    try:
        for _ in range(64):
            connection.send(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.send(b"0\r\n\r\n")
    except OSError:
        pass  # it may close while we still send
    else:
        assert connection.getresponse().status == 413
    connection.close()
    assert served.control("GET", "/desks")


def test_a_client_that_sends_half_a_body_and_goes_hurts_nobody(served: Served) -> None:
    parts = urlsplit(served.url)
    head = (
        f"POST /desks/0/visits HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
        f"Authorization: Bearer {served.env['ONSHI_CONTROL_TOKEN']}\r\n\r\n"
    )
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", parts.port or 0), timeout=10) as sock:
            sock.sendall(head.encode() + b'{"tro')
    assert served.control("GET", "/desks/0")["visit"] is None


def test_a_body_where_none_belongs_is_refused(served: Served) -> None:
    reply = served.ask("GET", "/desks", b"{}")
    assert reply.status == 400


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/desk", 404, "/openapi.json"),
        ("PUT", "/desks", 405, "/openapi.json"),
        ("GET", "/desks/7", 404, "there are: 0"),
        ("GET", "/visits/none", 404, "POST /desks/0/visits"),
        ("POST", "/desks/0/troubles/card.pin_locked_thrd_try", 404, "did you mean"),
        ("POST", "/desks/0/troubles/card.pull", 404, "is a fault"),
        ("POST", "/desks/0/faults/card.pul", 404, "did you mean card.pull"),
        ("DELETE", "/desks/0/faults/card.pull", 404, "at work are: none"),
        ("DELETE", "/desks/0", 409, "reset it"),
        ("GET", "/troubles?profile=hodanren205", 404, "did you mean hodanren2025"),
        ("GET", "/troubles?surfaces=pcsc,foldr", 400, "pcsc, webapi, folder, face"),
        ("GET", "/troubles?surface=pcsc", 400, "unknown query parameter"),
        ("GET", "/pki/server.key", 404, "server.key"),
    ],
)
def test_each_wrong_request_gets_its_sentence(
    served: Served, method: str, path: str, status: int, words: str
) -> None:
    reply = served.ask(method, path)
    assert reply.status == status
    assert words in said(reply)


@pytest.mark.parametrize(
    ("path", "body", "field", "words"),
    [
        ("/desks/0/faults/card.pull", {"when": {"nht": 2}}, "when.nht", "did you mean 'nth'?"),
        ("/desks/0/faults/card.pull", {"when": {"nth": 0}}, "when", "counts from 1"),
        ("/desks/0/faults/card.pull", {"settings": {"flavor": "raw"}}, "settings", "flavour"),
        ("/desks/0/card/replace", {"kind": "suika"}, "kind", "did you mean suica"),
        ("/desks/0/card/replace", {}, "kind", "is required"),
        ("/desks/0/date", {"date": "2025/10/20"}, "date", "2025-10-20"),
        ("/desks/0/patient/next", {"kind": "old"}, "kind", "elderly"),
        ("/desks", {"doors": ["pscs"]}, "doors[0]", "did you mean 'pcsc'?"),
        ("/desks", {"time_scale": "fast"}, "time_scale", "float"),
        ("/desks", {"date": "yesterday"}, "", "is not a date"),
    ],
)
def test_each_wrong_body_names_its_field(
    served: Served, path: str, body: dict[str, Any], field: str, words: str
) -> None:
    reply = served.ask("POST", path, body)
    assert 400 <= reply.status < 410
    assert words in said(reply)
    assert reply.json["error"]["field"].split("[")[0] == field.split("[")[0]
    assert len(served.control("GET", "/desks")) == 1


def test_a_thousand_open_connections_do_not_stop_it(served: Served) -> None:
    """Clients that connect and say nothing."""
    port = urlsplit(served.url).port or 0
    held = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(200)]
    began = time.monotonic()
    assert served.control("GET", "/desks/0")["id"] == "0"
    assert time.monotonic() - began < 5
    for sock in held:
        sock.close()
