"""Visits over HTTP: from the card to the verdict, as a driver in any language goes through them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from serve_online import ask_online, curl

from onshi.catalogue.load import find_trouble, load_profile, troubles_of
from serving import Served, serving


def begin(served: Served, trouble: str | None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = served.control("POST", "/desks/0/visits", {"trouble": trouble, **more})
    return found


def report(served: Served, visit: dict[str, Any], **handling: Any) -> dict[str, Any]:
    found: dict[str, Any] = served.control("POST", f"/visits/{visit['id']}/handling", handling)
    return found


def test_curl_gets_the_broken_rule_in_japanese(served: Served) -> None:
    body = '{"trouble": "name.blackdot_2_of_3"}'
    visit = curl(served, "-d", body, f"{served.url}/desks/0/visits")
    at = f"{served.url}/visits/{visit['id']}"
    curl(served, "-X", "POST", f"{at}/present")
    wrong = {**visit["chart"], "name": "●●　直子"}
    handling = json.dumps({"status": "valid", "chart_before": visit["chart"], "chart_after": wrong})
    verdict = curl(served, "-d", handling, f"{at}/handling")
    assert verdict["result"] == "failed"
    assert verdict["broken"] == ["H29"]
    assert "氏名が●を含むものに書き換わった" in verdict["text"]
    assert "再現: onshi serve --profile=hodanren2025 --seed=0" in verdict["text"]
    broken = [f for f in verdict["findings"] if f["verdict"] == "broken"]
    assert {f["level"] for f in broken} >= {"fail"}


def test_a_right_handling_passes(served: Served) -> None:
    visit = begin(served, "name.blackdot_2_of_3")
    served.control("POST", f"/visits/{visit['id']}/present")
    verdict = report(
        served, visit, status="valid", chart_before=visit["chart"], chart_after=visit["chart"]
    )
    while verdict["next"] is not None:
        visit = verdict["next"]
        verdict = report(served, visit, status="valid", chart_after=visit["chart"])
    assert verdict["broken"] == []


def test_nothing_reported_is_not_observed(served: Served) -> None:
    verdict = report(served, begin(served, "eligibility.invalid"))
    while verdict["next"] is not None:
        verdict = report(served, verdict["next"])
    assert verdict["result"] == "skipped"
    assert verdict["text"].startswith("観測なし: ")


def test_the_patient_who_follows_is_a_visit_of_its_own(served: Served) -> None:
    visit = begin(served, "card.pulled_mid_session", surfaces=["pcsc", "webapi"])
    first = report(served, visit, status="device_unusable", chart_after=visit["chart"], alive=True)
    follower = first["next"]
    assert first["result"] is None
    assert follower["following"] is True
    assert follower["patient"]["key"] != visit["patient"]["key"]
    assert served.ask("POST", f"/visits/{visit['id']}/pin").status == 409
    last = report(served, follower, status="valid", chart_after=visit["chart"])
    assert last["next"] is None
    assert "H51" in last["broken"], "the first patient's chart was shown for the second"


def test_the_same_patient_comes_again(served: Served) -> None:
    listed = served.control("GET", "/troubles?surfaces=pcsc,webapi,folder,face")
    again = begin(served, several(listed))
    verdict = report(served, again, status="invalid", chart_after=again["chart"])
    assert verdict["result"] is None
    assert verdict["next"]["number"] == 2
    assert verdict["next"]["patient"] == again["patient"]
    assert verdict["next"]["chart"] == again["chart"]


def several(listed: list[dict[str, Any]]) -> str:
    """A trouble in which the same patient comes more than once."""
    return next(t["id"] for t in listed if find_trouble(t["id"]).situation.visits > 1)


def test_pins_come_one_by_one_and_end(served: Served) -> None:
    visit = begin(served, "card.pin_forgotten")
    typed = []
    while (pin := served.control("POST", f"/visits/{visit['id']}/pin")["pin"]) is not None:
        typed.append(pin)
        assert len(typed) < 10
    assert typed == list(find_trouble("card.pin_forgotten").situation.pins)


def test_an_unscripted_question_is_answered_cancel(served: Served) -> None:
    visit = begin(served, "name.blackdot")
    at = f"/visits/{visit['id']}/decide"
    asked = {"prompt": "氏名が違います", "options": ["use_online", "keep_chart"]}
    assert served.control("POST", at, asked)["answer"] == "keep_chart"
    odd = {"prompt": "色は", "options": ["red", "blue"]}
    assert served.control("POST", at, odd)["answer"] == "cancel"
    events = served.ask("GET", "/desks/0/journal").body.decode().splitlines()
    decided = [e for e in map(json.loads, events) if e["event"] == "decide"]
    assert [e["scripted"] for e in decided] == [True, False]


def test_the_card_is_there_after_present_only(served: Served) -> None:
    visit = begin(served, None, fresh=True)
    assert served.control("GET", "/desks/0")["card_present"] is False
    served.control("POST", f"/visits/{visit['id']}/present")
    assert served.control("GET", "/desks/0")["card_present"] is True
    served.control("POST", f"/visits/{visit['id']}/take_away")
    assert served.control("GET", "/desks/0")["card_present"] is False


def test_a_face_product_gets_a_file(served: Served) -> None:
    visit = begin(served, "eligibility.invalid", surfaces=["face"])
    served.control("POST", f"/visits/{visit['id']}/present")
    dropped = list((Path(served.env["ONSHI_FOLDER"]) / "face").glob("OQSsiquc01res_face_*.xml"))
    assert len(dropped) == 1
    assert b"<QualificationValidity>2</QualificationValidity>" in dropped[0].read_bytes()


def test_opensc_meets_the_trouble_of_the_visit(served: Served) -> None:
    visit = begin(served, "card.pin_already_locked", surfaces=["pcsc", "webapi"])
    served.control("POST", f"/visits/{visit['id']}/present")
    select = ["-s", "00A4040C0AD392F000260100000001", "-s", "00A4020C020018", "-s", "00200080"]
    done = subprocess.run(
        ["opensc-tool", *select],
        env={**os.environ, "PCSCLITE_CSOCK_NAME": served.env["PCSCLITE_CSOCK_NAME"]},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert "SW1=0x63, SW2=0xC0" in done.stdout or "SW1=0x69, SW2=0x83" in done.stdout, done.stdout


def test_a_product_that_never_came_back_breaks_h51(served: Served) -> None:
    verdict = report(served, begin(served, "network.vpn_lost"), returned=False)
    assert verdict["result"] == "failed"
    assert "H51" in verdict["broken"]


def test_a_dead_product_breaks_h51(served: Served) -> None:
    visit = begin(served, "name.blackdot", surfaces=["webapi"])
    verdict = report(served, visit, status="valid", chart_after=visit["chart"], alive=False)
    while verdict["next"] is not None:
        verdict = report(served, verdict["next"])
    assert "H51" in verdict["broken"]


def test_an_untroubled_patient_must_be_valid(served: Served) -> None:
    assert report(served, begin(served, None, fresh=True), status="valid")["result"] == "passed"
    wrong = report(served, begin(served, None, fresh=True), status="invalid")
    assert wrong["result"] == "failed"
    assert "トラブルのない患者" in wrong["problem"]


def test_a_client_that_disappears_leaves_the_desk_usable(served: Served) -> None:
    gone = begin(served, "card.pulled_mid_session")
    served.control("POST", f"/visits/{gone['id']}/present")
    visit = begin(served, "eligibility.invalid")
    late = served.ask("POST", f"/visits/{gone['id']}/handling", {"status": "valid"})
    assert late.status == 409
    assert f"visit {visit['id']} began" in late.json["error"]["message"]
    assert report(served, visit, status="invalid")["visit"] == visit["id"]
    faults = served.control("GET", "/desks/0")["faults"]
    assert "card.pull" not in faults


def test_a_visit_can_be_left(served: Served) -> None:
    visit = begin(served, "eligibility.invalid")
    assert served.ask("DELETE", f"/visits/{visit['id']}").status == 204
    assert served.control("GET", f"/visits/{visit['id']}")["over"] is True
    assert served.control("GET", "/desks/0")["visit"] is None


def test_what_does_the_same_is_judged_together(served: Served) -> None:
    listed = served.control("GET", "/troubles?surfaces=pcsc,webapi")
    alike = [t["id"] for t in listed if t["same_as"] == "network.error_needs_reboot"]
    assert "network.lightning_hours" in alike
    visit = begin(served, "network.error_needs_reboot", surfaces=["pcsc", "webapi"])
    verdict = report(served, visit, status="invalid", chart_after=visit["chart"])
    while verdict["next"] is not None:
        verdict = report(served, verdict["next"])
    assert sorted(verdict["also"]) == sorted(alike)
    rows = {r["trouble"]: r for r in served.control("GET", "/results")["rows"]}
    assert rows["network.lightning_hours"]["same_as"] == "network.error_needs_reboot"
    assert rows["network.lightning_hours"]["broken"] == verdict["broken"]


def test_verdicts_are_kept_in_files(served: Served, kept: Path) -> None:
    visit = begin(served, "eligibility.not_found", surfaces=["webapi"])
    assert ask_online(served, visit)["QualificationValidity"] == "4"
    verdict = report(served, visit, status="invalid", chart_after=visit["chart"])
    while verdict["next"] is not None:
        verdict = report(served, verdict["next"])
    rows = json.loads((kept / "results.json").read_text("utf-8"))
    mine = next(r for r in rows if r["trouble"] == "eligibility.not_found")
    assert mine["result"] == verdict["result"] == "failed"
    assert (kept / "eligibility.not_found.jsonl").read_bytes()
    run = json.loads((kept / "run.json").read_text("utf-8"))
    assert {t.id for t in troubles_of(load_profile("hodanren2025"))} <= set(run["troubles"])
    assert run["profiles"] == ["hodanren2025"]


def test_the_same_seed_gives_the_same_journal(served: Served) -> None:
    journals = []
    for _ in range(2):
        visit = begin(served, "card.pin_forgotten", surfaces=["pcsc"])
        served.control("POST", f"/visits/{visit['id']}/present")
        served.control("POST", f"/visits/{visit['id']}/pin")
        journals.append(served.ask("GET", "/desks/0/journal").body)
    assert journals[0] == journals[1]
    served.control("POST", "/desks/0/reset", {"seed": 7})
    other = begin(served, "card.pin_forgotten", surfaces=["pcsc"])
    assert other["patient"]["name"] != visit["patient"]["name"]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"troubl": "name.blackdot"}, "troubl", "did you mean 'trouble'?"),
        ({"trouble": "name.blackdt"}, "trouble", "did you mean name.blackdot"),
        ({"trouble": "card.pull"}, "trouble", "is a fault"),
        ({"trouble": 7}, "trouble", "str"),
        ({"surfaces": ["pcs"]}, "surfaces[0]", "did you mean 'pcsc'?"),
        ({"surfaces": []}, "surfaces", "one or more"),
    ],
)
def test_a_wrong_visit_names_its_field(
    served: Served, body: dict[str, Any], field: str, words: str
) -> None:
    reply = served.ask("POST", "/desks/0/visits", body)
    assert reply.status in (400, 404)
    error = reply.json["error"]
    assert error["field"].startswith(field.split("[")[0])
    assert words in error["message"]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"status": "vlid"}, "status", "did you mean 'valid'?"),
        ({"copay_percent": "30"}, "copay_percent", "int"),
        ({"chart_after": {"birthdate": "20250101"}}, "chart_after.birthdate", "date"),
        ({"ofered": []}, "ofered", "did you mean 'offered'?"),
    ],
)
def test_a_wrong_handling_names_its_field_and_the_visit_stays_open(
    served: Served, body: dict[str, Any], field: str, words: str
) -> None:
    visit = begin(served, "eligibility.invalid")
    reply = served.ask("POST", f"/visits/{visit['id']}/handling", body)
    assert reply.status == 400
    assert reply.json["error"]["field"] == field
    assert words in reply.json["error"]["message"]
    assert served.control("GET", f"/visits/{visit['id']}")["over"] is False


def test_what_a_door_cannot_bring_about_is_refused_and_kept_as_such(
    served: Served, tmp_path: Any
) -> None:
    """A card in a vpcd reader: a real PC/SC service makes its own reader codes."""
    args = ("--profile", "hodanren2025", "--vpcd", "127.0.0.1:9", "--journal", str(tmp_path))
    with serving(*args, cwd=tmp_path) as other:
        assert "PCSCLITE_CSOCK_NAME" not in other.env
        assert "127.0.0.1:9" in other.control("GET", "/desks/0")["warnings"][0]
        reply = other.ask("POST", "/desks/0/visits", {"trouble": "reader.freeze"})
        assert reply.status == 409
        assert "vpcd" in reply.json["error"]["message"]
        rows = {r["trouble"]: r for r in other.control("GET", "/results")["rows"]}
        assert rows["reader.freeze"]["result"] == "skipped"
        assert rows["reader.freeze"]["problem"].startswith("この入口では起こせません")
        assert "reader.freeze" in (tmp_path / "results.json").read_text("utf-8")
        visit = other.control("POST", "/desks/0/visits", {"trouble": "T19"})
        later = other.ask("POST", f"/visits/{visit['id']}/handling", {"status": "valid"})
        assert later.status == 409, "a later step of it is the reader's"
        rows = {r["trouble"]: r for r in other.control("GET", "/results")["rows"]}
        assert rows["T19"]["problem"].startswith("この入口では起こせません")
        assert other.control("POST", "/desks/0/visits", {"trouble": "card.pin_forgotten"})["id"]
        with_socket = other.control("POST", "/desks", {})
        assert "PCSCLITE_CSOCK_NAME" in with_socket["env"]
