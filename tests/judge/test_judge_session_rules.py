"""PINs, late results, hangs and what must not reach the next patient."""

from __future__ import annotations

from typing import Any

import pytest
from judge_cases import (
    BROKEN,
    MET,
    OTHER,
    UNSEEN,
    answer,
    case,
    chart,
    coverage,
    did,
    findings,
    record,
    verdict,
    visit,
)

from onshi.judge.rules import h43, h44, h51, h52
from onshi.judge.verdict import judge_case, outcome

ANSWERED = answer("1", record())
NEXT = visit(OTHER, inquiry={"InsurerNumber": "06999014", "InsuredIdentificationNumber": "8"})
NEXT.chart = chart(OTHER, number="8", symbol="5")


def following(**over: Any) -> dict[str, Any]:
    shown = chart(OTHER, **{"number": "8", "symbol": "5", **over})
    return {"next_visit": NEXT, "next_handling": did(chart_after=shown)}


# ------------------------------------------------------------------------ H44
def at_card(entered: int, **over: Any):
    return visit(surfaces=frozenset({"pcsc"}), pins_entered=entered, **over)


@pytest.mark.parametrize(
    ("entered", "sent", "expected"),
    [(1, 1, MET), (3, 3, MET), (2, 1, MET), (1, 2, BROKEN), (0, 1, BROKEN), (0, 0, UNSEEN)],
)
def test_h44_no_more_verifies_than_entries(entered, sent, expected):
    assert verdict(case(did(), visit_=at_card(entered), verifies=sent), h44.RETRY) is expected


def test_h44_stopping_before_any_verify_is_an_observation():
    query = ({"lane": "pcsc/0", "event": "apdu", "c": "00200080", "r": "6984"},)
    assert verdict(case(did(), visit_=at_card(0), events=query), h44.RETRY) is MET
    silent = ({"lane": "desk/0", "event": "pin", "entered": False},)
    assert verdict(case(did(), visit_=at_card(0), events=silent), h44.RETRY) is MET
    select = ({"lane": "pcsc/0", "event": "apdu", "c": "00A4040C", "r": "9000"},)
    assert verdict(case(did(), visit_=at_card(0), events=select), h44.RETRY) is UNSEEN


def test_h44_a_face_reader_hides_the_pin():
    at_desk = visit(surfaces=frozenset({"face"}), pins_entered=0)
    assert verdict(case(did(), visit_=at_desk, verifies=2), h44.RETRY) is UNSEEN


@pytest.mark.parametrize(
    "event",
    [
        {"lane": "card/0", "event": "verify", "pin": "auth", "ok": False, "tries": 1},
        {"lane": "pcsc/0", "event": "apdu", "c": "0020008004********", "r": "63C1"},
    ],
)
def test_h44_the_last_try_is_announced(event):
    one = {"visit_": at_card(2), "verifies": 2, "events": (event,)}
    assert verdict(case(did(warned=("あと1回でロックします",)), **one), h44.WARN) is MET
    assert verdict(case(did(message="残り１回です"), **one), h44.WARN) is MET
    assert verdict(case(did(message="暗証番号が違います", warned=()), **one), h44.WARN) is BROKEN
    assert verdict(case(did(), **one), h44.WARN) is UNSEEN
    quiet = case(did(message="暗証番号が違います"), visit_=at_card(1), verifies=1)
    assert verdict(quiet, h44.WARN) is UNSEEN


# ------------------------------------------------------------------- H43 and H51
LEAKS = [
    {"name": "髙橋 翔一"},
    {"kana": "ﾀｶﾊｼ ｼｮｳｲﾁ"},
    {"birthdate": chart().birthdate},
    {"number": "３４５６"},
]


@pytest.mark.parametrize("over", LEAKS, ids=[next(iter(x)) for x in LEAKS])
@pytest.mark.parametrize("half", [h43.PATIENT, h51.LEAK], ids=["H43", "H51"])
def test_nothing_of_this_patient_reaches_the_next(half, over):
    assert verdict(case(did(status="valid"), ANSWERED, **following()), half) is MET
    assert verdict(case(did(status="valid"), ANSWERED, **following(**over)), half) is BROKEN


def test_a_late_answer_s_numbers_in_the_next_chart():
    changed = answer("1", record(insurer_number="01999011", number="4711"), delay=60.0)
    leaked = case(did(status="pending"), changed, **following(number="4711"))
    assert verdict(leaked, h43.PATIENT) is BROKEN
    assert "4711" in findings(leaked, h43.PATIENT)[0].seen


def test_the_next_patient_of_the_same_insurer_is_no_leak():
    shared = coverage(OTHER).qualification.insurer_number
    one = case(did(status="valid"), ANSWERED, **following(insurer_number=shared))
    assert verdict(one, h51.LEAK) is MET


