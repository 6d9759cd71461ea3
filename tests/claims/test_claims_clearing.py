"""What the 審査支払機関 decides, by what was really so on the day of treatment."""

from __future__ import annotations

from datetime import date

import pytest
from claim_people import (
    NEW,
    PAYDAY,
    changed_insurer,
    claim,
    coverage,
    decided,
    late,
    person,
    with_q,
)
from claim_samples import SI, with_item

from onshi.claims.clearing import DEFECT, NOBODY, WRONG_INSURER, service_days, settle
from onshi.people.records import Limit, Registered

DECLARED = (
    "CO,01,1,820000246,",
    "CO,01,1,830000501,ケンショウ　タロウ",
    "CO,01,1,830000505,東京都検証区検証１丁目２番３号",
    "CO,01,1,830000507,０３－００００－０００１",
    "CO,01,1,830000508,令和７年１０月３１日",
)
SEVENS = ("77777777", "", "777777777")
KO = "KO,54139994,1234566,,1,291,,,,,,"


def test_the_right_numbers_are_accepted_however_they_are_written() -> None:
    truth = coverage()
    for numbers in [
        ("06139992", "１２３", "4567"),
        ("06139992", "123", "４５６７"),
        ("06139992", "123", "04567"),
    ]:
        assert decided(claim(truth, numbers=numbers), truth).outcome == "accepted"


def test_right_numbers_that_are_not_registered_yet_are_accepted() -> None:
    """The insurer knows its own members, whatever the system was told."""
    truth = coverage(known_from=date(2026, 3, 1))
    assert decided(claim(truth), truth).outcome == "accepted"


def test_a_lost_qualification_is_transferred_to_the_registered_new_one() -> None:
    old, new = changed_insurer()
    settled = decided(claim(old, "CO,01,1,820000245,"), new, old, new)
    assert settled.outcome == "transferred"
    assert (settled.insurer_number, settled.symbol, settled.number) == (
        NEW["insurer_number"],
        NEW["symbol"],
        NEW["number"],
    )
    assert "振り替えました" in settled.detail
    assert NEW["insurer_name"] in settled.detail


def test_a_claim_over_the_change_is_split() -> None:
    old, new = changed_insurer(date(2025, 10, 15))
    settled = decided(claim(old, days=(3, 20)), new, old, new)
    assert settled.outcome == "transferred"
    assert "分割" in settled.detail


@pytest.mark.parametrize(
    ("extra", "burden", "word"),
    [
        ((KO,), "", "公費との併用"),
        ((), "8000", "高額療養費"),
        (("MF,01",), "", "高額療養費"),
        (("MF,00",), "", ""),
    ],
)
def test_no_transfer_with_public_plans_or_high_cost(
    extra: tuple[str, ...], burden: str, word: str
) -> None:
    old, new = changed_insurer()
    kind = "1122" if KO in extra else "1112"
    settled = decided(claim(old, *extra, burden=burden, kind=kind), new, old, new)
    if not word:
        assert settled.outcome == "transferred"
        return
    assert (settled.outcome, settled.reason) == ("returned", WRONG_INSURER)
    assert word in settled.detail


@pytest.mark.parametrize(
    ("on", "outcome"), [(date(2025, 11, 19), "returned"), (date(2025, 11, 20), "transferred")]
)
def test_a_new_qualification_counts_from_the_day_it_is_registered(on: date, outcome: str) -> None:
    old, new = changed_insurer(new_known=date(2025, 11, 20))
    settled = decided(claim(old), new, old, new, on=on)
    assert settled.outcome == outcome
    if outcome == "returned":
        assert settled.reason == WRONG_INSURER
        assert "まだ登録されていない" in settled.detail


def test_a_loss_that_the_system_does_not_know_yet_is_found_by_the_insurer() -> None:
    old, new = changed_insurer(lost_known=date(2026, 2, 1))
    settled = decided(claim(old), new, old, new)
    assert (settled.outcome, settled.reason) == ("returned", WRONG_INSURER)
    assert "記載の保険者から返されました" in settled.detail


def test_nothing_instead_of_what_was_lost() -> None:
    old = coverage(holds_to=date(2025, 10, 1))
    settled = decided(claim(old), old)
    assert (settled.outcome, settled.reason) == ("returned", WRONG_INSURER)


