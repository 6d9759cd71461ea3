"""不詳, what comes back, 10割: what the rules let pass, and where exactly they begin to blame."""

from __future__ import annotations

from datetime import date

import pytest
from case_table_claims import DECLARATION, LOST, NEW, NOTHING, OLD, VALID
from claim_stories import (
    AGAIN,
    DECLARED,
    NEW_NUMBERS,
    NINES,
    OLD_MARK,
    SECOND,
    SEVENS,
    UNKNOWN,
    UNKNOWN_MARK,
    broken,
    came,
    came_back,
    claimed,
    note,
    qualified,
    receipt,
    said,
    told,
    verdict,
)
from judge_cases import BROKEN, MET, UNSEEN, did

from onshi.judge.japanese_days import day_in
from onshi.judge.rules import (
    h16,
    h17,
    h18,
    h19,
    h20,
    h21,
    h22,
    h25,
    h26,
    h27,
    h28,
    h54,
    h61,
)

KNOWN = did(status="valid")
NOT_FOUND = did(status="not_found", evidence=("moushitatesho",))
NEWLY = {"truth": qualified(**NEW_NUMBERS)}


def unknown(*comments: str, numbers=SEVENS, says=None, **over):
    """A new patient with a declaration, claimed as 不詳 with these comments."""
    visit = came(NOT_FOUND, NOTHING, first_visit=True, chart=None, says=says or {}, **DECLARATION)
    return told(visit, claimed(receipt(numbers, *comments, **over)))


# -------------------------------------------------------------------- H18, H25, H28
def test_h18_contact_between_visit_and_claim():
    def contacted(text):
        return unknown(*UNKNOWN[:-1], note(830000508, text))

    assert verdict(contacted("令和７年１１月５日"), h18.CONTACT) is MET
    assert verdict(contacted("令和７年９月５日"), h18.CONTACT) is BROKEN
    assert verdict(contacted("令和７年１１月１１日"), h18.CONTACT) is BROKEN
    assert verdict(contacted("電話にて確認"), h18.CONTACT) is UNSEEN
    assert verdict(unknown(*UNKNOWN[:-1]), h18.CONTACT) is UNSEEN, "that is H22"


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        (came(NOT_FOUND, NOTHING, first_visit=True, chart=None), MET),
        (came(NOT_FOUND, NOTHING), UNSEEN),
        (came(did(status="invalid"), LOST, **NEWLY), BROKEN),
        (came(KNOWN, VALID), BROKEN),
    ],
    ids=["nothing known", "a chart", "lost", "confirmed"],
)
def test_h18_nothing_else_is_known(visit, expected):
    story = told(visit, claimed(receipt(SEVENS, *UNKNOWN), chart=None))
    assert verdict(story, h18.KNOWN) is expected


def test_h18_a_declaration_is_chosen_brought_recorded_or_deemed():
    for visit in (
        came(did(evidence=()), **DECLARATION),
        came(did(evidence=()), brings=("card", "被保険者資格申立書")),
        came(did(evidence=("moushitatesho",))),
        came(did(evidence=()), answered="past_visit"),
    ):
        assert verdict(told(visit, claimed(receipt(SEVENS, *UNKNOWN))), h18.DECLARED) is MET
    silent = told(came(did()), claimed(receipt(SEVENS, *UNKNOWN)))
    assert verdict(silent, h18.DECLARED) is UNSEEN


def test_h25_is_about_a_second_visit_before_the_claim():
    quiet = did(asked=(), warned=())
    first = came(NOT_FOUND, NOTHING, first_visit=True, chart=None)
    lazy = claimed(receipt(SEVENS, *UNKNOWN))
    assert verdict(told(first, lazy), h25.AGAIN) is UNSEEN
    assert verdict(told(first, lazy, came(quiet, on=date(2025, 11, 20))), h25.AGAIN) is UNSEEN
    assert verdict(told(first, came(did(), on=SECOND), lazy), h25.AGAIN) is UNSEEN
    assert verdict(told(first, came(quiet, on=SECOND), claimed(receipt())), h25.AGAIN) is UNSEEN


@pytest.mark.parametrize(
    ("brings", "expected"),
    [((), BROKEN), (("医療証",), BROKEN), (("card",), UNSEEN), (("phone",), UNSEEN)],
)
def test_h28_by_what_the_patient_brought(brings, expected):
    visit = came(NOT_FOUND, brings=brings, first_visit=True, chart=None)
    quiet = claimed(receipt(SEVENS, *UNKNOWN), handling=did(asked=(), warned=()))
    assert verdict(told(visit, quiet), h28.NO_CARD) is expected
    assert verdict(told(visit, claimed(receipt(SEVENS, *UNKNOWN))), h28.NO_CARD) is UNSEEN
    with_card = came(NOT_FOUND, NOTHING, on=SECOND)
    either = told(visit, with_card, claimed(receipt(SEVENS, *UNKNOWN)))
    assert verdict(either, h28.NO_CARD) is UNSEEN


