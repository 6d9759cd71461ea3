"""The product on another machine: network namespaces joined by a cable, nothing shared but that.

"linux" serves with ``--listen``; "windows" is where the product would be: curl with a client
certificate for the control API and the WebAPI, smbclient for the exchange folder on a share.
"""

from __future__ import annotations

import getpass
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netns_pair import Machine, clean_environment, two_machines

ROOT = Path(__file__).parents[2]
LOGIN = "/oqs-api-pro/MSA12020/ILI12020SV01/auth"
SEARCH = "/oqs-api-pro/MSA01030/ILI01030SV01/search"
PORT = "1445"
REQUEST = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg><MessageHeader><QualificationConfirmationDate>{date}</QualificationConfirmationDate>
<MedicalInstitutionCode>1312345670</MedicalInstitutionCode>
<ArbitraryFileIdentifier>from-windows</ArbitraryFileIdentifier></MessageHeader>
<MessageBody><QualificationConfirmSearchInfo>{fields}</QualificationConfirmSearchInfo></MessageBody>
</XmlMsg>"""
SMB = """[global]
  workgroup = TEST
  map to guest = Bad User
  guest account = {user}
  interfaces = {address}
  bind interfaces only = yes
  disable netbios = yes
  smb ports = {port}
  private dir = {home}
  lock directory = {home}
  state directory = {home}
  cache directory = {home}
  pid directory = {home}
  ncalrpc dir = {home}/ncalrpc
  log file = {home}/log
  load printers = no
[OQS]
  path = {folder}
  guest ok = yes
  read only = no
