"""無効, 情報なし, device faults, documents, shares: what meets, breaks, must not be blamed."""

from __future__ import annotations

from datetime import date

import pytest
from judge_cases import (
    BROKEN,
    MET,
    TODAY,
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

from onshi.judge.rules import h01, h02, h05, h06, h08, h09, h10, h55, h57

LOST = answer("2", record())
REPLACED = answer("3", record(number="9999"))
NOTHING = answer("4")


# ------------------------------------------------------------------------ H01
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("invalid", MET),
        ("invalid_new", MET),
        ("not_found", BROKEN),
        ("valid", BROKEN),
        ("request_error", BROKEN),  # the parser gave up on a sound answer
        ("pending", UNSEEN),
        (None, UNSEEN),
    ],
)
def test_h01_invalid_is_shown_as_invalid(status, expected):
    assert verdict(case(did(status=status), LOST), h01.SHOWN) is expected


def test_h01_an_answer_that_was_late_or_cut_blames_nobody():
    late = answer("2", delay=60.0)
    assert verdict(case(did(status="system_unreachable"), late), h01.SHOWN) is UNSEEN
    cut = case(did(status="request_error"), LOST, faults=("wire.truncate",))
    assert verdict(cut, h01.SHOWN) is UNSEEN
    assert verdict(case(did(status="not_found"), late), h01.SHOWN) is BROKEN


def test_h01_the_last_result_counts():
    one = case(did(status="valid"), LOST, answer("1", record()))
    assert verdict(one, h01.SHOWN) is UNSEEN
    assert verdict(case(did(status="valid")), h01.SHOWN) is UNSEEN


def test_h01_valid_after_the_operator_confirmed_by_a_document():
    at_desk = visit(asked=[("無効です", ("document:資格確認書",), "document:資格確認書")])
    assert verdict(case(did(status="valid"), LOST, visit_=at_desk), h01.SHOWN) is UNSEEN


@pytest.mark.parametrize("sent", [LOST, REPLACED])
def test_h01_the_chart_keeps_its_numbers(sent):
    kept = did(status="invalid", chart_after=chart(status="invalid", symbol="12"))
    assert verdict(case(kept, sent), h01.CHART) is MET
    emptied = did(status="invalid", chart_after=chart(insurer_number="", symbol="", number=""))
    assert verdict(case(emptied, sent), h01.CHART) is BROKEN
    overwritten = did(status="invalid_new", chart_after=chart(number="9999"))
    assert verdict(case(overwritten, sent), h01.CHART) is BROKEN
    assert verdict(case(did(status="invalid"), sent), h01.CHART) is UNSEEN


def test_h01_numbers_that_vanish_from_a_full_chart_were_dropped():
    gone = chart(insurer_number=None, symbol=None, number=None)
    handling = did(status="invalid", chart_before=chart(), chart_after=gone)
    assert verdict(case(handling, LOST), h01.CHART) is BROKEN
    left_out = did(status="invalid", chart_after=gone)
    assert verdict(case(left_out, LOST), h01.CHART) is UNSEEN


def test_h01_what_the_operator_decided_is_not_the_software_s_doing():
    handling = did(status="invalid_new", chart_after=chart(number="9999"))
    for chosen in ("use_online", "document:資格確認書"):
        at_desk = visit(asked=[("更新しますか", (chosen, "keep_chart"), chosen)])
        assert verdict(case(handling, REPLACED, visit_=at_desk), h01.CHART) is UNSEEN
    refused = visit(asked=[("更新しますか", ("use_online", "keep_chart"), "keep_chart")])
    assert verdict(case(handling, REPLACED, visit_=refused), h01.CHART) is BROKEN
    dialog = did(status="invalid_new", chart_after=chart(number="9999"), asked=("更新しますか",))
    assert verdict(case(dialog, REPLACED), h01.CHART) is UNSEEN


def test_h01_an_unchanged_chart_proves_nothing_when_no_answer_got_through():
    handling = did(status="system_unreachable", chart_after=chart())
    assert verdict(case(handling, LOST), h01.CHART) is UNSEEN
    assert verdict(case(did(chart_after=chart()), LOST, visit_=first_visit()), h01.CHART) is UNSEEN


