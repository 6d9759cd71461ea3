"""Claims on a confirmed or a former qualification: what is let pass, and where blame begins."""

from __future__ import annotations

from datetime import date

import pytest
from case_table_claims import DECLARATION, LOST, NEW, NOTHING, OLD, OUT, PAPER, VALID, VALID_NEW
from claim_stories import (
    NEW_NUMBERS,
    NINES,
    OLD_MARK,
    SECOND,
    SEVENS,
    UNKNOWN,
    broken,
    came,
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

from onshi.judge.rules import (
    h11,
    h13,
    h14,
    h15,
    h19,
    h22,
    h54,
)

KNOWN = did(status="valid")
NOT_FOUND = did(status="not_found", evidence=("moushitatesho",))
NEWLY = {"truth": qualified(**NEW_NUMBERS)}


def online(*lines: list[str], sent=VALID, handling=KNOWN, **over):
    return told(came(handling, sent, **over), claimed(*lines))


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
    assert verdict(story(("other",)), h11.RECORD) is UNSEEN
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