"""


@dataclass
class Two:
    """Both machines, and what the serving one said."""

    linux: Machine
    windows: Machine
    env: dict[str, str]
    folder: Path

    def curl(self, url: str, *args: str, certificate: bool = True) -> tuple[int, str, str]:
        """curl on the other machine: exit code, body with the status in its last line, error."""
        who = ["--cert", self.env["ONSHI_WEBAPI_CERT"], "--key", self.env["ONSHI_WEBAPI_KEY"]]
        done = self.windows.run(
            "curl", "-sS", "--cacert", self.env["ONSHI_WEBAPI_CA"], "-w", "\n%{http_code}",
            *(who if certificate else []), *args, url,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    def control(self, path: str, body: Any = None) -> Any:
        """A call of the control API that must succeed."""
        token = f"Authorization: Bearer {self.env['ONSHI_CONTROL_TOKEN']}"
        data = ["-d", json.dumps(body)] if body is not None else []
        code, out, err = self.curl(self.env["ONSHI_CONTROL_URL"] + path, "-H", token, *data)
        text, _, status = out.rpartition("\n")
        assert code == 0, err
        assert status in ("200", "201"), text
        return json.loads(text)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    home = tmp_path_factory.mktemp("two")
    folder = home / "OQS"
    with two_machines() as (linux, windows):
        process = linux.start(
            sys.executable, "-m", "onshi.cli", "serve", "--json", "--profile", "hodanren2025",
            "--listen", linux.address, "--folder", str(folder),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**clean_environment(), "XDG_CACHE_HOME": str(home / "cache")},
        )  # fmt: skip
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.strip(), process.communicate(timeout=10)[1]
        try:
            yield Two(linux, windows, json.loads(line), folder)
        finally:
            process.terminate()
            _, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (0, "")


def test_addresses_are_those_of_the_machine(two: Two) -> None:
    for name in ("ONSHI_CONTROL_URL", "ONSHI_WEBAPI_URL", "ONSHI_WEBAPI_SEARCH_URL"):
        assert two.env[name].startswith("https://10.77.0.1:")
    assert two.env["ONSHI_PROXY_URL"].startswith("http://10.77.0.1:")


def test_the_control_api_wants_certificate_and_token(two: Two) -> None:
    url = two.env["ONSHI_CONTROL_URL"] + "/desks"
    code, out, _ = two.curl(url, certificate=False)
    assert code != 0, "TLS must fail without a client certificate"
    assert out.rpartition("\n")[0] == ""
    code, out, _ = two.curl(url)
    assert (code, out.rpartition("\n")[2]) == (0, "401")
    assert two.control("/desks")[0]["id"] == "0"


def test_the_published_key_opens_nothing_there(two: Two) -> None:
    """The shipped client certificate is public: it must not be taken on a network."""
    shipped = ROOT / "harness" / "onshi" / "pki" / "data"
    done = two.windows.run(
        "curl", "-sS", "--cacert", two.env["ONSHI_WEBAPI_CA"],
        "--cert", str(shipped / "client.pem"), "--key", str(shipped / "client.key"),
        two.env["ONSHI_CONTROL_URL"] + "/desks",
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stdout == ""
    assert Path(two.env["ONSHI_WEBAPI_KEY"]).stat().st_mode & 0o077 == 0


def test_a_visit_from_the_other_machine(two: Two) -> None:
    visit = two.control("/desks/0/visits", {"trouble": "eligibility.invalid"})
    code, out, err = two.curl(two.env["ONSHI_WEBAPI_URL"] + LOGIN, "-d", "{}")
    assert code == 0, err
    token = json.loads(out.rpartition("\n")[0])["result"]["idToken"]
    header = {
        "QualificationConfirmationDate": visit["date"].replace("-", ""),
        "MedicalInstitutionCode": "1312345670",
    }
    body = {"QualificationConfirmSearchInfo": visit["inquiry"]}
    tree = json.dumps({"XmlMsg": {"MessageHeader": header, "MessageBody": body}})
    code, out, err = two.curl(
        two.env["ONSHI_WEBAPI_SEARCH_URL"] + SEARCH,
        "-H", f"Authorization: {token}", "-d", tree, certificate=False,
    )  # fmt: skip
    assert code == 0, err
    answer = json.loads(out.rpartition("\n")[0])["XmlMsg"]["MessageBody"]
    assert answer["QualificationValidity"] == "2"
    wrong = {"status": "not_found", "chart_after": visit["chart"]}
    verdict = two.control(f"/visits/{visit['id']}/handling", wrong)
    assert "H01" in verdict["broken"]


def test_the_certificates_come_over_the_wire_too(two: Two) -> None:
    """What the other machine needs of ours it can fetch, once it has the first of them."""
    token = f"Authorization: Bearer {two.env['ONSHI_CONTROL_TOKEN']}"
    _, out, _ = two.curl(two.env["ONSHI_CONTROL_URL"] + "/pki/ca.pem", "-H", token)
    assert out.rpartition("\n")[0] == Path(two.env["ONSHI_WEBAPI_CA"]).read_text("ascii")


def as_oneself() -> list[str]:
    """An ordinary user is root on such a machine, which Samba takes at its word and fails."""
    if os.geteuid() == 0:
        return []
    return ["unshare", "--user", f"--map-user={os.getuid()}", f"--map-group={os.getgid()}"]


@pytest.fixture(scope="module")
def share(two: Two, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The exchange folder as a Windows share; smbclient's command line to it."""
    home = tmp_path_factory.mktemp("smb")
    (home / "ncalrpc").mkdir()
    text = SMB.format(
        address=two.linux.address, home=home, folder=two.folder, port=PORT, user=getpass.getuser()
    )
    (home / "smb.conf").write_text(text, encoding="utf-8")
    server = two.linux.start(
        *as_oneself(), "smbd", "--foreground", f"--configfile={home / 'smb.conf'}",
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    client = ["smbclient", f"//{two.linux.address}/OQS", "-p", PORT, "-N", "-s", "/dev/null"]
    for _ in range(100):
        if two.windows.run(*client, "-c", "ls").returncode == 0:
            break
        assert server.poll() is None, (home / "log").read_text("utf-8", "replace")
    else:
        raise AssertionError("the share did not come up")
    yield client
    server.terminate()
    server.wait(20)


def test_the_folder_as_a_share(two: Two, share: list[str], tmp_path: Path) -> None:
    """A request is put on the share under another name and renamed; the result is fetched."""
    visit = two.control("/desks/0/visits", {"trouble": "eligibility.invalid"})
    fields = "".join(f"<{k}>{v}</{k}>" for k, v in visit["inquiry"].items())
    request = tmp_path / "request.xml"
    date = visit["date"].replace("-", "")
    request.write_text(REQUEST.format(date=date, fields=fields), encoding="utf-8")
    put = f"put {request} req/w.tmp; rename req/w.tmp req/OQSsiquc01req_202510200001.xml"
    sent = two.windows.run(*share, "-c", put)
    assert sent.returncode == 0, sent.stdout + sent.stderr
    result = tmp_path / "result.xml"
    get = f"get res/OQSsiquc01res_202510200001.xml {result}"
    for _ in range(200):
        if two.windows.run(*share, "-c", get).returncode == 0:
            break
    text = result.read_text("utf-8")
    assert "<ArbitraryFileIdentifier>from-windows</ArbitraryFileIdentifier>" in text
    assert "<QualificationValidity>2</QualificationValidity>" in text


def test_a_face_file_on_the_share(two: Two, share: list[str]) -> None:
    body = {"trouble": "eligibility.invalid", "surfaces": ["face"]}
    visit = two.control("/desks/0/visits", body)
    two.control(f"/visits/{visit['id']}/present", {})
    listed = two.windows.run(*share, "-c", "ls face/*")
    assert "OQSsiquc01res_face_" in listed.stdout
