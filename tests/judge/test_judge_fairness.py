"""What a product may rightly do, and was once blamed or praised for."""

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
    coverage,
    did,
    findings,
    first_visit,
    person,
    record,
    verdict,
    visit,
)

from onshi.judge import look
from onshi.judge.case import Case
from onshi.judge.papers import of_its_day, provisional, serves
from onshi.judge.rules import h01, h02, h05, h06, h08, h09, h10, h29, h31, h48, h50
from onshi.seams import Answer
from onshi.visit import Document, Handling, Visit

NOTHING = answer("4")


def of_scheme(
    insurer: str, handling: Handling | None, *answers: Answer, visit_: Visit, **over
) -> Case:
    """A case whose patient is truly insured under that number."""
    one = case(handling, *answers, visit_=visit_, **over)
    one.scene.truth = coverage(visit_.patient, insurer_number=insurer)
    return one


# ------------------------------------------------------------------ papers by date
@pytest.mark.parametrize(
    ("insurer", "day", "expected"),
    [
        ("138057", date(2025, 6, 26), False),
        ("138057", date(2025, 6, 27), True),
        ("39131234", date(2026, 3, 31), True),
        ("06999014", date(2025, 11, 11), False),
        ("06999014", date(2025, 11, 12), True),
        ("06999014", date(2026, 4, 1), False),
    ],
)
def test_the_notice_alone_serves_by_scheme_and_date(insurer, day, expected):
    at_desk = visit(brings=("資格情報のお知らせ",), date=day)
    one = of_scheme(insurer, did(), visit_=at_desk)
    assert provisional(look.scheme(one), day) is expected
    assert look.brought(one) == (["資格情報のお知らせ"] if expected else [])


@pytest.mark.parametrize("day", [date(2025, 12, 1), date(2026, 3, 31), date(2026, 4, 1)])
def test_the_old_certificate_serves_until_its_ends_and_the_new_one_always(day):
    assert serves("健康保険証", "shaho", day, with_card=False) is (day < date(2026, 4, 1))
    assert serves("資格確認書", "shaho", day, with_card=False)
    assert serves("資格情報のお知らせ", "shaho", day, with_card=True)
    assert not serves("医療証", "shaho", day, with_card=True)


def test_a_patient_has_the_paper_of_the_day():
    assert of_its_day("資格確認書", date(2024, 12, 1)) == "健康保険証"
    assert of_its_day("資格確認書", date(2024, 12, 2)) == "資格確認書"
    assert of_its_day("医療証", date(2024, 12, 1)) == "医療証"


def test_a_notice_that_does_not_serve_yet_demands_no_own_share():
    choice = [("何で確認しますか", ("document:資格情報のお知らせ",), "document:資格情報のお知らせ")]
    at_desk = visit(brings=("資格情報のお知らせ",), asked=choice)
    one = case(did(copay_percent=100), visit_=at_desk)
    assert verdict(one, h05.SHARE) is UNSEEN
    assert verdict(one, h08.NARROW) is UNSEEN


# --------------------------------------------------------------- faults by their name
def test_an_answer_whose_file_was_tampered_with_blames_nobody():
    lost = answer("2", record())
    for fault in ("file.partial", "wire.truncate"):
        cut = case(did(status="request_error"), lost, faults=(fault,))
        assert verdict(cut, h01.SHOWN) is UNSEEN, fault
    assert verdict(case(did(status="request_error"), lost), h01.SHOWN) is BROKEN


def test_a_card_fault_beside_a_file_fault_decides_no_class():
    at_desk = visit(surfaces=frozenset({"pcsc"}))
    far = did(status="system_unreachable")
    both = case(far, visit_=at_desk, faults=("card.mute", "file.never"))
    assert verdict(both, h10.CLASS) is UNSEEN
    assert verdict(case(far, visit_=at_desk, faults=("card.mute",)), h10.CLASS) is BROKEN


# ------------------------------------------------------------------------ H02
def test_h02_still_waiting_for_a_late_answer_is_no_finding_of_it():
    waiting = did(status="pending")
    assert verdict(case(waiting, NOTHING), h02.SHOWN) is MET
    assert verdict(case(waiting, answer("4", delay=60.0)), h02.SHOWN) is UNSEEN
    assert verdict(case(waiting, NOTHING, faults=("file.late",)), h02.SHOWN) is UNSEEN


@pytest.mark.parametrize(
    ("number", "expected"), [("3456", MET), ("", MET), ("777", BROKEN), (None, UNSEEN)]
)
def test_h02_numbers_in_a_new_chart_come_from_somewhere(number, expected):
    made = did(chart_after=chart(number=number))
    assert verdict(case(made, NOTHING, visit_=first_visit()), h02.MADE) is expected


