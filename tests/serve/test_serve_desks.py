"""Desks over HTTP: apart from each other, changed while programs look, watched as they go."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import urllib.request
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from serving import IN_SURVEY, Served


def readers(env: dict[str, str]) -> str:
    """What OpenSC sees: one line a reader, Yes or No for its card."""
    done = subprocess.run(
        ["opensc-tool", "-l"],
        env={**os.environ, "PCSCLITE_CSOCK_NAME": env["PCSCLITE_CSOCK_NAME"]},
        capture_output=True,
        text=True,
        timeout=30,
    )
    return done.stdout


@pytest.fixture
def further(served: Served) -> Any:
    """Opens further desks and closes them."""
    opened: list[str] = []

    def make(**body: Any) -> dict[str, Any]:
        desk: dict[str, Any] = served.control("POST", "/desks", body)
        opened.append(desk["id"])
        return desk

    yield make
    for key in opened:
        served.ask("DELETE", f"/desks/{key}")


def test_two_desks_share_nothing(served: Served, further: Any) -> None:
    other = further(seed=5, reader_name="Desk Two Reader 00 00")
    first = served.control("GET", "/desks/0")
    for name in ("PCSCLITE_CSOCK_NAME", "ONSHI_WEBAPI_URL", "ONSHI_FOLDER", "ONSHI_PATIENT"):
        assert first["env"][name] != other["env"][name]
    assert "Desk Two" in readers(other["env"])
    assert "Desk Two" not in readers(first["env"])
    served.control("POST", f"/desks/{other['id']}/card/remove")
    assert "No" in readers(other["env"]).split("Desk Two")[0]
    assert served.control("GET", "/desks/0")["card_present"] is True
    mine, theirs = (
        json.loads(Path(d["env"]["ONSHI_PATIENT"]).read_text("utf-8")) for d in (first, other)
    )
    assert mine["patient"]["name"] != theirs["patient"]["name"]


def test_a_closed_desk_is_gone(served: Served, further: Any) -> None:
    desk = further()
    assert served.ask("DELETE", f"/desks/{desk['id']}").status == 204
    assert served.ask("GET", f"/desks/{desk['id']}").status == 404
    assert not Path(desk["env"]["PCSCLITE_CSOCK_NAME"]).exists()
    assert not Path(desk["env"]["ONSHI_FOLDER"]).exists()
    assert "No smart card readers" in readers(desk["env"]) or readers(desk["env"]) == ""


def test_a_desk_with_fewer_doors(served: Served, further: Any) -> None:
    desk = further(doors=["folder"])
    assert desk["surfaces"] == ["folder"]
    assert "PCSCLITE_CSOCK_NAME" not in desk["env"]
    at = f"/desks/{desk['id']}/visits"
    refused = served.ask("POST", at, {"surfaces": ["pcsc"]})
    assert refused.status == 409
    assert "it has folder" in refused.json["error"]["message"]


def test_a_folder_of_ones_own(served: Served, further: Any, tmp_path: Path) -> None:
    desk = further(folder=str(tmp_path / "share"))
    assert desk["env"]["ONSHI_FOLDER"] == str(tmp_path / "share")
    assert (tmp_path / "share" / "req").is_dir()


def test_the_card_comes_and_goes(served: Served) -> None:
    env = served.env
    assert "Yes" in readers(env)
    served.control("POST", "/desks/0/card/remove")
    assert "Yes" not in readers(env)
    served.control("POST", "/desks/0/card/insert")
    assert "Yes" in readers(env)


def test_another_card_has_another_atr(served: Served) -> None:
    def atr() -> str:
        done = subprocess.run(
            ["opensc-tool", "-a"],
            env={**os.environ, "PCSCLITE_CSOCK_NAME": served.env["PCSCLITE_CSOCK_NAME"]},
            capture_output=True,
            text=True,
            timeout=30,
        )
        return done.stdout.strip()

    before = atr()
    served.control("POST", "/desks/0/card/replace", {"kind": "suica"})
    assert before.startswith("3b")
    assert atr() not in ("", before)


def test_the_next_patient_is_in_the_file(served: Served) -> None:
    file = Path(served.env["ONSHI_PATIENT"])
    before = json.loads(file.read_text("utf-8"))
    shown = served.control("POST", "/desks/0/patient/next", {"kind": "late_elderly"})
    now = json.loads(file.read_text("utf-8"))
    assert now == shown == served.control("GET", "/desks/0/patient")
    assert now["patient"]["name"] != before["patient"]["name"]
    assert now["coverage"]["insurer_number"].startswith("39")


def test_the_date_moves_and_stays(served: Served) -> None:
    assert served.control("POST", "/desks/0/date", {"date": "2026-04-01"})["date"] == "2026-04-01"
    assert json.loads(Path(served.env["ONSHI_PATIENT"]).read_text("utf-8"))["date"] == "2026-04-01"
    visit = served.control("POST", "/desks/0/visits", {"trouble": "eligibility.invalid"})
    assert visit["date"] == "2026-04-01"


def test_a_trouble_without_a_visit_begins_and_ends(served: Served) -> None:
    at = "/desks/0/troubles/card.cert_expired"
    assert served.control("POST", at)["troubles"] == ["card.cert_expired"]
    before = served.control("GET", "/desks/0/patient")
    assert certificate_end(served) < "2025-10-20"
    assert served.control("DELETE", at)["troubles"] == []
    assert certificate_end(served) > "2025-10-20"
    assert served.control("GET", "/desks/0/patient")["patient"] == before["patient"]


def certificate_end(served: Served) -> str:
    """notAfter of the 利用者証明用 certificate as openssl reads it off the card's bytes."""
    env = {**os.environ, "PCSCLITE_CSOCK_NAME": served.env["PCSCLITE_CSOCK_NAME"]}
    read = subprocess.run(
        ["pkcs15-tool", "--read-certificate", "1"], env=env, capture_output=True, timeout=60
    )
    assert b"BEGIN CERTIFICATE" in read.stdout, read.stderr
    done = subprocess.run(
        ["openssl", "x509", "-noout", "-enddate", "-dateopt", "iso_8601"],
        input=read.stdout,
        capture_output=True,
        timeout=30,
    )
    return done.stdout.decode().partition("=")[2].strip()


