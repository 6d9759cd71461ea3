"""The door itself: addresses, attaching and detaching, and what is not TLS or not HTTP."""

from __future__ import annotations

import gc
import http.client
import socket
import ssl
import subprocess
import sys
import warnings

import pytest
import requests

from onshi import pki
from onshi.doors.http1 import MAX_BODY, MAX_HEAD
from onshi.doors.webapi import WebApiDoor
from onshi.errors import OnshiError
from onshi.seams import HangUpError

SEARCH = "/oqs-api-pro/MSA01030/ILI01030SV01/search"


def port_of(url):
    return int(url.rpartition(":")[2])


class Raw:
    """A client that sends exactly what it is told, over TLS or not."""

    def __init__(self, bench, *, tls=True):
        address = ("127.0.0.1", port_of(bench.door.search_url))
        self.sock = socket.create_connection(address, timeout=10)
        if tls:
            context = ssl.create_default_context(cafile=bench.ca)
            self.sock = context.wrap_socket(self.sock, server_hostname="localhost")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.sock.close()

    def send(self, data):
        self.sock.sendall(data)

    def rest(self):
        """Everything until the server's end."""
        got = b""
        while data := self.sock.recv(65536):
            got += data
        return got

    def ended(self):
        """Whether the server has closed or reset the connection without another byte."""
        try:
            return self.sock.recv(1) == b""
        except ConnectionResetError:
            return True

    def answers(self, count):
        """Status codes and bodies of ``count`` answers."""
        file = self.sock.makefile("rb")
        found = []
        for _ in range(count):
            status = int(file.readline().split()[1])
            length = 0
            while line := file.readline().strip():
                name, _, value = line.partition(b":")
                if name == b"Content-Length":
                    length = int(value)
            found.append((status, file.read(length)))
        file.close()
        return found


def get(path="/x", *more):
    head = [f"GET {path} HTTP/1.1", "Host: localhost", *more]
    return "".join(f"{line}\r\n" for line in head).encode() + b"\r\n"


# ---------------------------------------------------------------- addresses
def test_addresses_stay_and_env_names_real_files(door, make_bench):
    before = door.env()
    assert list(before) == [
        "ONSHI_WEBAPI_URL",
        "ONSHI_WEBAPI_SEARCH_URL",
        "ONSHI_WEBAPI_CA",
        "ONSHI_WEBAPI_CERT",
        "ONSHI_WEBAPI_KEY",
        "ONSHI_WEBAPI_P12",
        "ONSHI_WEBAPI_P12_PASSWORD",
        "ONSHI_WEBAPI_EXPIRED_CERT",
        "ONSHI_WEBAPI_EXPIRED_P12",
        "ONSHI_WEBAPI_TRUSTSTORE",
        "ONSHI_PROXY_URL",
    ]
    make_bench()
    door.detach()
    assert door.env() == before
    assert before["ONSHI_WEBAPI_URL"].startswith("https://localhost:")
    pki.files()


def test_a_port_in_use_is_named(door):
    taken = port_of(door.url)
    second = WebApiDoor(login_port=0, search_port=taken)
    with pytest.raises(OnshiError, match=rf"port {taken} .*in use.*choose another"):
        second.start()
    second.close()


def test_an_address_that_is_not_this_machines():
    with pytest.raises(OnshiError, match=r"no address 192\.0\.2\.1"):
        WebApiDoor(host="192.0.2.1").start()


def test_a_closed_door_frees_its_ports_and_opens_again():
    door = WebApiDoor()
    with pytest.raises(OnshiError, match="start"):
        _ = door.url
    door.start()
    door.start()
    url = door.url
    door.close()
    door.close()
    again = WebApiDoor(login_port=port_of(url))
    again.start()
    assert again.url == url
    again.close()
    door.start()
    assert door.url == url
    door.close()


def test_the_last_door_stops_the_thread_and_leaves_no_socket():
    """In a process of its own: warnings about anything left open are errors there."""
    program = (
        "import gc, threading\n"
        "from onshi.doors.webapi import WebApiDoor\n"
        "a, b = WebApiDoor(), WebApiDoor()\n"
        "a.start(); b.start(); a.close()\n"
        "assert [t for t in threading.enumerate() if t.name == 'onshi-doors']\n"
        "b.close()\n"
        "assert not [t for t in threading.enumerate() if t.name == 'onshi-doors']\n"
        "c = WebApiDoor(); c.start(); c.close(); gc.collect()\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", "-c", program],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_attaching_to_a_closed_door(bench):
    with pytest.raises(OnshiError, match="start"):
        WebApiDoor().attach(bench.backstage)


# -------------------------------------------------------- desk and no desk
def test_without_a_desk_every_request_is_answered_503(bench):
    bench.door.detach()
    answer = requests.post(bench.search, data=b"{}", verify=bench.ca, timeout=10)
    assert answer.status_code == 503
    assert answer.text.count(".") == 1
    assert "No desk is attached" in answer.text
    assert bench.service.seen == []
    assert len(bench.journal) == 0


def test_a_kept_connection_never_reaches_the_next_desk(make_bench):
    first = make_bench()
    with Raw(first) as client:
        client.send(get())
        assert client.answers(1) == [(404, b'{"status":"404"}')]
        second = make_bench()
        assert client.ended()
    assert second.service.seen == []
    assert len(first.service.seen) == 1


