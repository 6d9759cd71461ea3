"""What can be read out of a case, and what cannot."""

from __future__ import annotations

from datetime import date

import pytest
from judge_cases import answer, case, chart, did, limit, person, record, visit

from onshi.judge import look
from onshi.judge.common import leak


def test_a_record_reads_as_its_message_shows_it():
    sent = look.as_chart(
        record(
            fields={"NameKana": "ﾀｶﾊｼ ｼﾖｳｲﾁ", "Birthdate": "19800406", "Address": None},
            late_ratio=20,
            limit=limit("B09"),
        )
    )
    assert sent.name == "●橋　翔一"  # 髙 is outside of what the system shows
    assert sent.kana == "ﾀｶﾊｼ ｼﾖｳｲﾁ"
    assert sent.birthdate == date(1980, 4, 6)
    assert sent.address is None
    assert sent.copay_percent == 20
    assert sent.limit == "B09"


def test_a_record_without_a_share_block_names_no_share():
    assert look.as_chart(record()).copay_percent is None
    dropped = record(fields={"ElderlyRecipientCertificateInfo": None}, elderly_ratio=20)
    assert look.as_chart(dropped).copay_percent is None
    assert look.as_chart(record(elderly_ratio=20)).copay_percent == 20


def test_no_limit_without_consent_or_block():
    shown = record(limit=limit("A03"))
    assert look.as_chart(shown).limit == "A03"
    shown.limit_shown = False
    assert look.as_chart(shown).limit is None
    gone = record(fields={"LimitApplicationCertificateRelatedInfo": None}, limit=limit("A03"))
    assert look.as_chart(gone).limit is None


def test_only_results_count():
    error = answer("2", status="2")
    running = answer("2", segment="2")
    assert look.results(case(None, error, running, answer(None))) == []
    last = answer("1")
    assert look.last_result(case(None, answer("4"), last, error)) is last


def test_before_is_what_the_product_showed_else_what_was_prepared():
    one = case(did(chart_before=chart(number="777")))
    assert look.before(one, "number") == "777"
    assert look.before(case(did()), "number") == "3456"
    assert look.before(case(did(), visit_=visit(chart=None)), "number") is None


def test_a_field_left_out_is_not_a_change():
    assert look.changed(case(did(chart_after=chart(number=None))), "number") is None
    assert look.changed(case(did(chart_after=chart(number=""))), "number") is True
    assert look.changed(case(did(chart_after=chart(number="３４５６"))), "number") is False


def test_a_field_shown_before_and_not_after_was_dropped():
    after = chart(insurer_number=None, symbol=None, number=None, branch=None)
    assert look.changed(case(did(chart_before=chart(), chart_after=after)), "number") is True
    sparse = did(chart_before=chart(), chart_after=type(after)(name="髙橋　翔一"))
    assert look.changed(case(sparse), "number") is None


@pytest.mark.parametrize(
    ("answers", "reported", "expected"),
    [
        ([], None, False),
        (["keep_chart"], None, False),
        (["cancel", "retry", "copay:30", "document:資格確認書"], (), False),
        (["retry", "use_online"], None, True),
        (["candidate:2"], None, True),
        ([], ("更新しますか",), None),
        (["keep_chart"], ("問い0",), False),
    ],
)
def test_what_the_operator_accepted(answers, reported, expected):
    asked = [(f"問い{i}", (a,), a) for i, a in enumerate(answers)]
    one = case(did(asked=reported), visit_=visit(asked=asked))
    assert look.accepted(one) is expected


@pytest.mark.parametrize(
    ("day", "brings", "expected"),
    [
        (date(2025, 10, 20), ("card", "健康保険証"), ["健康保険証"]),
        (date(2025, 12, 2), ("健康保険証",), ["健康保険証"]),  # provisional
        (date(2026, 4, 1), ("card", "健康保険証"), []),
        (date(2026, 4, 1), ("card", "資格情報のお知らせ"), ["資格情報のお知らせ"]),
        (date(2026, 4, 1), ("資格情報のお知らせ",), []),
        (date(2026, 3, 31), ("資格情報のお知らせ",), ["資格情報のお知らせ"]),
        (date(2026, 4, 1), ("資格確認書",), ["資格確認書"]),
        (date(2026, 4, 1), ("phone",), ["マイナポータル"]),
        (date(2026, 4, 1), ("card",), []),
    ],
)
def test_what_confirms_a_qualification_on_a_date(day, brings, expected):
    assert look.brought(case(None, visit_=visit(date=day, brings=brings))) == expected


def test_options_of_a_question_are_offers_too():
    options = ("document:資格確認書", "copay:100", "keep_chart", "cancel")
    one = case(did(), visit_=visit(asked=[("どうしますか", options, "cancel")]))
    assert look.offered(one) == {"kakuninsho", "ten_wari", "past_visit"}
    assert look.offered(case(did())) is None
    assert look.offered(case(did(offered=()))) == set()


def test_hokensho_is_no_way_on_after_the_provisional_period():
    handling = did(offered=("hokensho", "ten_wari"))
    assert look.ways_on(case(handling)) == {"hokensho"}
    assert look.ways_on(case(handling, visit_=visit(date=date(2026, 4, 1)))) == set()


@pytest.mark.parametrize(
    ("until", "last"),
    [
        (date(2025, 2, 10), date(2025, 5, 31)),
        (date(2025, 11, 30), date(2026, 2, 28)),
        (date(2025, 8, 31), date(2025, 11, 30)),
        (date(2025, 9, 1), date(2025, 12, 31)),
    ],
)
def test_the_grace_ends_with_the_third_month_after_expiry(until, last):
    assert look.end_of_grace(until) == last


def test_no_leak_where_both_patients_share_the_value():
    sibling = person("p2", given="次郎", given_kana="ジロウ", birthdate=date(1982, 1, 1))
    following = visit(sibling)
    one = case(did(), next_visit=following, next_handling=did(chart_after=chart(sibling)))
    assert leak(one) == []


def test_what_the_next_patient_does_not_have_either_is_no_leak():
    sibling = person("p2", given="次郎", given_kana="ジロウ", birthdate=date(1982, 1, 1))
    shown = chart(sibling, name="まったくの別人", number="999")
    one = case(did(), next_visit=visit(sibling), next_handling=did(chart_after=shown))
    assert leak(one) == []


def test_a_leak_is_not_seen_without_the_next_chart():
    assert leak(case(did())) is None
    assert leak(case(did(), next_visit=visit(), next_handling=did())) is None
    bare = did(chart_after=type(chart())(chart_no="9"))
    assert leak(case(did(), next_visit=visit(), next_handling=bare)) is None


# ------------------------------------------------------------------------ inquiries
@pytest.mark.parametrize(
    ("event", "asked", "by"),
    [
        ({"event": "request", "service": "search", "inquiry": {"by": "2"}}, True, {"2"}),
        ({"event": "request", "service": "search", "path": "/x"}, True, set()),
        ({"event": "request", "service": "auth", "keys": []}, False, set()),
        ({"event": "request", "by": "1", "by_card": "p0"}, True, {"1"}),
        ({"event": "request", "kind": "muquc01"}, True, set()),
        ({"event": "request", "kind": "YZKsiquc01", "by": "2"}, False, set()),
        ({"event": "answer", "status": "1"}, False, set()),
    ],
)
def test_an_inquiry_is_seen_at_either_door(event, asked, by):
    one = case(did(), events=(event,))
    assert look.inquired(one) is asked
    assert look.asked_by(one) == by
    assert look.inquired(case(did(), answer("4")))
