"""HTTP that goes wrong, as real programs live it over TLS; and what a connection is good for after.

What five clients call each fault is in docs/wire-faults.md; here is what they have of it, and when
it ends.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3
from urllib3.util.retry import Retry

from onshi.errors import OnshiError
from onshi.faults.registry import make_fault
from onshi.schedule import Schedule
from onshi.seams import HttpReply, WireAction, WireStage

NAME = "診療　太郎"
ANSWER = json.dumps({"Name": NAME, "Note": "x" * 600}, ensure_ascii=False).encode()
Curl = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def answering(bench: Any) -> Any:
    bench.service.answers["search"] = HttpReply(status=200, body=ANSWER)
    return bench


@pytest.fixture
def asked(curl: Curl, tmp_path: Path) -> Callable[..., tuple[int, list[str], bytes]]:
    """Ask by curl: its exit code, what ``-w`` says (status, connects), and the body it kept."""

    def ask(bench: Any, *args: str, urls: int = 1) -> tuple[int, list[str], bytes]:
        outs = [str(tmp_path / f"body{n}") for n in range(urls)]
        targets = [part for out in outs for part in ("-o", out, bench.search)]
        told = ["-w", "%{http_code} %{num_connects}\n"]
        done = curl("--cacert", bench.ca, "-d", "{}", *told, *args, *targets)
        body = Path(outs[-1]).read_bytes() if Path(outs[-1]).exists() else b""
        return done.returncode, done.stdout.split("\n")[:-1], body

    return ask


def talk(bench: Any, sent: bytes, until: int = 1) -> bytes:
    """Send raw bytes over TLS and read until so many answers are there or the server ends."""
    context = ssl.create_default_context(cafile=bench.ca)
    host, port = bench.door.search_url.removeprefix("https://").split(":")
    got = b""
    with (
        socket.create_connection((host, int(port)), timeout=10) as raw,
        context.wrap_socket(raw, server_hostname=host) as tls,
    ):
        tls.sendall(sent)
        while got.count(b"HTTP/1.1 ") < until or not got.endswith(b"}"):
            data = tls.recv(65536)
            if not data:
                break
            got += data
    return got


def request(body: bytes = b"{}", *lines: str, method: str = "POST") -> bytes:
    path = "/oqs-api-pro/MSA01030/ILI01030SV01/search"
    head = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body


# ------------------------------------------------------------------ length
def test_more_is_announced_than_comes(make_bench: Any, asked: Any) -> None:
    bench = make_bench(scale=0.001, deadline=60.0)
    bench.service.answers["search"] = HttpReply(status=200, body=ANSWER)
    bench.fault("wire.content_length", Schedule(first=1))
    assert asked(bench) == (18, ["200 1"], ANSWER), "the whole answer, and still not enough"
    assert bench.events("wire")[0]["length"] is True
    assert asked(bench)[0] == 0


def test_fewer_bytes_are_announced_than_come(answering: Any, asked: Any) -> None:
    """A client takes what was announced for whole; the rest spoils the connection."""
    answering.fault("wire.content_length", Schedule(first=1), off=-40)
    code, told, body = asked(answering)
    assert (code, told, body) == (0, ["200 1"], ANSWER[:-40])
    answering.board.clear()
    answering.fault("wire.content_length", Schedule(first=1), off=-40)
    code, told, body = asked(answering, urls=2)
    assert (code, told, body) == (0, ["200 1", "200 1"], ANSWER), "curl connects anew"


def test_characters_counted_as_bytes(answering: Any, asked: Any) -> None:
    answering.fault("wire.content_length", characters=True)
    code, _, body = asked(answering)
    assert (code, len(ANSWER) - len(body)) == (0, 2 * len(NAME))
    with pytest.raises(ValueError):
        json.loads(body)


# ------------------------------------------------------------------ chunks
def test_legal_chunks_and_the_connection_stays(answering: Any, asked: Any) -> None:
    answering.fault("wire.chunked")
    assert asked(answering, urls=2) == (0, ["200 1", "200 0"], ANSWER)


@pytest.mark.parametrize(
    ("kind", "code", "kept"), [("size", 56, ANSWER[:256]), ("no_last", 18, ANSWER)]
)
def test_broken_chunks(answering: Any, asked: Any, kind: str, code: int, kept: bytes) -> None:
    answering.fault("wire.chunk_error", Schedule(first=1), kind=kind)
    assert asked(answering) == (code, ["200 1"], kept)
    assert asked(answering)[0] == 0


# ---------------------------------------------------------------- the pace
def test_a_dribble_takes_its_time_and_comes_whole(make_bench: Any, asked: Any) -> None:
    bench = make_bench(scale=0.01, deadline=90.0)
    bench.service.answers["search"] = HttpReply(status=200, body=ANSWER)
    bench.fault("wire.dribble", Schedule(first=1), piece=20, gap=1.0)
    began = time.monotonic()
    code, told, body = asked(bench)
    assert (code, told, body) == (0, ["200 1"], ANSWER)
    head = bench.events("answer")
    assert head == [{"event": "answer", "status": 200}]
    assert time.monotonic() - began >= 0.3
    assert asked(bench, urls=2)[0] == 0


def test_a_dribble_ends_at_the_deadline(make_bench: Any, asked: Any) -> None:
    bench = make_bench(scale=0.001, deadline=300.0)
    bench.service.answers["search"] = HttpReply(status=200, body=ANSWER)
    bench.fault("wire.dribble", Schedule(first=1))
    code, told, body = asked(bench)
    assert (code, told) == (18, ["200 1"])
    head = ANSWER_HEAD - 1
    assert len(body) == 300 - head, "one byte at the start, then one a second"
    assert asked(bench)[0] == 0


ANSWER_HEAD = len(
    "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=UTF-8\r\n"
    f"Content-Length: {len(ANSWER)}\r\nConnection: keep-alive\r\n\r\n"
)


def test_a_client_that_leaves_a_dribble(make_bench: Any, asked: Any, wait_until: Any) -> None:
    bench = make_bench(scale=1.0, deadline=3600.0)
    bench.fault("wire.dribble", Schedule(first=1), piece=10)
    assert asked(bench, "--max-time", "0.3")[0] == 28
    wait_until(lambda: bench.events("left"))
    assert asked(bench)[0] == 0


def test_bandwidth(make_bench: Any, asked: Any) -> None:
    bench = make_bench(scale=0.1, deadline=90.0)
    bench.service.answers["search"] = HttpReply(status=200, body=ANSWER)
    bench.fault("wire.bandwidth", rate=(ANSWER_HEAD + len(ANSWER)) / 4)
    began = time.monotonic()
    assert asked(bench)[2] == ANSWER
    assert time.monotonic() - began >= 0.39, "4 s at a tenth"


def test_silence_from_the_start(make_bench: Any, asked: Any, wait_until: Any) -> None:
    bench = make_bench(scale=0.005, deadline=60.0)
    bench.fault("wire.silent", Schedule(first=2))
    assert asked(bench, "--max-time", "0.1")[0] == 28
    wait_until(lambda: bench.events("left"))
    assert asked(bench)[:2] == (35, ["000 1"]), "and at the deadline it ends"
    assert bench.service.seen == []
    assert asked(bench)[0] == 0


# ----------------------------------------------------------------- no HTTP
def test_garbage(answering: Any, asked: Any) -> None:
    answering.fault("wire.garbage", Schedule(first=1))
    assert asked(answering)[0] == 1, "curl: unsupported protocol, HTTP/0.9"
    assert len(answering.service.seen) == 1
    assert answering.events("wire")[0]["raw"] == 512
    assert asked(answering) == (0, ["200 1"], ANSWER)


def test_garbage_comes_from_the_seed(make_bench: Any) -> None:
    drawn = []
    for _ in range(2):
        bench = make_bench()
        bench.fault("wire.garbage", count=40)
        drawn.append(talk(bench, request()))
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 40


@pytest.mark.parametrize(
    ("after", "head", "announced", "code", "kept"),
    [
        (0, False, True, 18, b""),
        (100, False, True, 18, ANSWER[:100]),
        (100, False, False, 0, ANSWER[:100]),
        (9, True, True, 52, b""),
        (0, True, True, 52, b""),
        (ANSWER_HEAD + 7, True, True, 18, ANSWER[:7]),
    ],
)
def test_truncated(
    answering: Any, asked: Any, after: int, head: bool, announced: bool, code: int, kept: bytes
) -> None:
    settings = {"after_bytes": after, "head": head, "announced": announced}
    answering.fault("wire.truncate", Schedule(first=1), **settings)
    exit_code, _, body = asked(answering)
    assert body == kept
    assert exit_code == code or (exit_code == 56 and code in (18, 52)), "56: OpenSSL says how"
    assert asked(answering) == (0, ["200 1"], ANSWER)


# ---------------------------------------------------------------- statuses
def test_too_many_requests_and_when_to_come_again(answering: Any, asked: Any) -> None:
    answering.fault("wire.too_many_requests", Schedule(first=1), retry_after=1)
    began = time.monotonic()
    assert asked(answering, "--retry", "2") == (0, ["200 0"], ANSWER), "on the same connection"
    assert time.monotonic() - began >= 1, "curl does as Retry-After says"
    assert len(answering.service.seen) == 1


def test_unauthorized_in_the_middle(bench: Any, asked: Any, curl: Curl, stored: Path) -> None:
    bench.fault("wire.unauthorized", Schedule(nth=2))
    at_login = ["--cert", bench.client[0], "--key", bench.client[1], "-o", "/dev/null"]
    status = ["-w", "%{http_code}"]
    search = ["-H", "Authorization: token", "-d", f"@{stored}", "-o", "/dev/null", *status]
    seen = [
        curl("--cacert", bench.ca, *args).stdout
        for args in (
            [*search, bench.search],
            [*at_login, "-d", "{}", *status, bench.login],
            [*search, bench.search],
            [*search, bench.search],
        )
    ]
    assert seen == ["200", "200", "401", "200"], "a login is not counted"


@pytest.mark.parametrize(
    ("settings", "follow", "code", "last", "methods"),
    [
        ({}, [], 0, "302", []),
        ({}, ["-L", "--max-redirs", "5"], 47, "302", []),
        ({"to": "/elsewhere"}, ["-L"], 0, "404", ["GET"]),
        ({"to": "/elsewhere", "status": 307}, ["-L"], 0, "404", ["POST"]),
    ],
)
def test_redirects(
    bench: Any,
    asked: Any,
    settings: dict[str, Any],
    follow: list[str],
    code: int,
    last: str,
    methods: list[str],
) -> None:
    bench.fault("wire.redirect", Schedule(match="search"), **settings)
    exit_code, told, _ = asked(bench, *follow)
    assert (exit_code, told[0].split()[0]) == (code, last)
    assert [r.method for r in bench.service.seen] == methods


def test_an_error_page_at_login_only(bench: Any, curl: Curl, asked: Any) -> None:
    bench.fault("wire.status", Schedule(match="*/auth"))
    at_login = ["--cert", bench.client[0], "--key", bench.client[1], "-d", "{}", bench.login]
    done = curl("--cacert", bench.ca, "-w", "%{http_code} %{content_type}", *at_login)
    assert done.stdout.endswith("503 text/html; charset=UTF-8")
    assert asked(bench)[1] == ["401 1"]


# ------------------------------------------------ the rest of HTTP, meanwhile
def test_head_gets_a_head(answering: Any, curl: Curl) -> None:
    for name in ("wire.chunked", "wire.content_length"):
        answering.board.clear()
        answering.fault(name)
        began = time.monotonic()
        done = curl("--cacert", answering.ca, "-I", answering.search, answering.search)
        assert done.returncode == 0
        assert done.stdout.count("HTTP/1.1 200 OK") == 2
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("name", ["wire.status", "wire.chunked", "wire.latency"])
def test_expect_100_continue(answering: Any, curl: Curl, name: str) -> None:
    answering.fault(name, Schedule(first=1))
    wants = ["-H", "Expect: 100-continue", "--expect100-timeout", "15"]
    began = time.monotonic()
    done = curl("--cacert", answering.ca, "-v", *wants, "-d", "{}", *[answering.search] * 2)
    statuses = re.findall(r"^< HTTP/1.1 (\d+)", done.stderr, re.M)
    assert statuses == ["100", "503" if name == "wire.status" else "200", "100", "200"]
    assert time.monotonic() - began < 15, "curl was told to go on"


def test_pipelined_requests_around_a_fault(answering: Any) -> None:
    """Chunked answers keep their order; an end takes what was behind it along."""
    answering.fault("wire.chunked", Schedule(nth=1))
    answering.fault("wire.truncate", Schedule(nth=2), after_bytes=10)
    got = talk(answering, request() * 4, until=4)
    assert [int(s) for s in re.findall(rb"HTTP/1.1 (\d+)", got)] == [200, 200, 200]
    assert got.endswith(ANSWER[:10])
    assert len(answering.service.seen) == 3


def test_urllib3_reads_the_body_again_after_a_cut(answering: Any) -> None:
    """With the body read at once a cut is one more thing that Retry covers."""
    answering.fault("wire.truncate", Schedule(first=2))
    with urllib3.PoolManager(ca_certs=answering.ca) as pool:
        retries = Retry(total=3, backoff_factor=0, allowed_methods=None)
        reply = pool.request("POST", answering.search, body=b"{}", retries=retries, timeout=10)
    assert reply.data == ANSWER
    assert len(answering.service.seen) == 3


# ------------------------------------------------------------------ drawing
def delays(make_bench: Any, count: int, **settings: Any) -> list[float]:
    bench = make_bench()
    bench.fault("wire.latency", **settings)
    event = bench.board.at
    from onshi.seams import WireEvent

    found = [event(WireEvent(stage=WireStage.ANSWER)) for _ in range(count)]
    return [0.0 if action is None else action.delay for action in found]


def test_latencies_are_distributed_as_asked_for(make_bench: Any) -> None:
    normal = sorted(delays(make_bench, 4000, seconds=2.0, distribution="lognormal", sigma=1.0))
    assert normal[2000] == pytest.approx(2.0, rel=0.1)
    assert normal[3365] == pytest.approx(2.0 * 2.718, rel=0.15), "one sigma above"
    table = [[0, 0.1], [50, 0.3], [95, 4.0], [100, 30.0]]
    drawn = sorted(delays(make_bench, 4000, distribution="table", table=table))
    assert drawn[1000] == pytest.approx(0.2, rel=0.05), "half of the way to 50 percent"
    assert drawn[2900] == pytest.approx(0.3 + 3.7 * 22.5 / 45, rel=0.05)
    assert (drawn[0] >= 0.1, drawn[-1] <= 30) == (True, True)
    assert delays(make_bench, 3, seconds=1.5) == [1.5] * 3
    assert delays(make_bench, 9, distribution="table", table=table) == delays(
        make_bench, 9, distribution="table", table=table
    )


@pytest.mark.parametrize(
    ("name", "settings", "says"),
    [
        ("wire.latency", {"distribution": "table"}, "needs a table"),
        ("wire.latency", {"table": [[50, 1]]}, "no other has one"),
        ("wire.latency", {"distribution": "table", "table": [[0.5, 1], [0.95, 2]]}, "percentage"),
        ("wire.latency", {"distribution": "table", "table": [[50, 2], [90, 1]]}, "rise"),
        ("wire.latency", {"distribution": "lognormal", "seconds": 0}, "half of all"),
        ("wire.content_length", {"off": 0}, "right length"),
        ("wire.dribble", {"piece": 0}, "piece"),
        ("wire.dribble", {"gap": 0}, "gap"),
        ("wire.bandwidth", {"rate": 0}, "rate"),
        ("wire.garbage", {"count": 0}, "count"),
        ("wire.redirect", {"to": "/a\r\nSet-Cookie: x"}, "without spaces"),
        ("wire.redirect", {"status": 300}, "status"),
        ("wire.chunk_error", {"kind": "none"}, "kind"),
        ("wire.too_many_requests", {"retry_after": -1}, "retry_after"),
        ("scene.token_life", {"seconds": -1}, "seconds"),
    ],
)
def test_settings_that_make_no_sense(name: str, settings: dict[str, Any], says: str) -> None:
    with pytest.raises(OnshiError, match=says):
        make_fault(name, settings)


# ------------------------------------------------------------- wire actions
def test_an_action_puts_headers_in_place_of_ours(answering: Any) -> None:
    action = WireAction(
        headers=(("content-type", "text/csv"), ("X-Gate", "1"), ("X-Gate", "2")),
        rewrite=lambda body: body[::-1],
    )
    answering.attach(at=lambda e: action if e.stage is WireStage.ANSWER else None)
    head, _, body = talk(answering, request(b"{}", "Connection: close")).partition(b"\r\n\r\n")
    assert body == ANSWER[::-1]
    assert head.decode().split("\r\n") == [
        "HTTP/1.1 200 OK",
        f"Content-Length: {len(ANSWER)}",
        "Connection: close",
        "content-type: text/csv",
        "X-Gate: 1",
        "X-Gate: 2",
    ]


def test_what_is_decided_at_the_request_lasts_to_the_answer(answering: Any) -> None:
    """A page with its headers, and then cut."""
    at = {
        WireStage.REQUEST: WireAction(
            status=503, body=b"0123456789", headers=(("Retry-After", "9"),)
        ),
        WireStage.ANSWER: WireAction(cut_after=4, end="close"),
    }
    answering.attach(at=lambda e: at.get(e.stage))
    got = talk(answering, request())
    assert got.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 9\r\n" in got
    assert got.endswith(b"\r\n\r\n0123")
    assert answering.service.seen == []


def test_raw_bytes_at_the_request_spare_the_service(answering: Any) -> None:
    action = WireAction(raw=b"SSH-2.0-x\r\n}", pace=(3, 1.0), cut_after=11)
    answering.attach(at=lambda e: action if e.stage is WireStage.REQUEST else None)
    assert talk(answering, request()) == b"SSH-2.0-x\r\n"
    assert answering.service.seen == []
    assert "status" not in answering.events("request")[0]