def test_a_session_goes_on_with_the_next_desk(make_bench):
    with requests.Session() as session:
        for _ in range(3):
            bench = make_bench()
            answer = session.get(bench.door.search_url + "/x", verify=bench.ca, timeout=10)
            assert answer.status_code == 404
            assert len(bench.service.seen) == 1


def test_a_client_hello_that_never_comes_does_not_hold_the_door(bench, wait_until):
    stages = []
    bench.attach(at=lambda event: stages.append(event.stage))
    with Raw(bench, tls=False) as client:
        client.send(b"\x16\x03\x01\x02\x00")
        wait_until(lambda: stages)
        bench.door.detach()
        assert client.ended()


# ------------------------------------------------------------ HTTP, sent raw
def test_pipelined_requests_are_answered_in_order(bench):
    with Raw(bench) as client:
        body = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        client.send(get("/1") + body + get("/2") + get("/3", "Connection: close"))
        assert [status for status, _ in client.answers(4)] == [404] * 4
        assert client.rest() == b""
    assert [r.path for r in bench.service.seen] == ["/1", "/a", "/2", "/3"]
    assert bench.service.seen[1].body == b"abc"


def test_a_request_in_single_bytes(bench):
    with Raw(bench) as client:
        for byte in get("/slowly"):
            client.send(bytes([byte]))
        assert client.answers(1)[0][0] == 404


def test_what_the_service_is_told(bench):
    with Raw(bench) as client:
        client.send(
            b"GET https://hweb-mnc.oqs.onshikaku.org:443/p/q?token=1 HTTP/1.1\r\n"
            b"Host: other:8443\r\nX-A: 1\r\nx-a: 2\r\n\r\n"
        )
        client.answers(1)
    (seen,) = bench.service.seen
    assert (seen.method, seen.host, seen.path) == ("GET", "hweb-mnc.oqs.onshikaku.org", "/p/q")
    assert seen.headers["x-a"] == "1, 2"
    assert seen.peer is None
    assert b"token" not in bench.journal.canonical()


def test_http_1_0_closes_unless_asked_to_stay(bench):
    with Raw(bench) as client:
        client.send(b"GET /x HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n")
        assert client.answers(1)[0][0] == 404
        client.send(b"GET /x HTTP/1.0\r\nHost: x\r\n\r\n")
        assert client.rest().startswith(b"HTTP/1.1 404 Not Found\r\n")


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        (b"NONSENSE\r\n\r\n", 400, b"not an HTTP/1.1 request"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n", 400, b"Content-Length"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * (MAX_HEAD * 2), 431, b"head is longer"),
        (
            f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n".encode(),
            413,
            b"body is longer",
        ),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"100000\r\n" + b"x" * 0x100000 + b"\r\n1\r\ny\r\n0\r\n\r\n",
            413,
            b"body is longer",
        ),
    ],
    ids=["garbage", "length", "head", "body", "chunked-body"],
)  # fmt: skip
def test_bad_requests_get_a_readable_answer(bench, sent, status, says):
    with Raw(bench) as client:
        client.send(sent)
        answer = client.rest()
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert says in answer
    assert b"Connection: close" in answer
    assert bench.service.seen == []
    assert bench.events() == [{"event": "refused", "status": status}]


def test_a_client_that_leaves_in_the_middle_of_a_request(bench):
    with Raw(bench) as client:
        client.send(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    bench.door.detach()
    assert bench.service.seen == []
    assert bench.events() == []


# --------------------------------------------------------------- not TLS at all
def test_plain_http_is_told_so(bench):
    client = http.client.HTTPConnection("127.0.0.1", port_of(bench.door.search_url), timeout=10)
    client.request("POST", SEARCH, b"{}")
    answer = client.getresponse()
    assert answer.status == 400
    assert b"HTTPS only" in answer.read()
    client.close()
    assert bench.events() == [{"event": "tls", "reason": "plain_http", "service": "search"}]


def test_garbage_instead_of_tls(bench):
    with Raw(bench, tls=False) as client:
        client.send(b"\x00\x01\x02\x03\x04garbage\r\n\r\n")
        answer = client.rest()
    assert b"HTTP" not in answer
    assert bench.service.seen == []
    (event,) = bench.events()
    assert event["event"] == "tls"


def test_a_port_probe_leaves_no_trace(bench):
    with Raw(bench, tls=False):
        pass
    bench.door.detach()
    assert len(bench.journal) == 0


# ----------------------------------------------------------- the service fails
class Failing:
    def __init__(self, error):
        self.error = error

    def service_of(self, host, path):
        return "search"

    def handle(self, request):
        raise self.error


def test_a_defect_of_the_service_is_an_answer_and_a_log_line(bench, caplog):
    bench.attach(http=Failing(KeyError("Birthdate")))
    answer = requests.post(bench.search, data=b"{}", verify=bench.ca, timeout=10)
    assert answer.status_code == 500
    assert "KeyError" in answer.text
    assert "eligibility service failed" in caplog.text


def test_a_service_that_hangs_up(bench, caplog):
    bench.attach(http=Failing(HangUpError()))
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.post(bench.search, data=b"{}", verify=bench.ca, timeout=10)
    assert caplog.text == ""
    request = {"event": "request", "service": "search", "path": SEARCH, "method": "POST"}
    assert bench.events() == [request]


def test_nothing_is_left_open(make_bench):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        bench = make_bench()
        requests.post(bench.search, data=b"{}", verify=bench.ca, timeout=10)
        bench.door.detach()
        gc.collect()
    assert [str(w.message) for w in found] == []
