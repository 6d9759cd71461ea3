"""Every wire fault: what real clients see, what the service saw, and that it ends."""

from __future__ import annotations

import http.client
import subprocess
import threading
import time
from pathlib import Path

import pytest
import requests
from urllib3.util.retry import Retry

from onshi.errors import CannotDeliverError, OnshiError
from onshi.faults.board import FaultBoard
from onshi.faults.registry import fault_names, make_fault
from onshi.schedule import Schedule
from onshi.seams import HttpReply, WireAction, WireStage

WIRE_FAULTS = [name for name in fault_names() if name.startswith("wire.")]


def ask(bench, **more):
    """One search by requests, on a connection of its own."""
    return requests.post(
        bench.search,
        data=b"{}",
        headers={"Authorization": "x"},
        verify=bench.ca,
        timeout=more.pop("timeout", 10),
        **more,
    )


def refused(bench):
    """The exception that requests raises."""
    with pytest.raises(requests.exceptions.RequestException) as found:
        ask(bench)
    return found.value


def long_answer(bench, length=19_000):
    body = bytes(i % 251 for i in range(length))
    bench.service.answers["search"] = HttpReply(status=200, body=body)
    return body


# ----------------------------------------------------------- reset and close
def test_reset_before_the_answer(bench, curl):
    bench.fault("wire.reset")
    # Python's ssl reads with SSL_read_ex, which makes an end of file of a reset; curl does not.
    assert type(refused(bench)) is requests.exceptions.ConnectionError
    done = curl("--cacert", bench.ca, "-d", "{}", bench.search)
    assert done.returncode == 56
    assert "Connection reset by peer" in done.stderr
    assert len(bench.service.seen) == 2, "the service was reached"
    assert bench.events("answer") == []
    wire = {"event": "wire", "stage": "answer", "cut_after": 0, "end": "reset"}
    assert bench.events("wire") == [wire, wire]


@pytest.mark.parametrize("after", [1, 50, 5_000, 18_999])
def test_reset_after_exactly_n_bytes(bench, after, curl, tmp_path):
    body = long_answer(bench)
    bench.fault("wire.reset", after_bytes=after)
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match=f"{after} bytes read"):
        ask(bench)
    got = tmp_path / "got"
    done = curl("--cacert", bench.ca, "-d", "{}", "-o", str(got), bench.search)
    assert done.returncode == 56
    assert "Connection reset by peer" in done.stderr
    assert got.read_bytes() == body[:after]


@pytest.mark.parametrize("after", [1, 16_384, 18_999])
def test_cut_after_exactly_n_bytes(bench, after, curl, tmp_path):
    body = long_answer(bench)
    bench.fault("wire.truncate", after_bytes=after)
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        ask(bench)
    got = tmp_path / "got"
    done = curl("--cacert", bench.ca, "-d", "{}", "-o", str(got), bench.search)
    assert done.returncode in (18, 56)
    assert "reset by peer" not in done.stderr
    assert got.read_bytes() == body[:after]


def test_cut_as_http_client_sees_it(bench):
    long_answer(bench, 300)
    bench.fault("wire.truncate")
    client = http_client(bench)
    client.request("POST", "/oqs-api-pro/MSA01030/ILI01030SV01/search", b"{}")
    answer = client.getresponse()
    with pytest.raises(http.client.IncompleteRead) as found:
        answer.read()
    assert (len(found.value.partial), found.value.expected) == (100, 200)
    client.close()


def test_close_instead_of_an_answer(bench, curl):
    bench.fault("wire.close")
    assert "closed connection without response" in str(refused(bench))
    done = curl("--cacert", bench.ca, "-d", "{}", bench.search)
    assert done.returncode in (52, 56)
    assert "reset by peer" not in done.stderr


def test_close_after_an_answer_that_promised_keep_alive(bench):
    bench.fault("wire.close", answered=True)
    client = http_client(bench)
    client.request("POST", "/x", b"{}")
    answer = client.getresponse()
    assert answer.read()
    assert answer.headers["Connection"] == "keep-alive"
    client.sock.settimeout(5)
    assert client.sock.recv(1) == b""
    client.close()


