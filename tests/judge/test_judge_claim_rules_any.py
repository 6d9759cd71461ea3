"""Courses of any shape: no rule raises, and nothing is broken that nobody handed in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from claim_stories import (
    DECLARED,
    NEW_NUMBERS,
    OLD_MARK,
    PHONE,
    UNKNOWN_MARK,
    came,
    claimed,
    file,
    note,
    qualified,
    receipt,
    stored,
    told,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_cases import OTHER, answer, person, record

from onshi.claims.records import Receipt, Record, Settled
from onshi.judge.case import Verdict
from onshi.judge.rules import story_rules
from onshi.judge.story import Chapter, Story
from onshi.visit import DOCUMENTS, RESPONSES, STATUSES, Chart, Handling

CLAIMED = [f"H{n}" for n in range(13, 23)]
WORDS = st.sampled_from(
    ["", "不詳", "記載事項の不備", "令和７年１１月５日", "１２３４５６７", "7" * 9, "●", PHONE]
)
NUMBERS = st.tuples(
    st.sampled_from(["06999014", "06888012", "77777777", "77777779", "99999999", "  139998", ""]),
    st.sampled_from(["", "１２", "88"]),
    st.sampled_from(["3456", "７７００", "777777777", "77777777", "999999999", ""]),
)
COMMENTS = st.lists(
    st.sampled_from(
        [OLD_MARK, UNKNOWN_MARK, *DECLARED, note(810000001, "不詳"), "CO,,1,842100001,5"]
    ),
    max_size=8,
)
DAYS = st.dates(date(2025, 9, 1), date(2026, 5, 31))


def maybe(strategy):
    return st.none() | strategy


CHARTS = st.sampled_from(
    [stored(), stored(**NEW_NUMBERS), Chart(), Chart(number="3456"), stored(insurer_number="")]
)
HANDLINGS = st.builds(
    Handling,
    status=maybe(st.sampled_from(STATUSES)),
    message=maybe(WORDS),
    asked=maybe(st.tuples(WORDS) | st.just(())),
    warned=maybe(st.tuples(WORDS) | st.just(())),
    copay_percent=maybe(st.sampled_from([0, 30, 100])),
    chart_before=maybe(CHARTS),
    chart_after=maybe(CHARTS),
    evidence=maybe(st.lists(st.sampled_from(sorted(RESPONSES)), max_size=2).map(tuple)),
    refund=maybe(st.integers(-10, 10_000)),
    held=maybe(st.booleans()),
    reopened=maybe(st.booleans()),
    reasons=maybe(st.tuples(WORDS) | st.just(())),
)
RECORDS = st.sampled_from(
    [
        record(),
        record(**NEW_NUMBERS),
        record(OTHER),
        record(fields={"InsurerNumber": None, "InsuredIdentificationNumber": "", "Birthdate": "x"}),
        record(card_class="A1", insurer_number="12139994", symbol="", number="1234567"),
    ]
)
ANSWERS = st.lists(
    st.builds(
        lambda validity, records, delay: answer(validity, *records, delay=delay),
        st.sampled_from([None, "1", "2", "3", "4", "5", "6"]),
        st.lists(RECORDS, max_size=2),
        st.sampled_from([0.0, 60.0]),
    ),
    max_size=2,
)
SAYS = st.dictionaries(
    st.sampled_from(
        [
            "unchanged",
            "certificate",
            "disaster",
            "insurer_number",
            "symbol",
            "number",
            "insurer_name",
            "employer",
            "addresses",
            "phone",
        ]
    ),
    st.none() | st.booleans() | st.integers() | WORDS | st.lists(WORDS, max_size=3),
    max_size=4,
)
ANSWERED = st.sampled_from(
    ["", "use_online", "keep_chart", "past_visit", "retry", "cancel", "copay:100", "copay:x"]
    + [f"document:{d}" for d in DOCUMENTS]
)
VISITS = {
    "on": DAYS,
    "answered": ANSWERED,
    "truth": st.sampled_from([qualified(), qualified(**NEW_NUMBERS)]),
    "faults": st.sampled_from([(), ("wire.reset",)]),
    "brings": st.sets(st.sampled_from(["card", "phone", *DOCUMENTS])).map(tuple),
    "says": SAYS,
    "chart": maybe(CHARTS),
    "patient": st.sampled_from([person(), OTHER]),
    "papers": st.dictionaries(st.sampled_from(DOCUMENTS), CHARTS, max_size=2),
}
RECEIPTS = st.builds(
    lambda numbers, comments, more: receipt(numbers, *comments, **more),
    NUMBERS,
    COMMENTS,
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["1112", "1318", "1212"]),
            "month": st.sampled_from(["202510", "202511", "202509"]),
            "days": maybe(st.sets(st.integers(1, 30), max_size=3)),
            "search": st.sampled_from(["", "12"]),
            "patient": st.sampled_from([person(), OTHER, person(family="？")]),
            "chart_no": st.sampled_from(["", "C-p0", "C-p1"]),
        }
    ),
)


def _came(handling, sent, given):
    return came(handling, *sent, **given)


def _claimed(receipts, handling, sent, given, raw):
    return claimed(*receipts, handling=handling, answers=tuple(sent), raw=raw, **given)


COMINGS = st.builds(_came, maybe(HANDLINGS), ANSWERS, st.fixed_dictionaries(VISITS))
CLAIMS = st.builds(
    _claimed,
    st.lists(RECEIPTS, max_size=3),
    maybe(HANDLINGS),
    ANSWERS,
    st.fixed_dictionaries({**VISITS, "brings": st.just(())}),
    st.sampled_from([None, None, None, b"", b"IR", file()]),
)


@st.composite
def stories(draw, claims=CLAIMS) -> Story:
    """Visits, claims and answers in any order; the answers are about any claim before them."""
    chapters: list[Chapter] = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["visit", "claim", "returns"]))
        if kind == "visit":
            chapters.append(draw(COMINGS))
        elif kind == "claim" and claims is not None:
            chapters.append(draw(claims))
        elif kind == "returns":
            known = [r for c in chapters for r in c.receipts]
            back = draw(COMINGS)
            settled = [
                Settled(
                    r,
                    draw(
                        st.sampled_from(["accepted", "transferred", "corrected", "returned", "?"])
                    ),
                    reason=draw(WORDS),
                )
                for r in known
            ]
            chapters.append(replace(back, purpose="returns", settled=settled))
    rules = draw(st.sampled_from([(), ("H11", "H13"), ("H61",)]))
    return told(*chapters, rules=rules)


@given(stories())
@settings(max_examples=25, deadline=None)
def test_no_rule_raises_and_each_says_something(story):
    every_rule_speaks(story)


@pytest.mark.soak
@given(stories())
@settings(max_examples=2000, deadline=None)
def test_no_rule_raises_in_many_courses(story):
    every_rule_speaks(story)


def every_rule_speaks(story):
    for id, function in story_rules().items():
        found = list(function(story))
        assert found, id
        assert {f.rule for f in found} == {id}
        for finding in found:
            assert finding.reason
            assert not finding.reason.isascii()
            if finding.level == "context":
                assert finding.verdict is Verdict.NOT_OBSERVED


@given(stories(claims=None))
@settings(max_examples=25, deadline=None)
def test_a_course_without_a_claim_breaks_no_claim_rule(story):
    for id in [*CLAIMED, "H11", "H28"]:
        for finding in story_rules()[id](story):
            assert finding.verdict is Verdict.NOT_OBSERVED, finding


@given(stories())
@settings(max_examples=25, deadline=None)
def test_a_product_that_reports_nothing_but_files_of_others_is_not_blamed(story):
    stranger = person("p9", birthdate=date(1901, 1, 1))
    theirs = [
        replace(
            c,
            case=replace(c.case, visit=came(patient=stranger, on=c.case.date).case.visit),
        )
        if c.purpose == "claim"
        else c
        for c in story.chapters
    ]
    for id in [*CLAIMED, "H11", "H28", "H54"]:
        for finding in story_rules()[id](replace(story, chapters=theirs)):
            assert finding.verdict is not Verdict.BROKEN or finding.level == "warn", finding


def test_a_receipt_that_no_reader_would_give():
    bare = Receipt(
        no="",
        kind="",
        month=date(2025, 10, 1),
        name="",
        kana="",
        sex="",
        birthdate=None,
        chart_no="C-p0",
        search_no="",
        marks=(),
        insurer_number="",
        symbol="",
        number="",
        points=None,
        burden=None,
        public=(),
        confirmations=(),
        comments=(),
        days=(),
        records=(Record(1, ("RE",)),),
    )
    claim = claimed(receipt())
    assert claim.uke is not None
    odd = replace(claim, uke=replace(claim.uke, receipts=(bare, bare)))
    for function in story_rules().values():
        assert list(function(told(odd)))
        assert list(function(told(came(), odd)))