def test_h01_ten_wari_only_by_choice():
    assert verdict(case(did(copay_percent=30), LOST), h01.CHARGE) is MET
    assert verdict(case(did(copay_percent=100), LOST), h01.CHARGE) is BROKEN
    assert verdict(case(did(), LOST), h01.CHARGE) is UNSEEN
    dialog = did(copay_percent=100, asked=("負担割合は",))
    assert verdict(case(dialog, LOST), h01.CHARGE) is UNSEEN
    chosen = visit(asked=[("負担割合は", ("copay:30", "copay:100"), "copay:100")])
    assert verdict(case(did(copay_percent=100), LOST, visit_=chosen), h01.CHARGE) is MET
    assert [f.level for f in findings(case(did(copay_percent=100), LOST), h01.CHARGE)] == ["warn"]


def test_h01_ways_on():
    assert verdict(case(did(offered=("kakuninsho", "ten_wari")), LOST), h01.WAYS) is MET
    assert verdict(case(did(offered=("ten_wari",)), LOST), h01.WAYS) is BROKEN
    assert verdict(case(did(), LOST), h01.WAYS) is UNSEEN


# ------------------------------------------------------------------------ H02
@pytest.mark.parametrize(
    ("status", "expected"),
    [("not_found", MET), ("pending", MET), ("invalid", BROKEN), ("valid", BROKEN), (None, UNSEEN)],
)
def test_h02_nothing_found_is_not_lost(status, expected):
    assert verdict(case(did(status=status), NOTHING), h02.SHOWN) is expected


def test_h02_the_chart_stays():
    assert verdict(case(did(status="not_found", chart_after=chart()), NOTHING), h02.CHART) is MET
    emptied = did(status="not_found", chart_after=chart(number=""))
    assert verdict(case(emptied, NOTHING), h02.CHART) is BROKEN
    assert verdict(case(did(status="not_found"), LOST), h02.CHART) is UNSEEN


# ------------------------------------------------------------------------ H05
def shown(document: str = "資格確認書", *more: str, **over):
    asked = [("確認は", (f"document:{document}", *more), f"document:{document}")]
    asked += [("割合は", more, more[0])] if more else []
    return visit(**{"brings": ("card", document), "asked": asked, **over})


def test_h05_the_chosen_share_is_charged():
    assert verdict(case(did(copay_percent=30), visit_=shown()), h05.SHARE) is MET
    assert verdict(case(did(copay_percent=100), visit_=shown()), h05.SHARE) is BROKEN
    by_hand = shown("資格確認書", "copay:20", "copay:30")
    assert verdict(case(did(copay_percent=20), visit_=by_hand), h05.SHARE) is MET
    assert verdict(case(did(copay_percent=30), visit_=by_hand), h05.SHARE) is BROKEN


def test_h05_blames_nobody_where_nothing_was_chosen_or_reported():
    assert verdict(case(did(copay_percent=100)), h05.SHARE) is UNSEEN
    assert verdict(case(did(), visit_=shown()), h05.SHARE) is UNSEEN
    chosen = visit(asked=[("割合は", ("copay:100", "copay:30"), "copay:100")])
    assert verdict(case(did(copay_percent=100), visit_=chosen), h05.SHARE) is MET


def test_h05_a_hokensho_after_the_provisional_period_confirms_nothing():
    april = shown("健康保険証", date=date(2026, 4, 1))
    assert verdict(case(did(copay_percent=100), visit_=april), h05.SHARE) is UNSEEN
    december = shown("健康保険証", date=date(2025, 12, 15))
    assert verdict(case(did(copay_percent=100), visit_=december), h05.SHARE) is BROKEN
    certificate = shown(date=date(2026, 4, 1))
    assert verdict(case(did(copay_percent=100), visit_=certificate), h05.SHARE) is BROKEN


def test_h05_the_evidence_is_recorded():
    assert verdict(case(did(evidence=("kakuninsho",)), visit_=shown()), h05.EVIDENCE) is MET
    assert verdict(case(did(evidence=("online",)), visit_=shown()), h05.EVIDENCE) is BROKEN
    assert verdict(case(did(), visit_=shown()), h05.EVIDENCE) is UNSEEN


# ------------------------------------------------------------------- H06, H08, H09
def test_h06_the_declaration_is_offered_to_a_patient_with_only_the_card():
    assert verdict(case(did(offered=("moushitatesho",)), NOTHING), h06.OFFER) is MET
    assert verdict(case(did(offered=("ten_wari",)), NOTHING), h06.OFFER) is BROKEN
    assert verdict(case(did(), NOTHING), h06.OFFER) is UNSEEN
    papers = visit(brings=("card", "資格確認書"))
    assert verdict(case(did(offered=()), NOTHING, visit_=papers), h06.OFFER) is UNSEEN
    assert verdict(case(did(offered=()), answer("1", record())), h06.OFFER) is UNSEEN