def http_client(bench):
    import ssl

    context = ssl.create_default_context(cafile=bench.ca)
    host, port = bench.door.search_url.removeprefix("https://").split(":")
    return http.client.HTTPSConnection(host, int(port), context=context, timeout=10)


# ------------------------------------------------------- before the request
def test_refuse_at_once(bench, curl):
    bench.fault("wire.refuse")
    assert isinstance(refused(bench), requests.exceptions.ConnectionError)
    assert curl("--cacert", bench.ca, "-d", "{}", bench.search).returncode == 35
    assert bench.service.seen == []


def test_refuse_tls(bench, curl):
    bench.fault("wire.refuse_tls")
    error = refused(bench)
    assert isinstance(error, requests.exceptions.SSLError)
    assert "handshake failure" in str(error).lower()
    done = curl("--cacert", bench.ca, "-d", "{}", bench.search)
    assert done.returncode == 35
    assert "alert handshake failure" in done.stderr


def test_refusal_of_one_listener_only(bench):
    bench.fault("wire.refuse", Schedule(match="search"))
    with pytest.raises(requests.exceptions.ConnectionError):
        ask(bench)
    answer = requests.post(bench.login, data=b"{}", verify=bench.ca, cert=bench.client, timeout=10)
    assert answer.status_code == 200


def test_stalled_handshake_ends_at_the_deadline(make_bench):
    bench = make_bench(scale=0.001, deadline=60.0)
    bench.fault("wire.stall_tls")
    error = refused(bench)
    assert isinstance(error, requests.exceptions.ConnectionError)
    assert bench.service.seen == []


# -------------------------------------------------------------- late or never
def test_slow_takes_scaled_time_and_then_answers(make_bench):
    bench = make_bench(scale=0.01)
    bench.fault("wire.slow", Schedule(nth=1))
    began = time.monotonic()
    assert ask(bench).status_code == 401
    assert 0.45 <= time.monotonic() - began < 5
    assert bench.events("answer") == [{"event": "answer", "status": 401, "t": 45.0}]
    assert ask(bench).status_code == 401


def test_slow_is_longer_than_the_client_waits(make_bench, wait_until):
    bench = make_bench(scale=1.0)
    bench.fault("wire.slow")
    with pytest.raises(requests.exceptions.ReadTimeout):
        ask(bench, timeout=0.2)
    wait_until(lambda: bench.events("left"))
    assert bench.events("answer") == []


def test_a_delay_of_the_service_is_waited_for_and_bounded(make_bench):
    bench = make_bench(scale=0.001, deadline=30.0)
    bench.service.answers["search"] = HttpReply(status=200, body=b"{}", delay=600.0)
    assert ask(bench).status_code == 200
    assert bench.events("answer") == [{"event": "answer", "status": 200, "t": 30.0}]


def test_stall_ends_at_the_deadline(make_bench):
    bench = make_bench(scale=0.001, deadline=60.0)
    bench.fault("wire.stall")
    assert "without response" in str(refused(bench))
    assert len(bench.service.seen) == 1


def test_stall_inside_the_body(make_bench):
    bench = make_bench(scale=0.001, deadline=60.0)
    long_answer(bench)
    bench.fault("wire.stall", after_bytes=1000)
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="1000 bytes read"):
        ask(bench)


@pytest.mark.parametrize("name", ["wire.stall", "wire.stall_tls", "wire.slow"])
def test_detaching_frees_a_waiting_client(make_bench, name, wait_until):
    bench = make_bench(scale=1.0, deadline=3600.0)
    bench.fault(name)
    seen = []
    client = threading.Thread(target=lambda: seen.append(refused(bench)))
    client.start()
    wait_until(lambda: bench.events("wire"))
    began = time.monotonic()
    bench.door.detach()
    client.join(timeout=5)
    assert time.monotonic() - began < 5
    assert isinstance(seen[0], requests.exceptions.ConnectionError)
    assert bench.events("answer") == []


# -------------------------------------------------------------------- status
def test_status_answers_a_page_and_spares_the_service(bench):
    bench.fault("wire.status", Schedule(nth=1, match="search"))
    answer = ask(bench)
    assert (answer.status_code, answer.reason) == (503, "Service Unavailable")
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    answer.encoding = "utf-8"
    assert "しばらくたってから" in answer.text
    assert bench.service.seen == []
    assert ask(bench).status_code == 401