def test_numbers_that_only_the_system_has_are_not_right() -> None:
    truth = coverage()
    wrong = coverage(insurer_number="06139984", number="1111")
    settled = decided(claim(wrong), truth, wrong)
    assert (settled.outcome, settled.reason) == ("returned", WRONG_INSURER)


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        (("06139992", "１２３", "9999"), NOBODY),
        (("06139984", "１２３", "9999"), WRONG_INSURER),
    ],
)
def test_numbers_of_nobody(numbers: tuple[str, str, str], reason: str) -> None:
    truth = coverage()
    settled = decided(claim(truth, numbers=numbers), truth)
    assert (settled.outcome, settled.reason) == ("returned", reason)


@pytest.mark.parametrize("name", ["検証　太郎", "検証 太郎", "ｹﾝｼｮｳ ﾀﾛｳ"])
def test_who_it_is_can_be_told_by_the_name_where_the_reading_is_left_out(name: str) -> None:
    truth = coverage()
    wrong = {"numbers": ("06139984", "１２３", "9999"), "kana": "", "name": name}
    assert decided(claim(truth, **wrong), truth).reason == WRONG_INSURER
    assert decided(claim(truth, **{**wrong, "name": "検証　次郎"}), truth).reason == NOBODY


def test_numbers_of_somebody_else() -> None:
    other = coverage(person("p2", birthdate=date(1955, 1, 1), given_kana="ハナコ"), number="31")
    truth = coverage()
    claimed = claim(truth, numbers=("06139992", "１２３", "31"), kana="ケンショウゴロウ")
    settled = decided(claimed, truth, truth, other)
    assert (settled.outcome, settled.reason) == ("returned", NOBODY)


def test_a_family_shares_numbers_and_is_told_apart_by_birthdate() -> None:
    child = coverage(person("p2", birthdate=date(2022, 5, 1)), preschool=True, branch="02")
    parent = coverage()
    settled = decided(claim(child, kind="1114"), parent, parent, child)
    assert settled.outcome == "accepted"
    settled = decided(claim(parent, kind="1114"), parent, parent, child)
    assert settled.outcome == "returned"


def test_twins_share_birthdate_too_and_are_told_apart_by_name() -> None:
    twin = coverage(person("p2", given_kana="ジロウ"), holds_to=date(2025, 9, 30), branch="01")
    truth = coverage()
    assert decided(claim(twin), truth, twin, truth).outcome == "returned"
    assert decided(claim(truth), truth, twin, truth).outcome == "accepted"


def test_a_birthdate_that_the_system_has_wrong_does_not_matter() -> None:
    wrong = Registered(patient=person(birthdate=date(1980, 4, 2)), known_from=date.min)
    truth = coverage(registered=(wrong,))
    assert decided(claim(truth), truth).outcome == "accepted"
    assert decided(claim(truth, birthdate="19800402"), truth).outcome == "accepted"


@pytest.mark.parametrize(
    ("ratio", "kind", "marks", "word"),
    [
        (10, "1318", "", ""),
        (10, "1318", "42", ""),
        (20, "1318", "41", ""),
        (30, "1310", "28", ""),
        (30, "1318", "", "種別 1318"),
        (10, "1310", "", "種別 1310"),
        (20, "1318", "42", "特記事項 42"),
        (10, "1318", "41", "特記事項 41"),
        (20, "1318", "28", "特記事項 28"),
    ],
)
def test_the_share_of_late_elderly(ratio: int, kind: str, marks: str, word: str) -> None:
    truth = late(ratio)
    settled = decided(claim(truth, kind=kind, marks=marks), truth)
    if not word:
        assert settled.outcome == "accepted", settled
        return
    assert (settled.outcome, settled.reason) == ("returned", DEFECT)
    assert word in settled.detail


def test_the_share_of_the_day_of_treatment_counts() -> None:
    before = late(20, holds_to=date(2025, 9, 30))
    after = late(30, holds_from=date(2025, 10, 1), known_from=date(2026, 1, 1))
    settled = decided(claim(before, kind="1318"), after, before)
    assert (settled.outcome, settled.reason) == ("returned", DEFECT)
    assert "3割" in settled.detail
    assert decided(claim(after, kind="1310"), after, before).outcome == "accepted"
    september = settle(claim(before, kind="1318"), (before,), (before, after), PAYDAY)
    assert september[0].outcome == "returned"


@pytest.mark.parametrize(("kind", "fine"), [("1118", True), ("1110", False), ("1112", False)])
def test_the_share_of_elderly(kind: str, fine: bool) -> None:
    truth = coverage(person(birthdate=date(1952, 4, 1)), elderly_ratio=20)
    assert (decided(claim(truth, kind=kind), truth).outcome == "accepted") is fine