# ---------------------------------------------------------------------- H19 to H22
@pytest.mark.parametrize(
    ("insurer", "expected"),
    [
        ("77777777", MET),
        ("77777779", MET),
        ("06999014", BROKEN),
        ("", BROKEN),
        ("99999999", BROKEN),
    ],
)
def test_h19(insurer, expected):
    assert verdict(unknown(*UNKNOWN, numbers=(insurer, "", "777777777")), h19.INSURER) is expected


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("1112", "777777777", MET),
        ("1112", "７７７７７７７７７", MET),
        ("1112", "77777777", BROKEN),
        ("1112", "", BROKEN),
        ("1112", "３４５６", BROKEN),
        ("1318", "77777777", MET),
        ("1318", "77777779", MET),
        ("1318", "777777777", BROKEN),
    ],
)
def test_h20(kind, number, expected):
    story = unknown(*UNKNOWN, numbers=("77777777", "", number), kind=kind)
    assert verdict(story, h20.NUMBER) is expected


@pytest.mark.parametrize(
    ("comments", "word", "first"),
    [
        (UNKNOWN, MET, MET),
        ((note(810000001, "不詳"), *DECLARED), MET, BROKEN),
        (("CO,01,1,810000001,検査値あり", *UNKNOWN), MET, BROKEN),
        (("CO,,1,820000246,", *DECLARED), MET, BROKEN),
        ((), BROKEN, UNSEEN),
        ((note(810000001, "発症の時期は不詳"),), BROKEN, UNSEEN),
    ],
)
def test_h21(comments, word, first):
    story = unknown(*comments)
    assert verdict(story, h21.WORD) is word
    assert verdict(story, h21.FIRST) is first
    assert broken(story, "H21") <= {("H21", "fail" if word is BROKEN else "warn")}


def test_h21_behind_the_treatment_or_attached_to_it_only_warns():
    behind = unknown(after=UNKNOWN)
    assert (verdict(behind, h21.WORD), verdict(behind, h21.FIRST)) == (MET, BROKEN)
    attached = receipt(SEVENS)
    attached[-1] = "SI,11,1,111000110,,291,1,820000246,," + "," * 35
    visit = came(NOT_FOUND, NOTHING, first_visit=True, chart=None, **DECLARATION)
    assert verdict(told(visit, claimed(attached)), h21.WORD) is MET


@pytest.mark.parametrize("left_out", [830000501, 830000505, 830000508])
def test_h22_what_is_missing_is_named(left_out):
    story = unknown(*(c for c in UNKNOWN if str(left_out) not in c))
    (one,) = [f for f in said(story, h22.ITEMS) if f.verdict is BROKEN]
    assert str(left_out) in one.reason
    assert verdict(story, h21.WORD) is MET


def test_h22_an_empty_comment_is_no_comment():
    story = unknown(UNKNOWN_MARK, note(830000501, ""), *DECLARED[1:])
    assert verdict(story, h22.ITEMS) is BROKEN


@pytest.mark.parametrize(
    ("says", "extra"),
    [
        ({"insurer_name": "検証健康保険組合"}, note(830000503, "検証健康保険組合")),
        ({"employer": "検証株式会社"}, note(830000504, "検証株式会社")),
        ({"addresses": ["東京都架空区", "大阪府検証市"]}, note(830000506, "大阪府検証市")),
    ],
)
def test_h22_what_was_declared_has_to_be_there(says, extra):
    assert verdict(unknown(*UNKNOWN, says=says), h22.ITEMS) is BROKEN
    assert verdict(unknown(*UNKNOWN, extra, says=says), h22.ITEMS) is MET
    assert verdict(unknown(*UNKNOWN), h22.ITEMS) is MET


def test_h22_a_telephone_number_that_may_not_have_been_declared_only_warns():
    without = [c for c in UNKNOWN if "830000507" not in c]
    assert broken(unknown(*without), "H22") == {("H22", "warn")}
    story = unknown(*without, says={"phone": "03-0001-0002"})
    assert verdict(story, h22.ITEMS) is BROKEN
    assert verdict(unknown(*UNKNOWN, says={"phone": "03-0001-0002"}), h22.ITEMS) is MET