def test_h06_the_declared_share_is_charged():
    declared = visit(asked=[("確認は", (), "document:被保険者資格申立書")])
    assert verdict(case(did(copay_percent=30), visit_=declared), h06.SHARE) is MET
    assert verdict(case(did(copay_percent=100), visit_=declared), h06.SHARE) is BROKEN
    assert verdict(case(did(copay_percent=100)), h06.SHARE) is UNSEEN
    assert verdict(case(did(), visit_=declared), h06.SHARE) is UNSEEN


@pytest.mark.parametrize("day", [TODAY, date(2026, 5, 1)])
def test_h08_never_ten_wari_with_a_certificate(day):
    at_desk = visit(brings=("資格確認書",), date=day)
    assert verdict(case(did(copay_percent=100), visit_=at_desk), h08.NARROW) is BROKEN
    assert verdict(case(did(copay_percent=30), visit_=at_desk), h08.NARROW) is MET


def test_h08_hokensho_is_date_scoped():
    old = visit(brings=("健康保険証",), date=date(2026, 4, 1))
    assert verdict(case(did(copay_percent=100), visit_=old), h08.NARROW) is UNSEEN


def test_h08_ten_wari_is_the_basis_where_there_is_nothing():
    nothing = first_visit(brings=())
    assert verdict(case(did(offered=("ten_wari", "other")), visit_=nothing), h08.BASIC) is MET
    assert verdict(case(did(offered=("other",)), visit_=nothing), h08.BASIC) is BROKEN
    assert verdict(case(did(), visit_=nothing), h08.BASIC) is UNSEEN
    lenient = did(offered=("other",), copay_percent=30)
    assert verdict(case(lenient, visit_=nothing), h08.BASIC) is UNSEEN
    known = visit(brings=())
    assert verdict(case(did(offered=("other",)), visit_=known), h08.BASIC) is UNSEEN


def test_h09_the_clinic_s_own_share_is_honoured():
    chosen = visit(brings=(), asked=[("割合は", ("copay:30", "copay:100"), "copay:30")])
    assert verdict(case(did(copay_percent=30), visit_=chosen), h09.SHARE) is MET
    assert verdict(case(did(copay_percent=100), visit_=chosen), h09.SHARE) is BROKEN
    assert verdict(case(did(copay_percent=100), visit_=visit(brings=())), h09.SHARE) is UNSEEN


# ------------------------------------------------------------------------ H10
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("device_unusable", MET),
        ("system_unreachable", MET),
        ("request_error", MET),
        ("pending", MET),
        ("invalid", BROKEN),
        ("invalid_new", BROKEN),
        ("not_found", BROKEN),
        ("valid", UNSEEN),
        (None, UNSEEN),
    ],
)
def test_h10_a_fault_is_not_an_invalid_qualification(status, expected):
    assert verdict(case(did(status=status), faults=("card.mute",)), h10.INVALID) is expected


def test_h10_valid_after_recovery_or_by_document_is_fine():
    assert verdict(case(did(status="valid"), answer("1", record())), h10.INVALID) is MET
    assert verdict(case(did(status="valid"), visit_=shown()), h10.INVALID) is MET


def test_h10_a_result_that_was_really_sent_may_be_shown():
    for sent in (LOST, REPLACED, NOTHING):
        assert verdict(case(did(status="invalid"), sent), h10.INVALID) is UNSEEN


def test_h10_an_error_answer_is_no_invalid_qualification():
    error = answer("4", status="2")
    assert verdict(case(did(status="not_found"), error), h10.INVALID) is BROKEN


def test_h10_the_chart_is_not_made_invalid():
    stored = did(status="device_unusable", chart_after=chart(status="無効"))
    assert verdict(case(stored), h10.INVALID) is BROKEN
    was_so = visit(chart=chart(status="無効"))
    assert verdict(case(stored, visit_=was_so), h10.INVALID) is MET
    only_chart = did(chart_after=chart(status="無効"))
    assert verdict(case(only_chart, visit_=was_so), h10.INVALID) is UNSEEN


def test_h10_a_fault_that_never_struck_is_no_observation():
    quiet = ({"lane": "desk/0", "event": "present"},)
    struck = (*quiet, {"lane": "fault/0", "event": "fault", "name": "card.mute"})
    one = {"faults": ("card.mute",)}
    assert verdict(case(did(status="pending"), **one, events=quiet), h10.INVALID) is UNSEEN
    assert verdict(case(did(status="pending"), **one, events=struck), h10.INVALID) is MET
    assert verdict(case(did(status="invalid"), **one, events=quiet), h10.INVALID) is BROKEN