@pytest.mark.parametrize(
    ("kind", "fine"), [("1114", True), ("1113", True), ("1112", False), ("1116", False)]
)
def test_the_share_of_a_child(kind: str, fine: bool) -> None:
    truth = coverage(person(birthdate=date(2022, 5, 1)), preschool=True)
    assert (decided(claim(truth, kind=kind), truth).outcome == "accepted") is fine


@pytest.mark.parametrize(("kind", "fine"), [("1317", True), ("1319", False)])
def test_kinds_of_inpatients_say_the_same(kind: str, fine: bool) -> None:
    truth = late(10)
    assert (decided(claim(truth, kind=kind), truth).outcome == "accepted") is fine


@pytest.mark.parametrize(
    ("ratio", "marks", "fine"), [(20, "41", True), (10, "42", True), (20, "29", False)]
)
def test_the_usual_bracket_of_late_elderly_goes_by_their_share(
    ratio: int, marks: str, fine: bool
) -> None:
    limit = Limit(card="01", bracket="B04", start=date(2025, 8, 1), end=date(2026, 7, 31))
    truth = late(ratio, limit=limit)
    settled = decided(claim(truth, kind="1318", marks=marks), truth)
    assert (settled.outcome == "accepted") is fine


def test_elderly_whose_share_nobody_knows_are_not_judged() -> None:
    truth = coverage(person(birthdate=date(1952, 4, 1)))
    for kind in ("1118", "1110", "1112"):
        assert decided(claim(truth, kind=kind), truth).outcome == "accepted"


@pytest.mark.parametrize(("marks", "fine"), [("", True), ("28", True), ("26", False)])
def test_the_bracket_of_the_limit(marks: str, fine: bool) -> None:
    limit = Limit(card="01", bracket="A03", start=date(2025, 8, 1), end=date(2026, 7, 31))
    truth = coverage(limit=limit)
    settled = decided(claim(truth, marks=marks), truth)
    assert (settled.outcome == "accepted") is fine
    if not fine:
        assert "28 区ウ" in settled.detail


def test_a_limit_that_has_ended_says_nothing() -> None:
    limit = Limit(card="01", bracket="A03", start=date(2024, 8, 1), end=date(2025, 7, 31))
    truth = coverage(limit=limit)
    assert decided(claim(truth, marks="26"), truth).outcome == "accepted"


def test_unknown_is_corrected_when_the_declaration_tells_who_it_is() -> None:
    truth = coverage()
    settled = decided(claim(truth, *DECLARED, numbers=SEVENS), truth)
    assert settled.outcome == "corrected"
    assert (settled.insurer_number, settled.number) == ("06139992", "4567")


def test_unknown_of_somebody_not_registered_is_paid_by_all_insurers() -> None:
    truth = coverage(known_from=date(2026, 1, 1))
    settled = decided(claim(truth, *DECLARED, numbers=SEVENS), truth)
    assert settled.outcome == "accepted"
    assert "按分" in settled.detail
    settled = decided(claim(truth, *DECLARED, numbers=SEVENS), truth, on=date(2026, 1, 1))
    assert settled.outcome == "corrected"


def test_unknown_of_nobody_and_of_the_uninsured_comes_back() -> None:
    truth = coverage()
    stranger = claim(truth, *DECLARED, numbers=SEVENS, birthdate="19700101")
    settled = decided(stranger, truth)
    assert (settled.outcome, settled.reason) == ("returned", NOBODY)
    lost = coverage(holds_to=date(2025, 9, 1))
    settled = decided(claim(lost, *DECLARED, numbers=SEVENS), lost)
    assert (settled.outcome, settled.reason) == ("returned", NOBODY)


def test_unknown_of_namesakes_is_narrowed_down_by_what_was_declared() -> None:
    truth = coverage()
    uke = claim(truth, *DECLARED, numbers=SEVENS)
    elsewhere = coverage(person("p2", address="大阪府検証市1-1"), number="99")
    settled = decided(uke, truth, truth, elsewhere)
    assert (settled.outcome, settled.number) == ("corrected", "4567")
    same_house = coverage(person("p2"), number="99", insurer_name="ほか")
    settled = decided(uke, truth, truth, same_house)
    assert settled.outcome == "accepted"
    assert "2 人" in settled.detail
    named = claim(truth, *DECLARED, "CO,01,1,830000503,ほか", numbers=SEVENS)
    nowhere = coverage(person("p2", address="どこか"), number="99", insurer_name="ほか")
    lost_home = coverage(person(address="どこか"))
    assert decided(named, lost_home, lost_home, nowhere).number == "99"


def test_unknown_with_the_share_of_another_scheme_comes_back() -> None:
    elder = late(10)
    settled = decided(claim(elder, *DECLARED, numbers=SEVENS, kind="1112"), elder)
    assert (settled.outcome, settled.reason) == ("returned", DEFECT)


