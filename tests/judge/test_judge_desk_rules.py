"""At the desk without a card of one's own: by word of mouth (H07), by papers (H53), by the card
that somebody left there (H31)."""

from __future__ import annotations

from datetime import date

import pytest
from judge_cases import (
    BROKEN,
    MET,
    UNSEEN,
    answer,
    case,
    chart,
    did,
    findings,
    first_visit,
    record,
    verdict,
    visit,
)

from onshi.judge import look
from onshi.judge.rules import h07, h31, h53

HOKENSHO = {"健康保険証": chart()}
AFTER = date(2026, 4, 1)


# ------------------------------------------------------------------------ H07
@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        (("kakuninsho", "past_visit"), MET),
        (("moushitatesho",), BROKEN),
        (("ten_wari",), BROKEN),
        ((), BROKEN),
        (None, UNSEEN),
    ],
)
def test_h07_the_last_visit_is_a_way_to_go_on(offered, expected):
    assert verdict(case(did(offered=offered)), h07.OFFER) is expected


def test_h07_an_option_of_a_question_is_an_offer():
    asked = [("何で確認しますか", ("document:資格確認書", "keep_chart", "cancel"), "cancel")]
    assert verdict(case(did(), visit_=visit(asked=asked)), h07.OFFER) is MET


@pytest.mark.parametrize(
    "one",
    [
        case(did(offered=()), visit_=first_visit()),
        case(did(offered=()), visit_=visit(chart=chart(number=""))),
        case(did(offered=()), answer("1", record())),
        case(did(offered=()), answer("4")),
    ],
    ids=["first visit", "no numbers", "confirmed", "an answer came"],
)
def test_h07_says_nothing_where_there_is_nothing_to_go_by_or_no_need(one):
    assert verdict(one, h07.OFFER) is UNSEEN
    assert verdict(one, h07.RECORD) is UNSEEN


@pytest.mark.parametrize("said", ["keep_chart", "past_visit"])
@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (("past_visit",), MET),
        (("moushitatesho",), MET),
        (("online",), BROKEN),
        ((), BROKEN),
        (None, UNSEEN),
    ],
)
def test_h07_what_was_said_is_recorded(said, evidence, expected):
    at_desk = visit(asked=[("何で確認しますか", (said, "cancel"), said)])
    assert verdict(case(did(evidence=evidence), visit_=at_desk), h07.RECORD) is expected


def test_h07_a_paper_is_better_evidence_than_what_was_said():
    asked = [
        ("氏名が異なります", ("keep_chart", "use_online"), "keep_chart"),
        ("何で確認しますか", ("document:健康保険証",), "document:健康保険証"),
    ]
    one = case(did(evidence=("hokensho",)), visit_=visit(asked=asked))
    assert verdict(one, h07.RECORD) is UNSEEN


# ------------------------------------------------------------------------ H53
def with_paper(**over):
    return visit(**{"brings": ("card", "健康保険証"), "papers": HOKENSHO, **over})


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        (("hokensho", "ten_wari"), MET),
        (("kakuninsho",), BROKEN),
        (("ten_wari",), BROKEN),
        ((), BROKEN),
        (None, UNSEEN),
    ],
)
def test_h53_the_paper_is_a_way_to_go_on(offered, expected):
    assert verdict(case(did(offered=offered), visit_=with_paper()), h53.PAPERS) is expected


@pytest.mark.parametrize(("share", "expected"), [(30, MET), (100, BROKEN), (None, UNSEEN)])
def test_h53_the_paper_is_enough(share, expected):
    asked = [("何で確認しますか", ("document:健康保険証",), "document:健康保険証")]
    one = case(did(copay_percent=share, offered=()), visit_=with_paper(asked=asked))
    assert verdict(one, h53.PAPERS) is expected


def test_h53_full_charge_is_the_operators_to_choose():
    asked = [
        ("何で確認しますか", ("document:健康保険証",), "document:健康保険証"),
        ("負担割合", ("copay:30", "copay:100"), "copay:100"),
    ]
    one = case(did(copay_percent=100), visit_=with_paper(asked=asked))
    assert verdict(one, h53.PAPERS) is MET


@pytest.mark.parametrize(
    "one",
    [
        case(did(offered=()), visit_=visit()),
        case(did(offered=()), answer("1", record()), visit_=with_paper()),
        case(did(offered=()), visit_=with_paper(date=AFTER), date=AFTER),
        case(did(offered=()), visit_=visit(brings=("phone",))),
    ],
    ids=["no paper", "the card was read", "a paper that serves no more", "only a phone"],
)
def test_h53_says_nothing_without_a_paper_that_serves(one):
    assert verdict(one, h53.PAPERS) is UNSEEN


def test_h53_after_its_end_the_old_certificate_no_longer_counts_but_the_new_one_does():
    papers = {"資格確認書": chart()}
    at_desk = visit(brings=("資格確認書",), papers=papers, date=AFTER)
    assert (
        verdict(case(did(offered=("kakuninsho",)), visit_=at_desk, date=AFTER), h53.PAPERS) is MET
    )


# ------------------------------------------------------------------------ H31
PRESENT = {"lane": "desk/0", "event": "present"}
VERIFY = {"lane": "card/1", "event": "verify", "pin": "auth", "ok": True}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((PRESENT, VERIFY), MET),
        ((VERIFY, PRESENT), BROKEN),
        ((VERIFY,), BROKEN),
        ((VERIFY, PRESENT, VERIFY), BROKEN),
        ((PRESENT,), UNSEEN),
        ((), UNSEEN),
    ],
)
def test_h31_the_next_patients_pin_goes_to_the_next_patients_card(events, expected):
    one = case(did(), faults=("hands.left_behind",), next_events=events)
    assert verdict(one, h31.CARD) is expected


def test_h31_speaks_of_that_only_where_a_card_was_left():
    assert findings(case(did(), next_events=(VERIFY,)), h31.CARD) == []


# ----------------------------------------------------------------- no card at all
def struck(brings: tuple[str, ...], surfaces: set[str], *events: str) -> bool:
    return look.faults_struck(
        case(
            did(),
            visit_=visit(brings=brings, surfaces=frozenset(surfaces)),
            faults=("hands.no_card",),
            events=tuple({"lane": "desk/0", "event": e} for e in events),
        )
    )


def test_a_card_that_nobody_brought_is_met_by_looking_for_it():
    assert struck(("資格確認書",), {"pcsc"}, "present")
    assert struck((), {"face"}, "present")
    assert struck(("phone",), {"pcsc"}, "present")


def test_with_a_card_or_on_a_line_the_fault_itself_has_to_be_seen():
    assert not struck(("card",), {"pcsc"}, "present")
    assert not struck(("資格確認書",), {"webapi"}, "present")
    assert struck(("card",), {"pcsc"}, "present", "fault")
