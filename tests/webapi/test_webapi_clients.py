"""What real programs see: curl, requests, http.client, Java 17 and Node."""

from __future__ import annotations

import http.client
import json
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import requests

PROGRAMS = Path(__file__).parent / "programs"


def need(program: str) -> str:
    found = shutil.which(program)
    assert found is not None, f"{program} is part of the test set-up (make setup)"
    return found


# -------------------------------------------------------------------- curl
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_curl_logs_in_and_searches(bench, curl, stored, host):
    cert, key = bench.client
    common = ["--cacert", bench.ca, "-H", "Content-Type: application/json;charset=UTF-8"]
    login = bench.login.replace("localhost", host)
    done = curl(*common, "--cert", cert, "--key", key, "-d", '{"userId":"R0"}', login)
    assert done.returncode == 0, done.stderr
    token = json.loads(done.stdout)["result"]["idToken"]
    search = bench.search.replace("localhost", host)
    done = curl(*common, "-H", f"Authorization: {token}", "--data-binary", f"@{stored}", search)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)["XmlMsg"]
    assert answer["MessageHeader"]["SegmentOfResult"] == "1"
    assert answer["MessageBody"]["QualificationConfirmSearchInfo"]["InsuredCardSymbol"] == "１２３"
    peers = [r.peer for r in bench.service.seen]
    assert peers == ["ONSHI-TEST clinic 1312345670 (NOT FOR PRODUCTION)", None]


def test_the_production_host_names_verify(bench, curl):
    port = bench.door.url.rpartition(":")[2]
    name = "hweb-api.oqs.onshikaku.org"
    cert, key = bench.client
    done = curl(
        *("--cacert", bench.ca, "--cert", cert, "--key", key, "-d", "{}"),
        *("--resolve", f"{name}:{port}:127.0.0.1", bench.login.replace("localhost", name)),
    )
    assert done.returncode == 0, done.stderr
    assert bench.service.seen[0].host == name


@pytest.mark.parametrize(("version", "code"), [("1.2", 35), ("1.3", 56)])
def test_curl_without_a_certificate_gets_an_alert(bench, curl, version, code):
    tls = ["--tlsv1.3"] if version == "1.3" else ["--tls-max", "1.2"]
    done = curl("--cacert", bench.ca, *tls, "-d", "{}", bench.login)
    assert done.returncode == code, done.stderr
    assert "alert" in done.stderr
    assert bench.service.seen == []
    assert bench.events() == [
        {"event": "tls", "reason": "no_client_certificate", "service": "auth"}
    ]


def test_curl_that_does_not_trust_the_ca(bench, curl, wait_until):
    done = curl("-d", "{}", bench.search)
    assert done.returncode == 60
    wait_until(bench.events)
    assert bench.events() == [{"event": "tls", "reason": "client_alert", "service": "search"}]


def test_an_old_tls_version_is_refused(bench, curl):
    done = curl(
        *("--cacert", bench.ca, "--ciphers", "DEFAULT@SECLEVEL=0"),
        *("--tlsv1.1", "--tls-max", "1.1", bench.search),
    )
    assert done.returncode == 35
    assert bench.events() == [{"event": "tls", "reason": "version", "service": "search"}]


def test_curl_sends_a_body_after_100_continue_and_in_chunks(bench, curl, stored):
    done = curl(
        *("--cacert", bench.ca, "-H", "Authorization: token", "--data-binary", f"@{stored}"),
        *("-H", "Expect: 100-continue", "-H", "Transfer-Encoding: chunked", "-v", bench.search),
    )
    assert done.returncode == 0, done.stderr
    assert "100 Continue" in done.stderr
    assert bench.service.seen[0].body == stored.read_bytes()


def test_curl_head(bench, curl):
    done = curl("--cacert", bench.ca, "--head", bench.door.search_url + "/nowhere")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("HTTP/1.1 404 Not Found")
    assert "Content-Length: 16" in done.stdout


# ------------------------------------------------------------------ Python
def test_requests_with_the_shipped_files_warns_of_nothing(bench, inquiry):
    program = PROGRAMS / "login_and_search.py"
    command = [sys.executable, "-W", "error", str(program), bench.login, bench.search]
    cert, key = bench.client
    done = subprocess.run(
        [*command, bench.ca, cert, key],
        input=inquiry,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert json.loads(done.stdout)["XmlMsg"]["MessageHeader"]["SegmentOfResult"] == "1"


def test_requests_without_a_certificate_sees_the_alert(bench):
    with pytest.raises(requests.exceptions.SSLError, match=r"(?i)alert certificate required"):
        requests.post(bench.login, data="{}", verify=bench.ca, timeout=10)


def test_requests_keeps_one_connection_for_many_requests(bench, inquiry):
    with requests.Session() as session:
        session.trust_env = False
        session.verify = bench.ca
        session.headers["Authorization"] = "token"
        for _ in range(5):
            answer = session.post(bench.search, data=inquiry.encode(), timeout=10)
            assert answer.status_code == 200
        session.headers["Authorization"] = "expired"
        last = session.post(bench.search, headers={"Connection": "close"}, timeout=10)
        assert last.headers["Connection"] == "close"
    assert {e["lane"] for e in bench.journal.events("webapi")} == {"webapi/0"}
    assert bench.events("answer") == [{"event": "answer", "status": 200}] * 5 + [
        {"event": "answer", "status": 401}
    ]


def test_http_client_counts_characters_instead_of_bytes(bench, inquiry):
    """A known defect of clients: the server reads a cut body, and says so."""
    seen = []
    bench.attach(http=Recording(seen))
    context = ssl.create_default_context(cafile=bench.ca)
    host, port = bench.door.search_url.removeprefix("https://").split(":")
    client = http.client.HTTPSConnection(host, int(port), context=context, timeout=10)
    client.putrequest("POST", "/oqs-api-pro/MSA01030/ILI01030SV01/search")
    client.putheader("Content-Length", str(len(inquiry)))
    client.endheaders(inquiry.encode())
    assert client.getresponse().status == 200
    client.close()
    assert seen == [inquiry.encode()[: len(inquiry)]]


class Recording:
    def __init__(self, seen):
        self.seen = seen

    def service_of(self, host, path):
        return ""

    def handle(self, request):
        from onshi.seams import HttpReply

        self.seen.append(request.body)
        return HttpReply(status=200, body=b"{}")


# ------------------------------------------------------------- Java and Node
@pytest.mark.soak
def test_java_logs_in_and_searches(bench, stored):
    java = need("java")
    files = bench.files
    done = subprocess.run(
        [
            *(java, "-XX:TieredStopAtLevel=1", str(PROGRAMS / "LoginAndSearch.java")),
            *(bench.login, bench.search, str(files.client_p12), str(files.truststore)),
            *(files.password, str(stored)),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["no-certificate:SSLHandshakeException", "200", "200"]
    assert [r.peer is not None for r in bench.service.seen] == [True, False]
    assert bench.service.seen[1].body == stored.read_bytes()


def test_node_logs_in_and_searches(bench, stored):
    node = need("node")
    cert, key = bench.client
    done = subprocess.run(
        [
            *(node, str(PROGRAMS / "login_and_search.js"), bench.login, bench.search),
            *(bench.ca, cert, key, str(bench.files.client_p12), bench.files.password, str(stored)),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"NODE_EXTRA_CA_CERTS": bench.ca, "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "CERTIFICATE_REQUIRED" in lines[0]
    assert lines[1:] == ["https pem 200", "https p12 200", "fetch 200 １２３"]