@pytest.mark.parametrize("left_out", [0, 1, 2, 3, 4])
def test_unknown_without_what_it_must_carry_comes_back(left_out: int) -> None:
    truth = coverage()
    comments = [c for i, c in enumerate(DECLARED) if i != left_out]
    settled = decided(claim(truth, *comments, numbers=SEVENS), truth)
    assert (settled.outcome, settled.reason) == ("returned", DEFECT)


def test_unknown_in_half_width_is_let_pass() -> None:
    truth = coverage()
    comments = [*DECLARED[:3], "CO,01,1,830000507,03-0000-0001", DECLARED[4]]
    assert decided(claim(truth, *comments, numbers=SEVENS), truth).outcome == "corrected"


@pytest.mark.parametrize(("month", "outcome"), [("202308", "returned"), ("202309", "corrected")])
def test_unknown_can_be_claimed_since_2023_09(month: str, outcome: str) -> None:
    truth = coverage()
    uke = claim(truth, *DECLARED, numbers=SEVENS, treated="202307", claimed=month)
    assert decided(uke, truth).outcome == outcome


def test_disaster_is_taken_in_and_not_looked_into() -> None:
    truth = coverage()
    claimed = claim(truth, "CO,01,1,820000246,", numbers=("99999999", "", "999999999"))
    assert decided(claimed, truth).outcome == "accepted"


def test_formal_faults_come_back_with_their_place() -> None:
    truth = coverage()
    settled = decided(claim(truth, kind="1122"), truth)
    assert (settled.outcome, settled.reason) == ("returned", DEFECT)
    assert "項番3（レセプト種別）" in settled.detail
    wrong_total = claim(truth, total="290")
    settled = decided(wrong_total, truth)
    assert (settled.outcome, settled.reason) == ("returned", DEFECT)
    assert "GO 項番3（総合計点数）" in settled.detail
    settled = decided(claim(truth, claimed="202509"), truth)
    assert (settled.outcome, settled.reason) == ("returned", DEFECT)
    settled = decided(claim(truth, numbers=("06139993", "１２３", "4567")), truth)
    assert "検証番号" in settled.detail


def test_a_wrong_check_digit_of_an_insurer_that_exists_is_no_fault() -> None:
    truth = with_q(coverage(), insurer_number="06139993")
    assert decided(claim(truth), truth).outcome == "accepted"


def test_a_reason_that_was_asked_for_returns_everything() -> None:
    truth = coverage()
    settled = decided(claim(truth), truth, reason=WRONG_INSURER)
    assert (settled.outcome, settled.reason) == ("returned", WRONG_INSURER)
    assert settled.detail
    old, new = changed_insurer(new_known=date(2026, 5, 1))
    own = decided(claim(old), new, old, new)
    assert decided(claim(old), new, old, new, reason=WRONG_INSURER) == own


def test_aid_alone_is_found_by_its_own_numbers() -> None:
    aid = {"insurer_number": "12139994", "symbol": "", "card_class": "A1"}
    truth = coverage(number="1234566", **aid)
    uke = claim(truth, "KO,12139994,1234566,,1,291,,,,,,", kind="1212")
    assert decided(uke, truth).outcome == "accepted"
    other = coverage(number="7654321", **aid)
    assert (decided(uke, other).outcome, decided(uke, other).reason) == ("returned", NOBODY)


def test_other_public_plans_alone_are_not_looked_into() -> None:
    uke = claim(coverage(), KO, kind="1212")
    assert decided(uke, coverage()).outcome == "accepted"


def test_days_are_those_of_jd_else_of_the_services_else_none() -> None:
    truth = coverage()
    assert service_days(claim(truth, days=(3, 31)).receipts[0]) == (
        date(2025, 10, 3),
        date(2025, 10, 31),
    )
    assert service_days(claim(truth, days=()).receipts[0]) == ()
    of_service = claim(truth, days=(), service=with_item(SI, 22, "")).receipts[0]
    assert service_days(of_service) == ()
    of_service = claim(truth, days=(), service=with_item(SI, 17, "2")).receipts[0]
    assert service_days(of_service) == (date(2025, 10, 5), date(2025, 10, 10))
    old, new = changed_insurer(date(2025, 10, 15))
    assert decided(claim(old, days=()), new, old, new).outcome == "accepted"


def test_the_same_claim_is_decided_the_same_way() -> None:
    old, new = changed_insurer()
    uke = claim(old)
    assert settle(uke, (old, new), new, PAYDAY) == settle(uke, (new, old), new, PAYDAY)