def test_h02_numbers_may_be_the_operators_or_on_the_paper():
    made = did(chart_after=chart(number="777"))
    papers = {"資格確認書": chart(number="777")}
    assert verdict(case(made, NOTHING, visit_=first_visit(papers=papers)), h02.MADE) is MET
    typed = first_visit(asked=[("番号は", ("cancel",), "cancel")])
    assert verdict(case(made, NOTHING, visit_=typed), h02.MADE) is UNSEEN
    assert findings(case(made, NOTHING), h02.MADE) == [], "a known patient has a chart"


# ------------------------------------------------------------------- H05 and H09
THIRTY = ("負担割合", ("copay:30",), "copay:30")


@pytest.mark.parametrize("half", [h05.SHARE, h09.SHARE], ids=["H05", "H09"])
def test_a_share_that_is_learnt_after_the_choice_may_be_charged(half):
    twenty = answer("1", record(elderly_ratio=20))
    at_desk = visit(asked=[THIRTY])
    assert verdict(case(did(copay_percent=20), twenty, visit_=at_desk), half) is UNSEEN
    assert verdict(case(did(copay_percent=20), visit_=at_desk), half) is BROKEN
    assert verdict(case(did(copay_percent=100), twenty, visit_=at_desk), half) is BROKEN


def test_a_paper_chosen_after_the_share_counts_and_one_before_does_not():
    paper = ("何で", ("document:資格確認書",), "document:資格確認書")
    how = {"papers": {"資格確認書": chart(copay_percent=20)}, "brings": ("資格確認書",)}
    later = visit(asked=[THIRTY, paper], **how)
    assert verdict(case(did(copay_percent=20), visit_=later), h05.SHARE) is UNSEEN
    earlier = visit(asked=[paper, THIRTY], **how)
    assert verdict(case(did(copay_percent=20), visit_=earlier), h05.SHARE) is BROKEN


def test_a_chart_that_had_ten_wari_says_nothing_of_the_operator():
    before = visit(chart=chart(copay_percent=100))
    full = did(copay_percent=100)
    assert verdict(case(full, answer("2", record()), visit_=before), h01.CHARGE) is UNSEEN


# ------------------------------------------------------------------------ H06
def test_h06_the_spoken_word_of_a_known_patient_is_as_good_as_the_form():
    spoken = did(offered=("past_visit",))
    assert verdict(case(spoken), h06.OFFER) is UNSEEN
    assert verdict(case(spoken, visit_=first_visit()), h06.OFFER) is BROKEN


# ------------------------------------------------------------------------ H08
def test_h08_the_portal_knows_no_more_than_the_answer():
    phone = visit(brings=("card", "phone"))
    full = did(copay_percent=100)
    assert verdict(case(full, visit_=phone), h08.NARROW) is BROKEN
    assert verdict(case(full, NOTHING, visit_=phone), h08.NARROW) is UNSEEN
    asked = [("何で", ("document:マイナポータル",), "document:マイナポータル")]
    seen = visit(brings=("card", "phone"), asked=asked)
    assert verdict(case(full, NOTHING, visit_=seen), h08.NARROW) is BROKEN


# ------------------------------------------------------------------------ H48
@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(1955, 9, 30), BROKEN),
        (date(1955, 10, 1), BROKEN),  # 70 on the first: from this month on
        (date(1955, 10, 2), UNSEEN),  # 70 this month: from the next on
        (date(1955, 11, 1), UNSEEN),
    ],
)
def test_h48_a_share_is_expected_from_the_month_in_which_it_is_due(born, expected):
    who = person(birthdate=born)
    quiet = case(did(asked=(), warned=()), answer("1", record(who)), visit_=visit(who))
    assert verdict(quiet, h48.SHARE) is expected


# ------------------------------------------------------------------- ● in addresses
DOTTED = answer("1", record(fields={"Address": "東京都架空区●１丁目２番３号"}))


def test_an_address_with_a_dot_that_fits_is_the_same_address():
    silent = did(asked=(), warned=(), chart_after=chart())
    assert verdict(case(silent, DOTTED), h31.SHOWN) is UNSEEN
    assert verdict(case(silent, DOTTED), h50.ASK) is UNSEEN
    elsewhere = answer("1", record(fields={"Address": "大阪府架空市●１丁目"}))
    assert verdict(case(silent, elsewhere), h31.SHOWN) is BROKEN
    assert verdict(case(silent, elsewhere), h50.ASK) is BROKEN


def test_h29_papers_without_any_dot_to_print_meet_nothing():
    plain = answer("1", record(fields={"Name": "高橋　翔一"}))
    printed = did(documents=(Document(kind="領収書", text="高橋 様"),))
    assert verdict(case(printed, plain), h29.PAPERS) is UNSEEN
    assert verdict(case(printed, DOTTED), h29.PAPERS) is MET


def test_a_person_s_own_scheme_is_that_of_the_truth():
    assert look.scheme(case(did(), visit_=visit(person()))) == "shaho"
