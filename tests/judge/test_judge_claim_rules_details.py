"""What a rule about claims lets pass, and where exactly it begins to blame."""

from __future__ import annotations

from datetime import date

import pytest
from case_table_claims import DECLARATION, LOST, NEW, NOTHING, OLD, OUT, PAPER, VALID, VALID_NEW
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
    file,
    note,
    qualified,
    receipt,
    said,
    stored,
    told,
    verdict,
)
from judge_cases import BROKEN, MET, OTHER, UNSEEN, answer, did, person, record

from onshi.judge.japanese_days import day_in
from onshi.judge.rules import (
    h11,
    h13,
    h14,
    h15,
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


def online(*lines: list[str], sent=VALID, handling=KNOWN, **over):
    return told(came(handling, sent, **over), claimed(*lines))


def unknown(*comments: str, numbers=SEVENS, says=None, **over):
    """A new patient with a declaration, claimed as 不詳 with these comments."""
    visit = came(NOT_FOUND, NOTHING, first_visit=True, chart=None, says=says or {}, **DECLARATION)
    return told(visit, claimed(receipt(numbers, *comments, **over)))


# ------------------------------------------------------------------ whose レセプト it is
def test_everybody_s_claims_in_one_file_and_only_the_patient_s_is_judged():
    theirs = receipt(("06555018", "１", "２"), OLD_MARK, patient=OTHER, chart_no="C-p1")
    assert verdict(online(receipt(), theirs), h13.NORMAL) is MET
    assert verdict(online(theirs, receipt(("06555018", "１", "２"))), h13.NORMAL) is BROKEN
    (only,) = said(online(theirs), h13.NORMAL)
    assert only.verdict is UNSEEN
    assert "この患者のレセプトがない" in only.reason


def test_a_twin_is_somebody_else():
    twin = person("p7", given="翔二", given_kana="ショウジ")
    both = online(receipt(), receipt(NEW, patient=twin, chart_no="C-p7"))
    assert verdict(both, h13.NORMAL) is MET
    assert verdict(both, h54.ONE) is UNSEEN


def test_a_patient_is_known_by_chart_number_when_the_name_cannot_be_written():
    queer = person(family="？橋", family_kana="", given_kana="")
    beside = receipt(patient=OTHER, chart_no="C-p1")
    assert verdict(online(receipt(patient=queer), beside), h13.NORMAL) is MET


@pytest.mark.parametrize(
    ("raw", "words"),
    [(None, "渡されていない"), (b"junk", "読めない"), (file(), "渡されていない")],
    ids=["none", "junk", "empty"],
)
def test_where_there_is_no_claim_it_is_said_why(raw, words):
    story = told(came(KNOWN, VALID), claimed(raw=raw))
    for half in (h11.NUMBERS, h13.NORMAL, h14.NORMAL, h15.FORMER, h19.INSURER, h22.ITEMS):
        (only,) = said(story, half)
        assert only.verdict is UNSEEN
        assert words in only.reason


def test_a_claim_that_is_held_is_no_break():
    story = told(came(OUT), claimed(handling=did(held=True)))
    assert broken(story) - {("H47", "warn")} == set()
    assert "保留" in said(story, h13.NORMAL)[0].reason


# ------------------------------------------------------------------------------- H13
@pytest.mark.parametrize(
    "numbers",
    [
        ("06999014", "１２", "３４５６"),
        ("06999014", "12", "3456"),
        ("06999014", "00012", "00003456"),
        ("06999014", "", "12-3456"),
        ("06999014", "", "１２・３４５６"),
    ],
)
def test_h13_the_numbers_in_any_writing(numbers):
    assert verdict(online(receipt(numbers)), h13.NORMAL) is MET


def test_h13_kokuho_is_padded_with_spaces_or_zeros():
    sent = answer("1", record(insurer_number="139998", symbol="", number="12345"))
    for padded in ("  139998", "00139998", "139998"):
        story = online(receipt((padded, "", "12345")), sent=sent, handling=KNOWN)
        assert verdict(story, h13.NORMAL) is MET, padded


def test_h13_seiho_is_claimed_under_ko_alone():
    sent = answer(
        "1", record(insurer_number="12139994", symbol="", number="1234567", card_class="A1")
    )
    public = ["KO,12139994,1234567,,1,291,,,,,,"]
    alone = receipt(("", "", ""), public=public, kind="1212")
    assert verdict(online(alone, sent=sent), h13.NORMAL) is MET
    wrong = receipt(("", "", ""), public=["KO,12139994,7654321,,1,291,,,,,,"], kind="1212")
    assert verdict(online(wrong, sent=sent), h13.NORMAL) is BROKEN


def test_h13_the_chart_s_numbers_after_the_answer_said_otherwise():
    story = online(receipt(OLD), sent=VALID_NEW, **NEWLY)
    # claim chapters of this helper have the old truth: what was so at the visit counts as well
    assert verdict(online(receipt(NEW), sent=VALID_NEW, **NEWLY), h13.NORMAL) is MET
    stale = told(came(KNOWN, VALID_NEW, **NEWLY), claimed(receipt(OLD), **NEWLY))
    assert verdict(stale, h13.NORMAL) is BROKEN
    assert verdict(story, h13.NORMAL) is MET, "what is really the patient's is never wrong"


def test_h13_the_operator_kept_the_chart():
    kept = told(
        came(KNOWN, VALID_NEW, answered="keep_chart", **NEWLY), claimed(receipt(OLD), **NEWLY)
    )
    assert verdict(kept, h13.NORMAL) is UNSEEN
    same = told(came(KNOWN, VALID, answered="keep_chart"), claimed(receipt()))
    assert verdict(same, h13.NORMAL) is MET


def test_h13_questions_whose_answers_nobody_saw():
    handling = did(status="valid", asked=("どちらにしますか",))
    hidden = told(came(handling, VALID_NEW, **NEWLY), claimed(receipt(OLD), **NEWLY))
    assert verdict(hidden, h13.NORMAL) is UNSEEN


@pytest.mark.parametrize("status", ["pending", "request_error", "system_unreachable", "not_found"])
def test_h13_an_answer_that_did_not_get_through_confirms_nothing(status):
    story = told(came(did(status=status), VALID_NEW, **NEWLY), claimed(receipt(OLD), **NEWLY))
    assert verdict(story, h13.NORMAL) is UNSEEN


def test_h13_a_stranger_s_answer_confirms_nothing():
    theirs = answer("1", record(OTHER, **NEW_NUMBERS))
    assert verdict(online(receipt(), sent=theirs), h13.NORMAL) is UNSEEN


def test_h13_two_valid_qualifications_confirm_neither():
    both = answer("1", record(), record(**NEW_NUMBERS))
    assert verdict(online(receipt(), sent=both), h13.NORMAL) is UNSEEN
    assert verdict(online(receipt(NEW), sent=both), h13.NORMAL) is UNSEEN


def test_h13_an_expired_document_confirms_nothing_and_the_declaration_neither():
    late = {"on": date(2026, 4, 6), "brings": ("健康保険証",)}
    papers = {"papers": {"健康保険証": stored(**NEW_NUMBERS)}, "answered": "document:健康保険証"}
    story = told(
        came(did(), **late, **papers), claimed(receipt(OLD, month="202604"), on=date(2026, 5, 8))
    )
    assert verdict(story, h13.NORMAL) is UNSEEN
    assert verdict(told(came(did(), **DECLARATION), claimed(receipt(OLD))), h13.NORMAL) is UNSEEN


def test_h13_marks_after_a_later_answer_had_raised_doubt():
    late = (answer("2", record()),)
    doubted = told(came(KNOWN, VALID), claimed(receipt(OLD, OLD_MARK), answers=late))
    assert verdict(doubted, h13.NORMAL) is UNSEEN
    plain = told(came(KNOWN, VALID), claimed(receipt(OLD), answers=late))
    assert verdict(plain, h13.NORMAL) is MET, "the visit's own evidence stays good"
    marked = told(came(KNOWN, VALID), claimed(receipt(OLD, OLD_MARK)))
    assert verdict(marked, h13.NORMAL) is BROKEN
    by_hand = told(came(KNOWN, VALID), claimed(receipt(OLD, note(810000001, "旧資格情報"))))
    assert verdict(by_hand, h13.NORMAL) is BROKEN


def test_h13_other_comments_are_nobody_s_business():
    said_so = note(810000001, "発症の時期は不詳である")
    assert verdict(online(receipt(OLD, said_so, "CO,01,1,820000244,")), h13.NORMAL) is MET


def test_h13_what_was_confirmed_last_month_does_not_bind_this_one():
    story = told(
        came(KNOWN, VALID, on=date(2025, 9, 8)),
        came(did(status="invalid"), LOST, answered="keep_chart", **NEWLY),
        claimed(receipt(OLD, OLD_MARK), **NEWLY),
    )
    assert verdict(story, h13.NORMAL) is UNSEEN
    assert verdict(story, h15.FORMER) is MET


def test_h13_a_re_check_of_a_later_qualification_says_nothing_of_the_visit():
    later = answer("1", record(**NEW_NUMBERS, acquired=date(2025, 11, 1)))
    story = told(
        came(did(status="invalid"), LOST), claimed(receipt(OLD, OLD_MARK), answers=(later,))
    )
    assert verdict(story, h13.NORMAL) is UNSEEN
    assert verdict(story, h15.FORMER) is MET


def test_h13_somebody_else_comes_in_between():
    other = came(did(status="valid"), answer("1", record(OTHER, **NEW_NUMBERS)), patient=OTHER)
    story = told(came(KNOWN, VALID), other, claimed(receipt()))
    assert verdict(story, h13.NORMAL) is MET


# ------------------------------------------------------------------------------- H11
def test_h11_the_qualification_that_the_re_check_before_the_claim_gave():
    sent = (answer("1", record(**NEW_NUMBERS)),)
    story = told(came(OUT, **NEWLY), claimed(receipt(NEW), answers=sent, **NEWLY))
    assert verdict(story, h11.NUMBERS) is MET
    stale = told(came(OUT, **NEWLY), claimed(receipt(OLD), answers=sent, **NEWLY))
    assert verdict(stale, h11.NUMBERS) is BROKEN


def test_h11_what_was_found_after_the_claim_comes_too_late_for_it():
    story = told(
        came(OUT, **DECLARATION),
        claimed(receipt(SEVENS, *UNKNOWN)),
        came(KNOWN, VALID, on=date(2025, 11, 20)),
    )
    assert verdict(story, h11.NUMBERS) is UNSEEN


def test_h11_the_record_of_it():
    def story(evidence):
        late = did(status="valid", evidence=evidence)
        return told(came(OUT), came(late, VALID, on=SECOND), claimed(receipt()))

    assert verdict(story(("online",)), h11.RECORD) is MET
    assert verdict(story(()), h11.RECORD) is BROKEN
    assert verdict(story(None), h11.RECORD) is UNSEEN


def test_h11_and_h13_share_the_work():
    story = (came(OUT), came(KNOWN, VALID, on=SECOND), claimed(receipt(SEVENS, *UNKNOWN)))
    assert verdict(told(*story, rules=("H11", "H13")), h13.NORMAL) is UNSEEN
    assert verdict(told(*story, rules=("H13",)), h13.NORMAL) is BROKEN
    # the system was there and did not know: that is no outage
    late = (came(did(status="not_found"), NOTHING), *story[1:])
    assert verdict(told(*late, rules=("H11", "H13")), h11.NUMBERS) is UNSEEN
    assert verdict(told(*late, rules=("H11", "H13")), h13.NORMAL) is BROKEN


# ------------------------------------------------------------------------------- H14
def test_h14_numbers_that_the_patient_told():
    says = {"insurer_number": "06888012", "symbol": "８８", "number": "7700"}
    took = did(chart_after=stored(**NEW_NUMBERS))
    assert verdict(told(came(took, says=says), claimed(receipt(NEW))), h14.NORMAL) is MET
    wrong = told(came(took, says=says, **NEWLY), claimed(receipt(OLD), **NEWLY))
    assert verdict(wrong, h14.NORMAL) is BROKEN
    deaf = told(came(did(), says=says, **NEWLY), claimed(receipt(OLD), **NEWLY))
    assert verdict(deaf, h14.NORMAL) is UNSEEN


def test_h14_unchanged_was_said_and_the_answer_was_invalid():
    def story(*comments, says):
        visit = came(did(status="invalid"), LOST, answered="past_visit", says=says)
        return told(visit, claimed(receipt(OLD, *comments)))

    assert verdict(story(says={"unchanged": True}), h14.NORMAL) is MET
    assert verdict(story(OLD_MARK, says={"unchanged": True}), h14.NORMAL) is BROKEN
    assert verdict(story(OLD_MARK, says={}), h14.NORMAL) is UNSEEN
    assert verdict(story(OLD_MARK, says={}), h15.FORMER) is UNSEEN


# ------------------------------------------------------------------------------- H15
@pytest.mark.parametrize(
    ("numbers", "comments", "expected"),
    [
        (OLD, (OLD_MARK,), MET),
        (OLD, (), BROKEN),
        (SEVENS, UNKNOWN, BROKEN),
        (("77777779", "", "777777777"), UNKNOWN, BROKEN),
        (NINES, UNKNOWN, BROKEN),
        (NEW, (), UNSEEN),
        (("06555018", "１", "２"), (OLD_MARK,), BROKEN),
    ],
)
def test_h15(numbers, comments, expected):
    visit = came(did(status="invalid"), LOST, answered="keep_chart", **NEWLY)
    story = told(visit, claimed(receipt(numbers, *comments), **NEWLY))
    assert verdict(story, h15.FORMER) is expected


def test_h15_in_words_only_warns():
    words = receipt(OLD, note(810000001, "旧資格情報"))
    story = told(came(did(status="invalid"), LOST, **NEWLY), claimed(words, **NEWLY))
    assert verdict(story, h15.FORMER) is MET
    assert verdict(story, h15.CODE) is BROKEN
    assert broken(story, "H15") == {("H15", "warn")}


def test_h15_is_none_for_an_uninsured_patient_or_an_answer_that_was_not_taken():
    ended = qualified()
    gone = type(ended)(**{**_fields(ended), "holds_to": date(2025, 9, 30)})
    for visit in (
        came(did(status="invalid"), LOST, truth=gone),
        came(did(status="request_error"), LOST, **NEWLY),
        came(did(status="not_found"), NOTHING, **NEWLY),
    ):
        story = told(visit, claimed(receipt(SEVENS, *UNKNOWN), truth=gone))
        assert verdict(story, h15.FORMER) is UNSEEN


def _fields(coverage):
    return {name: getattr(coverage, name) for name in coverage.__struct_fields__}


def test_h15_a_document_confirmed_the_new_one():
    story = told(came(did(status="invalid"), LOST, **PAPER), claimed(receipt(NEW), **NEWLY))
    assert verdict(story, h15.FORMER) is UNSEEN
    assert verdict(story, h13.NORMAL) is MET


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


# --------------------------------------------------------- found on a second, sceptical look
def test_h15_a_product_that_took_the_paper_without_asking_is_not_blamed():
    papers = {"papers": {"資格確認書": stored(**NEW_NUMBERS)}, "brings": ("card", "資格確認書")}
    silent = came(did(status="invalid", chart_after=stored(**NEW_NUMBERS)), LOST, **papers, **NEWLY)
    claim = claimed(receipt(NEW), chart=stored(**NEW_NUMBERS), **NEWLY)
    assert verdict(told(silent, claim), h15.FORMER) is UNSEEN
    assert verdict(told(silent, claim), h13.NORMAL) is UNSEEN


def test_h13_by_the_document_that_the_product_says_it_went_by():
    papers = {"papers": {"資格確認書": stored(**NEW_NUMBERS)}, "brings": ("card", "資格確認書")}
    recorded = came(did(status="invalid", evidence=("kakuninsho",)), LOST, **papers, **NEWLY)
    assert verdict(told(recorded, claimed(receipt(NEW), **NEWLY)), h13.NORMAL) is MET
    assert verdict(told(recorded, claimed(receipt(OLD), **NEWLY)), h13.NORMAL) is BROKEN


def test_h25_the_second_visit_may_be_in_the_next_month():
    first = came(NOT_FOUND, NOTHING, first_visit=True, chart=None)
    second = came(did(asked=(), warned=()), on=date(2025, 11, 4), first_visit=True, chart=None)
    assert verdict(told(first, second, claimed(receipt(SEVENS, *UNKNOWN))), h25.AGAIN) is BROKEN


def test_a_number_that_only_looks_like_the_insurer_s_placeholder_is_a_number():
    sent = answer("1", record(number="77777779"))
    story = online(receipt(("06999014", "１２", "77777779")), sent=sent)
    assert verdict(story, h13.NORMAL) is MET
    assert verdict(story, h19.INSURER) is UNSEEN


def test_a_name_or_kana_that_has_changed_meanwhile_is_still_the_patient_s():
    beside = receipt(patient=OTHER, chart_no="C-p1")
    married = person(family="佐藤", family_kana="サトウ")
    mine = receipt(patient=married, chart_no="77")
    (found,) = said(online(mine, beside), h13.NORMAL)
    assert found.verdict is UNSEEN, "neither name nor chart number tells"
    assert verdict(online(mine), h13.NORMAL) is MET
    renamed = receipt(patient=person(family_kana="タカバシ"), chart_no="77")
    assert verdict(online(renamed, beside), h13.NORMAL) is MET


def test_the_days_of_a_bill_say_which_visits_it_is_for():
    began = {**NEW_NUMBERS, "acquired": date(2025, 10, 25)}
    first = came(did(status="invalid"), LOST)
    second = came(KNOWN, answer("1", record(**began)), on=SECOND, truth=qualified(**began))
    old, new = receipt(OLD, OLD_MARK, days=(20,)), receipt(NEW, days=(27,))
    claim = claimed(old, new, truth=qualified(**began))
    assert verdict(told(first, second, claim), h13.NORMAL) is MET
    assert verdict(told(first, second, claim), h15.FORMER) is MET
    assert broken(told(first, second, claim)) - {("H47", "warn")} == set()