def test_status_with_a_body_and_a_delay(make_bench):
    bench = make_bench()
    bench.fault("wire.status", status=502, body="門番", content_type="text/plain; charset=UTF-8")
    bench.fault("wire.slow", seconds=10)
    answer = ask(bench)
    assert (answer.status_code, answer.content.decode()) == (502, "門番")
    assert bench.events("answer") == [{"event": "answer", "status": 502, "t": 10.0}]


@pytest.mark.parametrize(
    ("action", "status", "content"),
    [
        (
            WireAction(status=504, reason="Late", body=b"12345", cut_after=2, end="close"),
            504,
            b"12",
        ),
        (WireAction(status=200, body=b"odd", content_type="application/json"), 200, b"odd"),
    ],
)
def test_the_order_of_a_wire_action(bench, action, status, content):
    """Delay, then the substitute, then the cut, then the end."""
    bench.attach(at=lambda e: action if e.stage is WireStage.ANSWER else None)
    client = http_client(bench)
    client.request("POST", "/x", b"{}")
    answer = client.getresponse()
    assert (answer.status, answer.reason) == (status, action.reason or "OK")
    if action.end:
        with pytest.raises(http.client.IncompleteRead) as cut:
            answer.read()
        assert cut.value.partial == content
    else:
        assert answer.read() == content
    client.close()


# ------------------------------------------------------- as clients live it
def test_a_client_that_retries_succeeds_after_the_resets(bench):
    bench.fault("wire.reset", Schedule(first=2))
    retries = Retry(total=3, backoff_factor=0, allowed_methods=None)
    with requests.Session() as session:
        session.mount("https://", requests.adapters.HTTPAdapter(max_retries=retries))
        answer = session.post(bench.search, data=b"{}", verify=bench.ca, timeout=10)
    assert answer.status_code == 401
    assert len(bench.service.seen) == 3
    assert bench.events("answer") == [{"event": "answer", "status": 401}]


def test_node_fetch_sees_the_reset(bench):
    program = "fetch(process.argv[1]).catch((e) => console.log(e.cause.code))"
    bench.fault("wire.reset")
    done = subprocess.run(
        ["node", "-e", program, bench.search],
        env={"NODE_EXTRA_CA_CERTS": bench.ca, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.strip() == "ECONNRESET"


def test_the_same_faults_give_the_same_journal(make_bench):
    def run():
        bench = make_bench()
        bench.fault("wire.reset", Schedule(draw=0.5))
        bench.fault("wire.slow", Schedule(every=3))
        for _ in range(6):
            try:
                ask(bench)
            except requests.exceptions.ConnectionError:
                continue
        return bench.journal.canonical()

    first = run()
    assert first == run()
    assert b'"end":"reset"' in first
    assert b'"delay":45.0' in first
    assert b"localhost" not in first


# --------------------------------------------------------------- the catalogue
def test_every_wire_fault_is_tested_somewhere():
    text = "".join(p.read_text("utf-8") for p in Path(__file__).parents[1].rglob("test_*.py"))
    assert [n for n in WIRE_FAULTS if f'"{n}"' not in text] == []


@pytest.mark.parametrize("name", WIRE_FAULTS)
def test_a_wire_fault_needs_a_wire(bench, name):
    fault = make_fault(name, {})
    assert fault.TITLE
    board = FaultBoard(
        seed=1,
        clock=bench.clock,
        journal=bench.journal,
        deadline=1.0,
        doors=frozenset({"pcsc", "folder"}),
    )
    with pytest.raises(CannotDeliverError, match="webapi"):
        board.add(fault)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("wire.truncate", {"after_bytes": -1}),
        ("wire.reset", {"after_bytes": -1}),
        ("wire.slow", {"seconds": -1}),
        ("wire.status", {"status": 99}),
        ("wire.status", {"sttus": 500}),
    ],
)
def test_settings_are_checked(name, settings):
    with pytest.raises(OnshiError, match=name):
        make_fault(name, settings)
