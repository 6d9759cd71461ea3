"""A journal in words: which mark on which lane, and what is left out of a long one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onshi import Desk, Handling
from onshi.catalogue.records import Situation, Step, Trouble
from onshi.course import Course
from onshi.journal import Journal
from onshi.reports.journals import MOST, Journals, pack
from onshi.reports.picture import draw
from onshi.reports.timeline import LANES, Mark, marks


def told(*events: dict[str, Any], first_day: str = "") -> list[tuple[str, str, str]]:
    return [(m.lane, m.words, m.kind) for m in marks(events, first_day)]


@pytest.mark.parametrize(
    ("event", "mark"),
    [
        ({"lane": "desk/0", "event": "date", "date": "2026-04-01"}, ("clock", "2026-04-01", "day")),
        (
            {"lane": "desk/0", "event": "step", "do": "claim", "what": "10日までに出す"},
            ("clock", "請求（月を締める）: 10日までに出す", "step"),
        ),
        (
            {
                "lane": "desk/0", "event": "settled",
                "outcomes": ["returned"], "reasons": ["該当者なし"],
            },
            ("back", "審査支払: 返戻（該当者なし）", "step"),
        ),
        (
            {"lane": "desk/0", "event": "settled", "outcomes": [], "reasons": []},
            ("back", "審査支払: 請求がない", "step"),
        ),
        (
            {"lane": "desk/0", "event": "decide", "answer": "document:資格確認書"},
            ("clock", "操作者: 資格確認書", ""),
        ),
        (
            {"lane": "desk/0", "event": "decide", "answer": "cancel", "scripted": False},
            ("clock", "台本にない問い: cancel", "bad"),
        ),
        (
            {"lane": "fault/0", "event": "fault", "name": "wire.reset", "at": "x", "operation": 1},
            ("back", "障害 wire.reset", "fault"),
        ),
        (
            {"lane": "fault/0", "event": "fault", "name": "hands.late", "at": "x", "operation": 1},
            ("card", "障害 hands.late", "fault"),
        ),
        (
            {"lane": "card/0", "event": "verify", "pin": "auth", "ok": False, "tries": 2},
            ("card", "暗証番号が違う（残り 2 回）", "bad"),
        ),
        (
            {"lane": "pcsc/0", "event": "apdu", "c": "0020008004********", "r": "63C1"},
            ("reader", "VERIFY → 63C1 暗証番号違い、残り1回", "bad"),
        ),
        (
            {"lane": "pcsc/0", "event": "apdu", "c": "00200080", "r": "63C3"},
            ("reader", "VERIFY → 63C3 残り3回", ""),
        ),
        (
            {"lane": "pcsc/0", "event": "connect", "rv": "8010000C"},
            ("reader", "カードにつなぐ → SCARD_E_NO_SMARTCARD 8010000C カードがない", "bad"),
        ),
        (
            {"lane": "webapi/0", "event": "request", "service": "search", "validity": "2"},
            ("back", "資格の照会 → 無効", ""),
        ),
        (
            {"lane": "webapi/0", "event": "request", "service": "auth", "http": 503},
            ("back", "ログイン → HTTP 503", "bad"),
        ),
        (
            {"lane": "webapi/0", "event": "wire", "stage": "request", "end": "reset"},
            ("back", "回線 request: end reset", "bad"),
        ),
        (
            {"lane": "face/0", "event": "nothing", "where": "face"},
            ("back", "結果が来ない face", "bad"),
        ),
        ({"lane": "new/0", "event": "unheard_of"}, ("back", "new unheard_of", "")),
    ],
)  # fmt: skip
def test_each_event_has_its_lane_and_words(
    event: dict[str, Any], mark: tuple[str, str, str]
) -> None:
    assert told(event) == [mark]


def test_the_same_thing_in_a_row_is_one_mark_with_its_number() -> None:
    read = {"lane": "pcsc/0", "event": "apdu", "c": "00B0000400", "r": "AA9000"}
    assert told(read, read, {**read, "t": 2.0}) == [("reader", "READ BINARY ×3", "")]
    assert marks([read, {**read, "t": 2.0}])[0].at == 2.0


def test_what_the_desk_does_before_the_trouble_is_left_out() -> None:
    on = {"lane": "card/0", "event": "power", "action": "on"}
    patient = {"lane": "desk/0", "event": "patient", "key": "p1"}
    inject = {"lane": "desk/0", "event": "inject", "fault": "card.pull"}
    assert told(on, patient, on, inject, on, first_day="2025-10-20") == [
        ("clock", "2025-10-20", "day"),
        ("clock", "患者 p1 が受付に来る", "step"),
        ("clock", "仕込み card.pull", "fault"),
        ("card", "電源が入る", ""),
    ]


def test_of_a_long_journal_both_ends_are_shown_and_what_lies_between_is_counted() -> None:
    events = [
        {"lane": "webapi/0", "event": "request", "service": "search", "http": 500 + i}
        for i in range(100)
    ]
    found = told(*events)
    assert len(found) == 60
    assert found[44] == ("clock", "… この間の 41 件は省略 …", "more")
    assert found[43][1].endswith("543")
    assert found[45][1].endswith("585")
    assert len(told(*events[:60])) == 60
    assert "more" not in {kind for *_, kind in told(*events[:60])}


def test_a_course_with_a_claim_is_seen_on_the_clocks_lane() -> None:
    """Visits, claim and return of a real course, in the order in which they came."""
    trouble = Trouble(
        id="x.y",
        title="t",
        layer="reader",
        categories=(),
        source=("added",),
        what="w",
        surfaces=("pcsc",),
        situation=Situation(
            step=(
                Step(on="+3d", what="また来る"),
                Step(on="+1m:10", do="claim"),
                Step(on="+2m", do="returns"),
            )
        ),
    )
    with Desk(date=date(2025, 10, 31), seed=3) as desk:
        course = Course(desk, trouble, {"pcsc"})
        while course.visit is not None:
            course.handled(Handling(status="valid"))
        kept = Journals()
        from onshi.outcomes import Row

        row = Row(trouble="x.y", result="failed")
        kept.keep(row, pack(desk.journal.ordered(MOST)))
    found = [(lane, text) for lane, text, kind in told(*kept.events(row)) if kind]
    order = [
        ("clock", "2025-11-03"),
        ("clock", "来院: また来る"),
        ("clock", "2025-11-10"),
        ("clock", "請求（月を締める）"),
        ("clock", "2025-12-31"),
        ("clock", "審査の結果が届く"),
        ("back", "審査支払: 請求がない"),
    ]
    assert [mark for mark in found if mark in order] == order


def test_a_journal_as_it_came_holds_no_time_of_the_machine_and_counts_the_rest() -> None:
    journal = Journal()
    one, two = journal.lane("pcsc"), journal.lane("webapi")
    for i in range(3):
        one.event("a", number=i)
        two.event("b", number=i)
    assert journal.ordered(4).decode().splitlines() == [
        '{"lane":"pcsc/0","number":0,"event":"a"}',
        '{"lane":"webapi/0","number":0,"event":"b"}',
        '{"lane":"pcsc/0","number":1,"event":"a"}',
        '{"lane":"webapi/0","number":1,"event":"b"}',
        '{"lane":"desk/0","event":"more","number":2}',
    ]
    assert len(journal.ordered(6).splitlines()) == 6


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=4,
)
words = st.sampled_from(
    ["date", "patient", "step", "decide", "settled", "terminal", "pin", "fault", "power", "verify",
     "apdu", "connect", "request", "wire", "file", "answer", "nothing", "x"]
)  # fmt: skip
lanes = st.sampled_from(["desk/0", "fault/0", "card/0", "pcsc/1", "webapi/0", "face/0", "x", ""])
fields = st.dictionaries(
    st.sampled_from(["c", "r", "rv", "ok", "tries", "do", "what", "outcomes", "reasons", "http",
                     "validity", "records", "answer", "t", "action", "method", "key", "date"]),
    json,
    max_size=6,
)  # fmt: skip


@settings(max_examples=50)
@given(st.lists(st.tuples(lanes, words, fields), min_size=4, max_size=12))
def test_no_journal_is_too_strange_to_be_drawn(parts: list[tuple[str, str, Any]]) -> None:
    found = marks([{**more, "lane": lane, "event": event} for lane, event, more in parts])
    picture = draw(found)
    assert len(picture.drawn) == len(found)
    assert all(m.lane in LANES and isinstance(m.words, str) for m in found)


def test_fields_of_another_kind_are_no_obstacle() -> None:
    wrong = {"outcomes": 5, "reasons": "x", "answer": None, "t": "soon", "http": [], "rv": {}}
    for lane in ("desk/0", "fault/0", "card/0", "pcsc/0", "webapi/0"):
        for event in ("settled", "decide", "fault", "verify", "apdu", "connect", "request"):
            marks([{**wrong, "lane": lane, "event": event}])


def test_words_are_wrapped_into_their_lane_and_nothing_is_cut_off() -> None:
    long = "SELECT → SCARD_W_REMOVED_CARD 80100069 カードが抜かれたので、" + "x" * 80
    (one,) = draw([Mark("reader", long)]).drawn
    assert "".join(one.lines).replace(" ", "") == long.replace(" ", "")
    assert len(one.lines) > 3
    assert any("80100069" in line for line in one.lines)
    first, second = draw([Mark("reader", long), Mark("back", "x")]).drawn
    assert second.y >= first.y + 16 * len(first.lines)