def test_a_chart_that_is_not_reported_tells_nothing():
    one = {"next_visit": NEXT, "next_handling": did(status="valid")}
    assert verdict(case(did(status="valid"), ANSWERED, **one), h51.LEAK) is UNSEEN
    assert verdict(case(did(status="valid"), ANSWERED, **one), h43.PATIENT) is UNSEEN
    assert verdict(case(did(status="valid"), ANSWERED), h43.PATIENT) is UNSEEN


def test_h43_without_an_answer_nothing_was_late():
    assert verdict(case(did(status="pending"), **following()), h43.PATIENT) is UNSEEN


def test_h43_what_was_accepted_is_not_overwritten_silently():
    paper = chart(number="7777")
    how = {"papers": {"資格確認書": paper}, "brings": ("card", "資格確認書")}
    chosen = [("待ちますか", ("document:資格確認書",), "document:資格確認書")]
    at_desk = visit(asked=chosen, **how)
    over = did(chart_after=chart())  # the answer's numbers again
    assert verdict(case(over, ANSWERED, visit_=at_desk), h43.SILENT) is BROKEN
    kept = did(chart_after=paper)
    assert verdict(case(kept, ANSWERED, visit_=at_desk), h43.SILENT) is MET
    agreed = visit(asked=[*chosen, ("届きました", ("use_online",), "use_online")], **how)
    assert verdict(case(over, ANSWERED, visit_=agreed), h43.SILENT) is UNSEEN
    assert verdict(case(did(), ANSWERED, visit_=at_desk), h43.SILENT) is UNSEEN


def test_h43_numbers_of_neither_are_no_overwriting_and_one_that_is_seen_is_enough():
    paper = chart(number="7777", symbol="88")
    at_desk = visit(
        asked=[("待ちますか", ("document:資格確認書",), "document:資格確認書")],
        papers={"資格確認書": paper},
        brings=("card", "資格確認書"),
    )
    neither = did(chart_after=chart(number="1", symbol="2"))
    assert verdict(case(neither, ANSWERED, visit_=at_desk), h43.SILENT) is MET
    half_hidden = did(chart_after=chart(symbol=None))
    assert verdict(case(half_hidden, ANSWERED, visit_=at_desk), h43.SILENT) is BROKEN
    unseen = did(chart_after=chart(number="7777", symbol=None))
    assert verdict(case(unseen, ANSWERED, visit_=at_desk), h43.SILENT) is UNSEEN


def test_h51_it_comes_back():
    assert verdict(case(did(status="system_unreachable")), h51.RETURNS) is MET
    assert verdict(case(None, returned=False), h51.RETURNS) is BROKEN


def test_h51_a_visit_in_which_nothing_happened_is_no_observation():
    assert verdict(case(did()), h51.RETURNS) is UNSEEN
    client = ({"lane": "pcsc/0", "event": "call"},)
    assert verdict(case(did(), events=client), h51.RETURNS) is MET
    ours = ({"lane": "desk/0", "event": "present"}, {"lane": "card/0", "event": "power"})
    assert verdict(case(did(), events=ours), h51.RETURNS) is UNSEEN
    unstruck = case(did(status="valid"), faults=("card.pull",), events=client)
    assert verdict(unstruck, h51.RETURNS) is UNSEEN


def test_h51_alive():
    assert verdict(case(did(status="valid"), alive=True), h51.ALIVE) is MET
    assert verdict(case(did(status="valid"), alive=False), h51.ALIVE) is BROKEN
    assert verdict(case(did(status="valid")), h51.ALIVE) is UNSEEN
    assert verdict(case(did(), alive=True), h51.ALIVE) is UNSEEN


def test_h51_the_vendor_s_own_limit_is_a_warning():
    slow = case(did(elapsed=31.0), limits={"answer": 30.0})
    assert verdict(slow, h51.LIMIT) is BROKEN
    assert findings(slow, h51.LIMIT)[0].level == "warn"
    assert verdict(case(did(elapsed=30.0), limits={"answer": 30.0}), h51.LIMIT) is MET
    assert verdict(case(did(), limits={"answer": 30.0}), h51.LIMIT) is UNSEEN
    assert findings(case(did(elapsed=999.0)), h51.LIMIT) == []


def test_a_hang_fails_whatever_the_trouble_is():
    hung = judge_case(case(None, returned=False))
    assert [f.rule for f in hung] == ["H51"]
    assert outcome(hung) == "failed"
    assert outcome(judge_case(case(None, returned=False), {"H51": "off"})) == "skipped"
    assert outcome(judge_case(case(did(status="valid"), alive=False))) == "failed"


# ------------------------------------------------------------------------ H52
def test_h52_no_dead_end():
    assert verdict(case(did(message="目視で確認してください")), h52.GO_ON) is MET
    assert verdict(case(did(offered=("hokensho",))), h52.GO_ON) is MET
    assert verdict(case(did(offered=(), message="失敗しました")), h52.GO_ON) is BROKEN
    assert verdict(case(did()), h52.GO_ON) is UNSEEN
    assert verdict(case(did(offered=()), ANSWERED), h52.GO_ON) is UNSEEN