def test_h22_in_free_words_only_warns():
    words = (
        UNKNOWN_MARK,
        note(810000001, "カナ氏名：タカハシ　ショウイチ"),
        note(810000001, "住所：東京都架空区霞１－２－３"),
        note(810000001, "連絡先０３－０００１－０００２"),
        note(810000001, "患者へ連絡した日　令和７年１１月５日"),
    )
    assert verdict(unknown(*words), h22.ITEMS) is MET
    assert verdict(unknown(*words), h22.PLACE) is BROKEN
    assert broken(unknown(*words), "H22") == {("H22", "warn")}
    assert verdict(unknown(*words[:-1]), h22.ITEMS) is BROKEN


def test_h22_the_place_below():
    assert verdict(unknown(*UNKNOWN), h22.PLACE) is MET
    assert verdict(unknown(*DECLARED, UNKNOWN_MARK), h22.PLACE) is BROKEN
    between = unknown(UNKNOWN_MARK, note(810000001, "検査値あり"), *DECLARED)
    assert verdict(between, h22.PLACE) is BROKEN
    assert broken(between, "H22") == {("H22", "warn")}


def test_a_disaster_is_left_to_h61():
    visit = came(did(), brings=(), says={"disaster": True}, first_visit=True, chart=None)
    for numbers in (NINES, SEVENS):
        story = told(visit, claimed(receipt(numbers, UNKNOWN_MARK)))
        assert broken(story, "H18", "H19", "H20", "H21", "H22", "H28") == set()
        assert verdict(story, h61.CLAIM) is MET
    mixed = told(visit, claimed(receipt(("99999999", "", "777777777"), UNKNOWN_MARK)))
    assert broken(mixed, "H61") == {("H61", "warn")}
    asked = told(came(did(), brings=()), claimed(receipt(NINES, UNKNOWN_MARK)), rules=("H61",))
    assert verdict(asked, h61.CLAIM) is MET
    assert verdict(asked, h19.INSURER) is UNSEEN


# --------------------------------------------------------------------- H16, H17, H26, H27
def test_the_context_says_what_came_of_it():
    visit = came(did(status="invalid"), LOST, **NEWLY)
    claim = claimed(receipt(OLD, OLD_MARK), **NEWLY)
    moved = came_back(claim, "transferred", **NEW_NUMBERS)
    (found,) = said(told(visit, claim, moved), h16.TRANSFER)
    assert "06888012・８８・7700 へ振り替えられた" in found.reason
    back = came_back(claim, reason="保険者の相違", detail="新しい資格の登録がない")
    (found,) = said(told(visit, claim, back), h16.TRANSFER)
    assert "返戻された" in found.reason
    (found,) = said(told(visit, claim, back), h17.RETURN)
    assert "保険者の相違、新しい資格の登録がない" in found.reason
    assert "再請求はこの話のうちに出ていない" in found.reason
    again = claimed(receipt(NEW, search="9"), on=AGAIN)
    assert "あとで再び請求した" in said(told(visit, claim, back, again), h17.RETURN)[0].reason


def test_h26_what_became_of_the_unknown():
    visit = came(NOT_FOUND, NOTHING, first_visit=True, chart=None)
    claim = claimed(receipt(SEVENS, *UNKNOWN))
    back = came_back(claim, reason="該当者なし")
    (found,) = said(told(visit, claim, back), h26.CORRECTED)
    assert "返戻された（該当者なし）" in found.reason


@pytest.mark.parametrize(
    ("handling", "reopened", "reason"),
    [
        (did(), UNSEEN, UNSEEN),
        (did(reopened=True, reasons=("L1 記載事項の不備",)), MET, MET),
        (did(reopened=True, message="返戻: 記載事項の不備"), MET, MET),
        (did(reopened=False, reasons=()), BROKEN, BROKEN),
        (did(reopened=True, reasons=("該当者なし",)), MET, BROKEN),
        (did(reopened=True, message="返戻を取り込みました"), MET, UNSEEN),
    ],
)
def test_h27(handling, reopened, reason):
    visit = came(NOT_FOUND, NOTHING, first_visit=True, chart=None)
    claim = claimed(receipt(SEVENS, *UNKNOWN))
    story = told(visit, claim, came_back(claim, handling=handling, reason="記載事項の不備"))
    assert verdict(story, h27.REOPENED) is reopened
    assert verdict(story, h27.REASON) is reason


def test_h27_is_about_unknown_claims_that_came_back():
    claim = claimed(receipt(OLD, OLD_MARK))
    story = told(came(did(), LOST), claim, came_back(claim, handling=did(reopened=False)))
    assert broken(story, "H27") == set()
    unknown_claim = claimed(receipt(SEVENS, *UNKNOWN))
    paid = told(came(did()), unknown_claim, came_back(unknown_claim, "corrected"))
    assert verdict(paid, h27.REOPENED) is UNSEEN