def test_a_fault_strikes_on_its_schedule(served: Served) -> None:
    body = {"when": {"match": "VERIFY_QUERY"}, "settings": {"sw": "6F00"}}
    shown = served.control("POST", "/desks/0/faults/card.status_word", body)
    assert shown["faults"] == ["card.status_word"]
    assert "SW1=0x6F, SW2=0x00" in tries(served)
    assert served.control("DELETE", "/desks/0/faults/card.status_word")["faults"] == []
    assert "SW1=0x63, SW2=0xC3" in tries(served)


def tries(served: Served) -> str:
    done = subprocess.run(
        ["opensc-tool", "-s", "00A4040C0AD392F000260100000001", "-s", "00A4020C020018",
         "-s", "00200080"],
        env={**os.environ, "PCSCLITE_CSOCK_NAME": served.env["PCSCLITE_CSOCK_NAME"]},
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    return done.stdout


def test_what_a_door_cannot_deliver_is_refused_with_the_reason(served: Served) -> None:
    body = {"when": {"match": "GetStatusChange"}, "settings": {"code": "SCARD_E_NO_SERVICE"}}
    reply = served.ask("POST", "/desks/0/faults/reader.return_code", body)
    assert reply.status == 409
    assert "GetStatusChange" in reply.json["error"]["message"]


def test_a_reset_ends_everything_and_keeps_the_addresses(served: Served) -> None:
    served.control("POST", "/desks/0/troubles/name.blackdot")
    served.control("POST", "/desks/0/faults/card.mute")
    before = served.control("GET", "/desks/0")
    after = served.control("POST", "/desks/0/reset", {"seed": 3})
    assert after["env"] == before["env"]
    assert (after["faults"], after["troubles"], after["seed"]) == ([], [], 3)
    assert "Yes" in readers(served.env)


def test_a_reset_to_what_is_no_date_leaves_the_desk_as_it_is(served: Served) -> None:
    served.control("POST", "/desks/0/faults/card.mute")
    reply = served.ask("POST", "/desks/0/reset", {"date": "tomorrow"})
    assert (reply.status, reply.json["error"]["field"]) == (400, "date")
    assert served.control("GET", "/desks/0")["faults"] == ["card.mute"]


def test_the_journal_is_lines_of_json(served: Served) -> None:
    tries(served)
    reply = served.ask("GET", "/desks/0/journal")
    assert reply.headers["content-type"].startswith("application/jsonl")
    events = [json.loads(line) for line in reply.body.splitlines()]
    assert {"apdu", "power"} <= {e["event"] for e in events}


def test_events_arrive_as_they_happen_and_tell_of_a_new_world(served: Served) -> None:
    """What happens after the stream is open is on it, and so is the desk's next life."""
    stream = open_stream(served)
    seen: list[str] = []
    enough = threading.Event()

    def read() -> None:
        for line in stream:
            seen.append(line.decode().strip())
            if "event: anew" in seen and any("VERIFY" in s or '"002000' in s for s in seen):
                enough.set()
                return

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    served.control("POST", "/desks/0/reset", {})
    tries(served)
    assert enough.wait(20), seen[-5:]
    stream.close()


def open_stream(served: Served, last: str = "") -> Any:
    headers = {
        "Authorization": f"Bearer {served.env['ONSHI_CONTROL_TOKEN']}",
        "Accept": "text/event-stream",
        **({"Last-Event-ID": last} if last else {}),
    }
    request = urllib.request.Request(f"{served.url}/desks/0/journal", headers=headers)
    return urllib.request.urlopen(request, timeout=20)


def test_a_stream_goes_on_where_it_was(served: Served) -> None:
    tries(served)
    with open_stream(served) as stream:
        first = [next(iter(stream)).decode().strip() for _ in range(4)]
    last = first[0].removeprefix("id: ")
    with open_stream(served, last) as stream:
        again = next(iter(stream)).decode().strip()
    generation, _, number = last.partition(":")
    assert again == f"id: {generation}:{int(number) + 1}"


def test_surveys_and_troubles_are_listed(served: Served) -> None:
    surveys = {p["name"]: p for p in served.control("GET", "/profiles")}
    assert len(surveys) == 6
    assert surveys["hodanren2025"]["answered"] == 10519
    assert (surveys["mhlw2023"]["kind"], surveys["mhlw2023"]["sent"]) == ("rules", None)
    lost = surveys["chiba2023"]["categories"][-1]
    assert (lost["count"], lost["status"]) == (None, "lost")
    assert lost["reason"]
    own = served.control("GET", "/troubles")
    assert len(own) == IN_SURVEY
    some = served.control("GET", "/troubles?surfaces=face")
    on_face = {t["id"] for t in own if "face" in t["surfaces"]}
    assert {t["id"] for t in some if t["in_scope"]} == on_face
    assert 0 < len(on_face) < IN_SURVEY
    one = served.control("GET", "/troubles/card.pulled_mid_session")
    assert one["handling"]
    assert one["in_scope"] is True
    at = "/troubles/card.pulled_mid_session?surfaces=folder"
    assert served.control("GET", at)["in_scope"] is False


def test_certificates_can_be_fetched(served: Served) -> None:
    fetched = served.ask("GET", "/pki/ca.pem").body
    assert fetched == Path(served.env["ONSHI_WEBAPI_CA"]).read_bytes()
    assert served.ask("GET", "/pki/client.p12").body


def test_reports_are_made_of_what_was_kept(served: Served) -> None:
    visit = served.control("POST", "/desks/0/visits", {"trouble": "eligibility.invalid"})
    served.control("POST", f"/visits/{visit['id']}/handling", {"status": "invalid"})
    page = served.ask("GET", "/results/report.html").body.decode()
    assert "オンライン資格確認トラブル試験の結果" in page
    assert "eligibility.invalid" in page
    text = served.ask("GET", "/results/summary.txt").body.decode()
    assert "製品の不具合率ではありません" in text
    found = ET.fromstring(served.ask("GET", "/results/junit.xml").body)
    cases = Counter(case.get("name") for case in found.iter("testcase"))
    for trouble in served.control("GET", "/troubles"):
        assert cases[f"test_trouble[{trouble['id']}]"] == 1
