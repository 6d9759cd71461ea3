"""The proxy for programs with the production host names built in: curl, openssl, http.client."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import subprocess
import sys

import pytest
import requests

from onshi.doors.http1 import MAX_HEAD
from onshi.schedule import Schedule

LOGIN = "https://hweb-api.oqs.onshikaku.org/oqs-api-pro/MSA12020/ILI12020SV01/auth"
SEARCH = "https://hweb-mnc.oqs.onshikaku.org/oqs-api-pro/MSA01030/ILI01030SV01/search"


@pytest.fixture
def by_proxy(bench, curl):
    """curl through the proxy, trusting the CA."""
    return lambda *args: curl("--proxy", bench.door.proxy_url, "--cacert", bench.ca, *args)


def raw(bench, sent, *, pieces=False):
    """Send bytes to the proxy, read to its end."""
    host, port = bench.door.proxy_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as sock:
        for part in [sent[i : i + 1] for i in range(len(sent))] if pieces else [sent]:
            sock.sendall(part)
        got = b""
        while data := sock.recv(65536):
            got += data
    return got


def test_curl_logs_in_and_searches(bench, by_proxy, stored):
    cert, key = bench.client
    done = by_proxy("--cert", cert, "--key", key, "-d", "{}", LOGIN)
    assert done.returncode == 0, done.stderr
    token = json.loads(done.stdout)["result"]["idToken"]
    done = by_proxy("-H", f"Authorization: {token}", "--data-binary", f"@{stored}", SEARCH)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["XmlMsg"]["MessageHeader"]["SegmentOfResult"] == "1"
    assert [r.host for r in bench.service.seen] == [
        "hweb-api.oqs.onshikaku.org",
        "hweb-mnc.oqs.onshikaku.org",
    ]
    assert [r.peer is not None for r in bench.service.seen] == [True, False]
    lanes = [(e["lane"], e["event"]) for e in bench.journal.events("webapi")]
    assert lanes == [(f"webapi/{n}", e) for n in (0, 1) for e in ("connect", "request", "answer")]
    assert bench.events("connect") == [
        {"event": "connect", "host": r.host, "status": 200} for r in bench.service.seen
    ]
    assert bench.door.proxy_url.rpartition(":")[2].encode() not in bench.journal.canonical()


@pytest.mark.parametrize(("version", "code"), [("1.2", 35), ("1.3", 56)])
def test_login_without_a_certificate_gets_the_alert_through_the_tunnel(
    bench, by_proxy, version, code
):
    tls = ["--tlsv1.3"] if version == "1.3" else ["--tls-max", "1.2"]
    done = by_proxy(*tls, "-d", "{}", LOGIN)
    assert done.returncode == code
    assert "alert" in done.stderr
    assert bench.events("tls") == [
        {"event": "tls", "reason": "no_client_certificate", "service": "auth"}
    ]


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("example.com:443", "example.com was not contacted"),
        ("hweb.oqs-st.onshikaku.org:443", "hweb.oqs-st.onshikaku.org was not contacted"),
        ("hweb-api.oqs.onshikaku.org.example.com:443", "was not contacted"),
        ("[::1]:443", "[::1] was not contacted"),
        ("hweb-api.oqs.onshikaku.org:8443", "port 443"),
    ],
)
def test_every_other_host_is_refused(bench, by_proxy, target, says):
    done = by_proxy(f"https://{target}/")
    assert done.returncode == 56, done.stderr
    assert "response 403" in done.stderr
    assert bench.service.seen == []
    assert [(e["event"], e["status"]) for e in bench.events()] == [("connect", 403)]
    answer = raw(bench, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode()).decode()
    assert says in answer
    assert answer.count("\n") == answer.count("\r\n") + 1, "one sentence"


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        (b"GET http://hweb-api.oqs.onshikaku.org/ HTTP/1.1\r\nHost: x\r\n\r\n", 405, b"CONNECT"),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 405, b"Allow: CONNECT\r\n"),
        (b"CONNECT hweb-api.oqs.onshikaku.org HTTP/1.1\r\nHost: x\r\n\r\n", 400, b"host:port"),
        (b"CONNECT :443 HTTP/1.1\r\nHost: x\r\n\r\n", 400, b"host:port"),
        (b"CONNECT a:4\xb2 HTTP/1.1\r\nHost: x\r\n\r\n", 400, b""),
        (b"CONNECT " + b"x" * 300 + b":443 HTTP/1.1\r\nHost: x\r\n\r\n", 400, b"host:port"),
        (b"NONSENSE\r\n\r\n", 400, b"not an HTTP/1.1 request"),
        (b"\x04\x01\x01\xbb\x7f\x00\x00\x01\x00", 400, b"not an HTTP/1.1 request"),
        (b"CONNECT x:443 HTTP/1.1\r\nX: " + b"x" * MAX_HEAD * 2, 431, b"head is longer"),
    ],
    ids=["get", "options", "no-port", "no-host", "digit", "long", "garbage", "socks", "head"],
)
def test_what_is_not_a_connect(bench, sent, status, says):
    answer = raw(bench, sent)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert says in answer
    assert b"Connection: close\r\n" in answer
    assert bench.events() == [{"event": "refused", "status": status}]


@pytest.mark.parametrize("host", [b"HWEB-API.oqs.onshikaku.org", b"hweb-api.oqs.onshikaku.org."])
def test_names_are_compared_as_dns_does(bench, host):
    answer = raw(bench, b"CONNECT " + host + b":443 HTTP/1.1\r\nHost: x\r\n\r\nnot tls")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert bench.events("connect")[0]["host"] == "hweb-api.oqs.onshikaku.org"


def test_a_head_in_single_bytes(bench):
    answer = raw(bench, b"CONNECT example.com:443 HTTP/1.0\r\n\r\n", pieces=True)
    assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")


def test_a_client_that_does_not_wait_for_the_200(bench):
    """ClientHello in the same segment as CONNECT."""
    context = ssl.create_default_context(cafile=bench.ca)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    name = "hweb-mnc.oqs.onshikaku.org"
    tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    host, port = bench.door.proxy_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as sock:
        sock.sendall(f"CONNECT {name}:443 HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
        file = sock.makefile("rb")
        sock.sendall(outgoing.read())
        assert file.readline().startswith(b"HTTP/1.1 200 ")
        assert file.readline() == b"\r\n"
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                incoming.write(file.read1(65536))
        file.close()
    assert tls.getpeercert()["subject"]


def test_a_reset_strikes_behind_the_proxy(bench, by_proxy):
    bench.fault("wire.reset", Schedule(match="search"))
    done = by_proxy("-H", "Authorization: token", "-d", "{}", SEARCH)
    assert done.returncode == 56, done.stderr
    assert "reset" in done.stderr.lower()
    assert bench.events("wire")[0]["end"] == "reset"


def test_a_refused_handshake_behind_the_proxy(bench, by_proxy):
    bench.fault("wire.refuse_tls")
    done = by_proxy("-d", "{}", SEARCH)
    assert done.returncode == 35, done.stderr
    assert "handshake failure" in done.stderr


def test_without_a_desk_the_tunnel_answers_503(bench, by_proxy):
    bench.door.detach()
    done = by_proxy("-w", "%{http_code}", "-o", "/dev/null", "-d", "{}", SEARCH)
    assert done.stdout == "503"
    assert len(bench.journal) == 0


def test_http_client_by_a_tunnel(bench, inquiry):
    host, port = bench.door.proxy_url.removeprefix("http://").split(":")
    context = ssl.create_default_context(cafile=bench.ca)
    client = http.client.HTTPSConnection(host, int(port), context=context, timeout=10)
    client.set_tunnel("hweb-mnc.oqs.onshikaku.org", 443)
    path = SEARCH.partition(".org")[2]
    for _ in range(2):
        client.request("POST", path, inquiry.encode(), {"Authorization": "token"})
        answer = client.getresponse()
        assert answer.status == 200
        answer.read()
    client.close()
    assert {e["lane"] for e in bench.journal.events("webapi")} == {"webapi/0"}


def test_requests_says_why_another_host_is_refused(bench):
    with pytest.raises(requests.exceptions.ProxyError, match="403 Forbidden"):
        requests.get("https://example.com/", proxies={"https": bench.door.proxy_url}, timeout=10)


def test_tls_to_the_proxy_port_is_served_by_its_name(bench):
    """The way that the shim for Node takes."""
    address = bench.door.proxy_url.removeprefix("http://")
    for name, sees in (
        ("hweb-mnc.oqs.onshikaku.org", "Verify return code: 0 (ok)"),
        ("example.com", "unrecognized name"),
    ):
        done = subprocess.run(
            ["openssl", "s_client", "-connect", address, "-servername", name, "-CAfile", bench.ca],
            input="",
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert sees in done.stdout + done.stderr


def test_no_connection_to_anywhere_is_made():
    """In a process of its own, whose every outgoing connection and name look-up is recorded."""
    program = """
import subprocess, sys
from onshi.doors.webapi import WebApiDoor
door = WebApiDoor()
door.start()
tried = []
def record(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        tried.append((event, args[1] if event == "socket.connect" else args[0]))
sys.addaudithook(record)
for url in ("https://example.com/", "https://192.0.2.1/", "http://example.com/"):
    done = subprocess.run(["curl", "-sS", "--max-time", "10", "-x", door.proxy_url, url],
                          capture_output=True, text=True)
    print(done.returncode, done.stderr or done.stdout)
seen = list(tried)
import socket
try:
    socket.create_connection(("127.0.0.1", 1), timeout=1)
except OSError:
    pass
assert tried, "the recorder records"
print(seen)
door.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "[]", done.stdout
    assert done.stdout.count("403") == 2
    assert "knows CONNECT only" in done.stdout