# ------------------------------------------------------------------------------- H54
FULL = came(did(copay_percent=100), NOTHING, answered="copay:100", first_visit=True, chart=None)
LATER = came(did(status="valid", refund=7000), VALID, on=SECOND)


def test_h54_claims_that_replace_the_first_are_no_second_ones():
    first = claimed(receipt(NEW))
    back = came_back(first, reason="保険者の相違")
    fresh, again = claimed(receipt(), on=AGAIN), claimed(receipt(search="12"), on=AGAIN)
    asked = claimed(receipt(), on=AGAIN, handling=did(warned=("先月すでに請求しています",)))
    assert verdict(told(FULL, first, LATER, fresh), h54.ONE) is BROKEN
    assert verdict(told(FULL, first, back, LATER, fresh), h54.ONE) is MET
    assert verdict(told(FULL, first, LATER, again), h54.ONE) is MET
    assert verdict(told(FULL, first, LATER, asked), h54.ONE) is MET
    other_month = claimed(receipt(month="202511", days=(4,)), on=AGAIN)
    assert verdict(told(FULL, first, LATER, other_month), h54.ONE) is MET


def test_h54_two_in_one_file():
    same_day = claimed(receipt(days=(20,)), receipt(NEW, days=(20,)))
    assert verdict(told(FULL, LATER, same_day), h54.ONE) is BROKEN
    no_days = claimed(receipt(days=None), receipt(NEW, days=None))
    assert verdict(told(FULL, LATER, no_days), h54.ONE) is MET, "two visits may be two insurers"
    assert verdict(told(LATER, no_days), h54.ONE) is BROKEN


def test_h54_refund_or_hold():
    def story(confirmed, claim_handling=None):
        return told(FULL, confirmed, claimed(receipt(), handling=claim_handling))

    assert verdict(story(LATER), h54.REFUND) is MET
    silent = came(KNOWN, VALID, on=SECOND)
    assert verdict(story(silent), h54.REFUND) is UNSEEN
    assert verdict(story(silent, did(refund=7000)), h54.REFUND) is MET
    assert verdict(story(silent, did(held=True)), h54.REFUND) is MET
    stingy = came(did(status="valid", refund=0), VALID, on=SECOND)
    assert verdict(story(stingy), h54.REFUND) is BROKEN
    never = came(did(status="not_found", refund=0), NOTHING, on=SECOND)
    assert verdict(story(never), h54.REFUND) is UNSEEN


# ------------------------------------------------------------------------- days in words
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和７年５月２０日", date(2025, 5, 20)),
        ("令和元年５月２０日", date(2019, 5, 20)),
        ("R7.5.20", date(2025, 5, 20)),
        ("２０２５年５月２０日　電話", date(2025, 5, 20)),
        ("2025/05/20", date(2025, 5, 20)),
        ("20250520", date(2025, 5, 20)),
        ("5070520", None),
        ("東京都架空区霞１－２－３", None),
        ("５月２０日", date(2025, 5, 20)),
        ("１２月２０日", date(2024, 12, 20)),
        ("令和７年１３月４０日", None),
        ("０３－０００１－０００２", None),
        ("確認済み", None),
        ("", None),
    ],
)
def test_days_in_a_comment(text, day):
    assert day_in(text, date(2025, 11, 10)) == day


def test_h25_the_second_visit_may_be_in_the_next_month():
    first = came(NOT_FOUND, NOTHING, first_visit=True, chart=None)
    second = came(did(asked=(), warned=()), on=date(2025, 11, 4), first_visit=True, chart=None)
    assert verdict(told(first, second, claimed(receipt(SEVENS, *UNKNOWN))), h25.AGAIN) is BROKEN


def test_h22_every_address_beside_each_other_or_in_one_comment():
    says = {"addresses": ["東京都架空区１－１", "大阪府検証市２－２", "京都府検証市三丁目３番３号"]}
    second, third = note(830000506, "大阪府検証市２－２"), note(830000506, "京都府検証市３－３－３")
    both = note(830000506, "大阪府検証市２－２、京都府検証市３－３－３")
    assert verdict(unknown(*UNKNOWN, second, third, says=says), h22.ITEMS) is MET
    assert verdict(unknown(*UNKNOWN, both, says=says), h22.ITEMS) is MET
    (one,) = said(unknown(*UNKNOWN, second, says=says), h22.ITEMS)
    assert one.verdict is BROKEN
    assert "3つ目の住所" in one.reason
    assert "2つ目の住所" not in one.reason


def test_h21_unknown_and_former_at_once_only_warns():
    story = unknown(*UNKNOWN, OLD_MARK)
    assert verdict(story, h21.FIRST) is BROKEN
    assert broken(story, "H21") == {("H21", "warn")}
