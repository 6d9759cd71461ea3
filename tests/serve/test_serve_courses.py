"""Troubles over dates by HTTP: later visits, a claim that is due, and what comes back of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from serve_online import ask_online

from claim_by_hand import claim_of
from onshi.catalogue.timelines import days, find_timeline
from onshi.claims.returns import read_returns
from serving import Served

RETURNED = "billing.returned_insurer_difference"
OUTAGE = "T18"


def begin(served: Served, trouble: str | None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = served.control("POST", "/desks/0/visits", {"trouble": trouble, **more})
    return found


def report(served: Served, visit: dict[str, Any], **handling: Any) -> dict[str, Any]:
    found: dict[str, Any] = served.control("POST", f"/visits/{visit['id']}/handling", handling)
    return found


def to_the_claim(served: Served) -> dict[str, Any]:
    """The step at which a claim is due, the patient received and found valid."""
    visit = begin(served, RETURNED, surfaces=["webapi"])
    claim = report(served, visit, status="valid", chart_after=visit["chart"])["next"]
    assert claim["purpose"] == "claim"
    return dict(claim)


def hand_in(served: Served, visit: dict[str, Any], claim: bytes) -> Any:
    return served.ask("POST", f"/visits/{visit['id']}/claim", claim)


def returned(served: Served, visit: dict[str, Any]) -> Any:
    return served.ask("GET", f"/visits/{visit['id']}/returns")


def test_the_purpose_and_the_date_follow_the_steps(served: Served) -> None:
    visit = begin(served, RETURNED, surfaces=["webapi"])
    assert (visit["purpose"], visit["unknown"], visit["date"]) == ("visit", True, "2025-10-20")
    claim = report(served, visit, status="valid", chart_after=visit["chart"])["next"]
    assert (claim["purpose"], claim["unknown"], claim["date"]) == ("claim", False, "2025-11-10")
    assert claim["chart"] == visit["chart"], "the chart is what the product last showed"
    back = report(served, claim)["next"]
    assert (back["purpose"], back["unknown"], back["date"]) == ("returns", False, "2025-12-05")
    last = report(served, back)
    assert last["next"] is None
    assert last["result"] == "skipped"
    again = begin(served, "eligibility.invalid", surfaces=["webapi"])
    assert again["date"] == "2025-10-20", "the next trouble begins on its own day"


def test_the_desk_and_the_patient_file_are_on_the_day_of_the_step(served: Served) -> None:
    to_the_claim(served)
    assert served.control("GET", "/desks/0")["date"] == "2025-11-10"
    assert served.control("GET", "/desks/0/patient")["date"] == "2025-11-10"
    facts = json.loads(Path(served.env["ONSHI_PATIENT"]).read_text("utf-8"))
    assert facts["date"] == "2025-11-10"


def test_a_claim_comes_back_as_a_file_and_is_judged(served: Served) -> None:
    visit = begin(served, RETURNED, surfaces=["webapi"])
    assert ask_online(served, visit)["QualificationValidity"] == "1"
    chart = visit["chart"]
    claim = report(served, visit, status="valid", chart_after=chart, evidence=["online"])["next"]
    assert hand_in(served, claim, claim_of(claim)).status == 204
    back = report(served, claim, message="請求しました", warned=[])["next"]
    reply = returned(served, back)
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/octet-stream"
    assert Path(back["returns"]).name == "RECEIPTC.HEN"
    assert Path(back["returns"]).read_bytes() == reply.body
    (case,) = read_returns(reply.body).returned
    reason = case.reasons[0].text
    told = report(served, back, reopened=True, reasons=[reason], message=f"返戻: {reason}")
    assert told["next"] is None
    assert told["result"] in ("passed", "failed")
    seen = {f["rule"]: f["verdict"] for f in told["findings"]}
    assert seen["H13"] != "not_observed", told["text"]
    assert returned(served, back).body == reply.body, "it can be fetched after the visit, too"


def test_no_claim_is_no_failure_and_nothing_comes_back(served: Served) -> None:
    claim = to_the_claim(served)
    back = report(served, claim)["next"]
    assert back["returns"] is None
    reply = returned(served, back)
    assert reply.status == 404
    assert "nothing came back" in reply.json["error"]["message"]
    assert report(served, back)["result"] == "skipped"


def test_returns_of_another_step_are_refused_with_where_they_are(served: Served) -> None:
    claim = to_the_claim(served)
    reply = returned(served, claim)
    assert reply.status == 404
    assert "purpose of visit" in reply.json["error"]["message"]
    assert "is claim" in reply.json["error"]["message"]


def test_a_broken_claim_names_record_and_column_and_a_better_one_may_follow(
    served: Served,
) -> None:
    claim = to_the_claim(served)
    broken = claim_of(claim).replace(b",202510,", b",202599,", 1)
    reply = hand_in(served, claim, broken)
    assert reply.status == 422
    message = reply.json["error"]["message"]
    assert "2行目 RE 項番4（診療年月）" in message
    assert served.control("GET", f"/visits/{claim['id']}")["over"] is False
    assert hand_in(served, claim, claim_of(claim)).status == 204
    back = report(served, claim)["next"]
    assert back["returns"] is not None
    assert report(served, back)["problem"] == ""


@pytest.mark.parametrize("broken", [b"", b"\x00", b"IR,1,13\r\n\x1a", b"<xml/>"])
def test_a_broken_claim_without_a_better_one_fails_as_under_pytest(
    served: Served, broken: bytes
) -> None:
    claim = to_the_claim(served)
    reply = hand_in(served, claim, broken)
    assert reply.status == 422
    told = report(served, report(served, claim)["next"])
    assert told["result"] == "failed"
    wrong = " / ".join(reply.json["error"]["message"].splitlines())
    assert told["problem"] == f"2025-11-10 の請求: {wrong}"
    assert told["problem"] in told["text"]


def test_a_product_that_hangs_over_a_claim_breaks_h51(served: Served) -> None:
    told = report(served, to_the_claim(served), returned=False)
    assert (told["result"], told["next"]) == ("failed", None)
    assert "H51" in told["broken"]


def test_an_adapter_that_fails_at_a_claim_has_failed_with_its_words(served: Served) -> None:
    told = report(served, to_the_claim(served), error="月末処理の画面が開かない")
    assert (told["result"], told["next"], told["findings"]) == ("failed", None, [])
    assert "月末処理の画面が開かない" in told["text"]


def test_a_claim_at_a_visit_is_refused_with_advice(served: Served) -> None:
    visit = begin(served, RETURNED, surfaces=["webapi"])
    reply = hand_in(served, visit, b"IR")
    assert reply.status == 409
    assert "whose purpose is visit" in reply.json["error"]["message"]
    assert "at the next visit whose purpose is claim" in reply.json["error"]["message"]
    assert served.control("GET", f"/visits/{visit['id']}")["over"] is False
    assert report(served, visit, status="valid")["next"]["purpose"] == "claim"


def test_a_timeline_is_walked_by_its_id_in_either_case(served: Served) -> None:
    visit = begin(served, OUTAGE.lower(), surfaces=["webapi"])
    assert visit["trouble"] == OUTAGE
    people, dates = [], []
    while visit is not None:
        people.append(visit["patient"]["key"])
        dates.append(visit["date"])
        last = visit
        assert visit["unknown"] is True, "each is somebody else, whom the product must be given"
        told = report(served, visit, status="system_unreachable", chart_after=visit["chart"])
        visit = told["next"]
    assert dates[:-1] == [day.isoformat() for day in days(find_timeline(OUTAGE))]
    assert last["following"] is True
    assert len(set(people)) == len(dates)
    rows = {r["trouble"]: r for r in served.control("GET", "/results")["rows"]}
    assert rows[OUTAGE]["result"] == told["result"]


def test_the_catalogue_tells_the_steps(served: Served) -> None:
    shown = served.control("GET", f"/troubles/{RETURNED}")
    assert shown["steps"] == ["visit", "claim", "returns"]
    assert served.control("GET", "/troubles/t1")["steps"][-1] == "claim"
    assert served.control("GET", "/troubles/eligibility.invalid")["steps"] == ["visit"]


def test_a_handling_of_a_claim_takes_its_own_fields_and_names_a_wrong_one(served: Served) -> None:
    claim = to_the_claim(served)
    reply = served.ask("POST", f"/visits/{claim['id']}/handling", {"hold": True})
    assert reply.status == 400
    assert "did you mean 'held'?" in reply.json["error"]["message"]
    back = report(served, claim, held=True, message="返事を待っています", refund=0)["next"]
    wrong = served.ask("POST", f"/visits/{back['id']}/handling", {"reasons": "保険者の相違"})
    assert wrong.json["error"]["field"] == "reasons"
    assert report(served, back, reopened=None, reasons=[])["next"] is None