@pytest.mark.parametrize(
    ("fault", "surface", "status", "expected"),
    [
        ("card.mute", "pcsc", "device_unusable", MET),
        ("card.mute", "pcsc", "system_unreachable", BROKEN),
        ("wire.reset", "webapi", "system_unreachable", MET),
        ("wire.reset", "webapi", "device_unusable", BROKEN),
        ("file.never", "folder", "device_unusable", UNSEEN),  # silence tells nothing
        ("terminal.no_file", "face", "system_unreachable", UNSEEN),
        ("wire.reset", "webapi", "request_error", UNSEEN),
        ("inquiry.error", "webapi", "device_unusable", UNSEEN),  # neither is the truth
    ],
)
def test_h10_reachable_or_not(fault, surface, status, expected):
    at_desk = visit(surfaces=frozenset({surface}))
    one = case(did(status=status), visit_=at_desk, faults=(fault,))
    assert verdict(one, h10.CLASS) is expected


# ------------------------------------------------------------------------ H55
def test_h55_ways_are_offered():
    failed = did(status="device_unusable", offered=("kakuninsho",))
    assert verdict(case(failed), h55.OFFER) is MET
    assert verdict(case(did(status="device_unusable", offered=())), h55.OFFER) is BROKEN
    assert verdict(case(did(status="device_unusable")), h55.OFFER) is UNSEEN
    fine = did(status="valid", offered=())
    assert verdict(case(fine, answer("1", record())), h55.OFFER) is UNSEEN


def test_h55_only_a_hokensho_is_no_way_from_april_2026():
    handling = did(status="device_unusable", offered=("hokensho",))
    assert verdict(case(handling), h55.OFFER) is MET
    assert verdict(case(handling, visit_=visit(date=date(2026, 4, 1))), h55.OFFER) is BROKEN


# ------------------------------------------------------------------------ H57
PCSC = {"surfaces": frozenset({"pcsc"})}
GONE = date(2025, 5, 1)
RECENT = date(2025, 9, 1)


def test_h57_an_expired_certificate_is_not_an_expired_insurance():
    assert verdict(case(did(status="device_unusable"), cert_until=GONE), h57.STORED) is MET
    assert verdict(case(did(status="invalid"), cert_until=GONE), h57.STORED) is BROKEN
    stored = did(status="device_unusable", chart_after=chart(status="invalid"))
    assert verdict(case(stored, cert_until=GONE), h57.STORED) is BROKEN
    assert verdict(case(did(status="invalid"), LOST, cert_until=GONE), h57.STORED) is UNSEEN


def test_h57_the_operator_is_told_what_expired():
    at_desk = visit(**PCSC)
    told = did(status="device_unusable", message="カードの電子証明書の期限が切れています")
    assert verdict(case(told, visit_=at_desk, cert_until=GONE), h57.TOLD) is MET
    vague = did(status="device_unusable", message="エラー")
    assert verdict(case(vague, visit_=at_desk, cert_until=GONE), h57.TOLD) is BROKEN
    went_well = did(status="valid", message="受付しました")
    assert verdict(case(went_well, visit_=at_desk, cert_until=GONE), h57.TOLD) is UNSEEN
    silent = did(status="device_unusable")
    assert verdict(case(silent, visit_=at_desk, cert_until=GONE), h57.TOLD) is UNSEEN
    face = visit(surfaces=frozenset({"face"}))
    assert verdict(case(vague, visit_=face, cert_until=GONE), h57.TOLD) is UNSEEN
    assert verdict(case(vague, visit_=at_desk), h57.TOLD) is UNSEEN


def test_h57_within_the_grace_the_card_still_confirms():
    valid = answer("1", record())
    assert verdict(case(did(status="valid"), valid, cert_until=RECENT), h57.GRACE) is MET
    refused = did(status="device_unusable")
    assert verdict(case(refused, valid, cert_until=RECENT), h57.GRACE) is BROKEN
    assert verdict(case(refused, valid, cert_until=GONE), h57.GRACE) is UNSEEN
    assert verdict(case(refused, cert_until=RECENT), h57.GRACE) is UNSEEN
    phone = visit(brings=("phone",))
    assert verdict(case(refused, valid, visit_=phone, cert_until=RECENT), h57.GRACE) is UNSEEN
