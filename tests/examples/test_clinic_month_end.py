"""The month's end at the reference clinic: what is claimed, what is held, what comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from clinic.chart import Page
from clinic.errors import SystemTrouble
from clinic.insurance import Insurance
from clinic_bench import DAY, PAGE, answer, record
from clinic_office import (
    BARE,
    CLAIM_DAY,
    DECLARE,
    RECLAIM_DAY,
    RETURN_DAY,
    Office,
    codes,
    numbers,
    receipt_of,
    uke_of,
)

from onshi.claims.returns import check_reclaim, read_returns

OWN = ("06132013", "123", "4567")
NEW = {"InsurerNumber": "06138888", "InsuredCardSymbol": "9", "InsuredIdentificationNumber": "88"}
OUT = SystemTrouble("unreachable", "不通")
LOST = answer(record(DisqualificationDate="20251001"), validity="2")
NONE = answer(validity="4")
KOKUHO = Page(
    **{**vars(PAGE), "insurer_number": "138057", "symbol": "", "number": "55", "branch": ""}
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def bare(tmp_path: Path) -> Office:
    """An office that has a chart of the patient, but no numbers."""
    return Office(tmp_path, BARE)


# ----------------------------------------------------------------- confirmed
def test_what_was_valid_is_claimed_normally_after_a_recheck(office) -> None:
    office.visit(answer(record()))
    case = office.claim(answer(record()))
    receipt = receipt_of(case)
    assert (numbers(receipt), codes(receipt), receipt.days) == (OWN, [], (DAY,))
    assert office.queries[-1][1] == DAY
    assert (case.held, case.dialog.asked, case.evidence) == (False, [], ("online",))


@pytest.mark.parametrize(
    ("document", "way"), [("資格確認書", "kakuninsho"), ("マイナポータル", "portal")]
)
def test_what_a_paper_showed_is_claimed(office, document: str, way: str) -> None:
    papers = {document: KOKUHO}
    office.visit(OUT, ("何で確認", f"document:{document}"), papers=papers)
    case = office.claim(OUT)
    assert numbers(receipt_of(case)) == ("138057", "", "55")
    assert uke_of(case).payer == "2"
    assert case.evidence == (way,)
    assert "再確認ができません" in case.dialog.warned[0]


def test_a_past_visit_that_was_confirmed_orally_is_claimed_normally(office) -> None:
    office.visit(OUT, ("何で確認", "past_visit"))
    receipt = receipt_of(office.claim(OUT))
    assert (numbers(receipt), codes(receipt)) == (OWN, [])


def test_an_unchanged_insurance_that_is_shown_as_lost_is_the_patients_word(office) -> None:
    office.visit(LOST, ("何で確認", "keep_chart"), ("割合", "copay:30"), unchanged=True)
    assert codes(receipt_of(office.claim(LOST, ("どれで", "keep_chart")))) == []


def test_numbers_that_were_heard_are_claimed_normally(bare) -> None:
    told = Insurance(insurer_number="06138888", symbol="9", number="88")
    bare.visit(NONE, ("何で確認", "copay:30"), told=told)
    receipt = receipt_of(bare.claim(OUT))
    assert (numbers(receipt), codes(receipt)) == (("06138888", "9", "88"), [])


def test_a_later_visit_confirms_earlier_ones(bare) -> None:
    bare.visit(OUT, DECLARE, ("割合", "copay:30"))
    bare.visit(answer(record()), ("保険が異な", "use_online"), day=date(2025, 10, 27))
    receipt = receipt_of(bare.claim(answer(record())))
    assert (numbers(receipt), codes(receipt)) == (OWN, [])
    assert receipt.days == (DAY, date(2025, 10, 27))


def test_the_recheck_confirms_what_could_not_be_asked_then(office) -> None:
    office.visit(NONE, DECLARE, ("割合", "copay:30"))
    case = office.claim(answer(record()))
    assert (numbers(receipt_of(case)), codes(receipt_of(case))) == (OWN, [])
    assert case.evidence == ("moushitatesho", "online")
    [sent] = office.ledger.claims(PAGE.chart_no, DAY)
    assert "再照会" in sent.basis


# ------------------------------------------------------------ changes since then
def test_a_loss_since_the_visit_is_listed_and_the_operators_word_counts(office) -> None:
    office.visit(answer(record()))
    kept = office.ledger.attendances(PAGE.chart_no)
    held = office.claim(LOST)
    assert (held.held, held.path) == (True, None)
    assert "喪失日 2025-10-01" in held.dialog.asked[0]
    case = office.claim(LOST, ("どれで", "keep_chart"))
    assert (numbers(receipt_of(case)), codes(receipt_of(case))) == (OWN, [])
    assert office.ledger.attendances(PAGE.chart_no) == kept, "what was so then stays"


@pytest.mark.parametrize(("said", "kind"), [("use_online", "1118"), ("keep_chart", "1110")])
def test_a_share_that_changed_is_asked_about(tmp_path: Path, said: str, kind: str) -> None:
    office = Office(tmp_path, replace(PAGE, birthdate=date(1952, 4, 1)))
    ratio = {"Birthdate": "19520401", "ElderlyRecipientCertificateInfo": {}}

    def with_share(share: str) -> dict[str, Any]:
        block = {"ElderlyRecipientContributionRatio": share}
        return answer(record(**{**ratio, "ElderlyRecipientCertificateInfo": block}))

    office.visit(with_share("030"))
    case = office.claim(with_share("020"), ("再確認", said))
    assert receipt_of(case).kind == kind
    assert ("お返しする額" in "".join(case.dialog.warned)) is (said == "use_online")


@pytest.mark.parametrize(("said", "mark"), [("use_online", "28"), ("keep_chart", "26")])
def test_a_bracket_that_changed_is_asked_about(tmp_path: Path, said: str, mark: str) -> None:
    office = Office(tmp_path, replace(PAGE, limit="A01"))

    def with_limit(bracket: str) -> dict[str, Any]:
        block = {"LimitApplicationCertificateClassificationFlag": bracket}
        return answer(record(LimitApplicationCertificateRelatedInfo=block))

    office.visit(with_limit("A01"))
    case = office.claim(with_limit("A03"), ("限度額区分", said))
    assert office.queries[-1][0]["LimitApplicationCertificateRelatedConsFlg"] == "1"
    assert receipt_of(case).marks == (mark,)


def test_a_recheck_about_somebody_else_counts_for_nothing(office) -> None:
    office.visit(answer(record()))
    case = office.claim(answer(record(NameKana="ﾍﾞﾂ ｼﾞﾝ")))
    assert numbers(receipt_of(case)) == OWN
    assert "再確認ができません" in case.dialog.warned[0]


@pytest.mark.parametrize(
    ("said", "insurer"), [("use_online", "06138888"), ("keep_chart", "06132013"), ("cancel", "")]
)
def test_another_insurance_with_effect_before_the_visit_is_asked_about(
    office, said: str, insurer: str
) -> None:
    office.visit(answer(record()))
    new = answer(record(**NEW, InsuredCardValidDate="20251001"))
    office.visit(new, ("保険が異な", "use_online"), day=date(2025, 11, 4))
    case = office.claim(answer(record()), ("どちらで", said), ("どれで", "keep_chart"))
    assert case.held is (said == "cancel")
    if insurer:
        assert receipt_of(case).insurer_number == insurer


def test_another_insurance_from_a_later_day_leaves_the_visit_alone(office) -> None:
    office.visit(answer(record()))
    new = answer(record(**NEW, InsuredCardValidDate="20251101"))
    office.visit(new, ("保険が異な", "use_online"), day=date(2025, 11, 4))
    assert receipt_of(office.claim(answer(record()))).insurer_number == "06132013"


def test_two_insurances_in_one_month_are_two_receipts(office) -> None:
    office.visit(answer(record()))
    new = answer(record(**NEW, InsuredCardValidDate="20251025"))
    office.visit(new, ("保険が異な", "use_online"), day=date(2025, 10, 27))
    found = uke_of(office.claim(OUT)).receipts
    assert [(r.insurer_number, r.days) for r in found] == [
        ("06132013", (DAY,)),
        ("06138888", (date(2025, 10, 27),)),
    ]


def test_months_and_payers_have_files_of_their_own(office) -> None:
    office.visit(answer(record()), day=date(2025, 9, 20))
    kokuho = answer(record(InsurerNumber="  138057", InsuredCardValidDate="20251001"))
    office.visit(kokuho, ("保険が異な", "use_online"))
    case = office.claim(OUT)
    assert (uke_of(case).payer, receipt_of(case).month) == ("2", date(2025, 10, 1))
    other = case.path.parent.parent / "1" / case.path.name
    assert b"202509" in other.read_bytes()


# ---------------------------------------------------------------- not confirmed
def test_a_lost_qualification_is_claimed_as_such(office) -> None:
    office.visit(LOST, DECLARE, ("割合", "copay:30"))
    receipt = receipt_of(office.claim(LOST))
    assert (numbers(receipt), codes(receipt)) == (OWN, ["820000245"])
    assert receipt.confirmations == ()


def test_a_chart_that_is_kept_does_not_confirm_what_is_lost(office) -> None:
    office.visit(LOST, ("何で確認", "keep_chart"))
    assert codes(receipt_of(office.claim(LOST))) == ["820000245"]


def test_an_unknown_insurer_after_declaration_and_contact(bare) -> None:
    bare.visit(NONE, DECLARE, ("割合", "copay:30"))
    case = bare.claim(NONE, ("不詳で請求", "document:被保険者資格申立書"))
    receipt = receipt_of(case)
    assert numbers(receipt) == ("77777777", "", "777777777")
    assert [(c.code, c.text) for c in receipt.comments] == [
        ("820000246", ""),
        ("830000501", "タカハシ　ショウ"),
        ("830000505", "東京都千代田区１－１"),
        ("830000506", "大阪府"),
        ("830000507", "０３－１"),
        ("830000508", "令和７年１１月１０日"),
    ]
    assert "番号や過去の資格を患者に連絡して" in case.dialog.asked[0]


@pytest.mark.parametrize(
    ("visit", "changes", "why"),
    [
        (("何で確認", "copay:30"), {}, "申立書がない"),
        (DECLARE, {}, "連絡して"),
        (DECLARE, {"empty_handed": True}, "当たりません"),
        (("何で確認", "copay:100"), {}, "会計が済んでいません"),
        (("何で確認", "cancel"), {}, "会計が済んでいません"),
    ],
)
def test_what_is_not_a_case_of_an_unknown_insurer_is_held(
    bare, visit: tuple[str, str], changes: dict[str, Any], why: str
) -> None:
    bare.visit(NONE, visit, ("割合", "copay:30" if visit == DECLARE else "cancel"), **changes)
    case = bare.claim(NONE)
    assert (case.held, case.path) == (True, None)
    assert why in case.message


def test_what_nobody_could_ask_about_needs_the_patients_word(office) -> None:
    office.visit(OUT, ("何で確認", "copay:30"))
    assert office.claim(OUT).held
    case = office.claim(OUT, ("変わりない", "keep_chart"))
    assert (numbers(receipt_of(case)), codes(receipt_of(case))) == (OWN, [])
    assert case.evidence == ("other", "past_visit")


@pytest.mark.parametrize("given", [answer(segment="9"), answer(segment="2"), answer(status="2")])
def test_a_recheck_that_goes_wrong_is_no_difference(office, given: dict[str, Any]) -> None:
    office.visit(answer(record()))
    case = office.claim(given)
    assert (numbers(receipt_of(case)), case.dialog.asked) == (OWN, [])
    assert "再確認ができません" in case.dialog.warned[0]


def test_no_unknown_insurer_where_a_past_one_is_known(office) -> None:
    office.visit(NONE, DECLARE, ("割合", "copay:30"))
    assert codes(receipt_of(office.claim(NONE))) == ["820000245"]


def test_late_elderly_without_numbers(tmp_path: Path) -> None:
    office = Office(tmp_path, replace(BARE, birthdate=date(1945, 4, 1)))
    office.visit(NONE, DECLARE, ("割合", "copay:10"))
    case = office.claim(NONE, ("不詳で請求", "document:被保険者資格申立書"))
    receipt = receipt_of(case)
    assert (receipt.kind, receipt.number, receipt.marks) == ("1318", "77777777", ("42",))
    assert uke_of(case).payer == "2"


def test_papers_lost_in_a_disaster(bare) -> None:
    bare.visit(OUT, ("何で確認", "copay:30"), disaster=True, empty_handed=True)
    receipt = receipt_of(bare.claim(OUT))
    assert numbers(receipt) == ("99999999", "", "999999999")
    assert codes(receipt) == ["820000246"]


# ------------------------------------------------------------------------ money
def test_what_was_paid_in_full_is_given_back_with_the_claim(office) -> None:
    office.visit(NONE, ("何で確認", "copay:100"))
    case = office.claim(answer(record()))
    assert (case.refund, numbers(receipt_of(case))) == (2037, OWN)
    assert office.claim(answer(record())).refund is None


# ------------------------------------------------------------------- twice, back
def test_nothing_goes_out_twice(office) -> None:
    office.visit(answer(record()))
    assert office.claim(answer(record())).path is not None
    again = office.claim(answer(record()), day=RECLAIM_DAY)
    assert (again.path, again.held) == (None, False)
    assert "ありません" in again.message


def test_a_return_shows_its_reason_and_opens_the_case_again(office) -> None:
    office.visit(answer(record()))
    back = office.send_back(office.claim(answer(record())), "保険者の相違")
    assert (back.reopened, back.reasons) == (True, ["保険者の相違：試験"])
    assert office.ledger.open_visits(PAGE.chart_no, RECLAIM_DAY)


def test_a_claim_does_not_go_out_again_as_it_came_back(office) -> None:
    office.visit(answer(record()))
    office.send_back(office.claim(answer(record())), "保険者の相違")
    case = office.claim(answer(record()), day=RECLAIM_DAY)
    assert (case.held, case.path) == (True, None)
    assert "同じ内容" in case.message


def test_a_reclaim_keeps_its_number_and_history(office) -> None:
    office.visit(answer(record()))
    first = office.claim(answer(record()))
    office.send_back(first, "保険者の相違")
    new = answer(record(**NEW, InsuredCardValidDate="20251001"))
    office.visit(new, ("保険が異な", "use_online"), day=date(2025, 12, 8))
    case = office.claim(new, day=date(2025, 12, 10))
    receipt = receipt_of(case)
    assert numbers(receipt) == ("06138888", "9", "88")
    assert receipt.search_no
    [came] = read_returns(office.sent_back).returned
    assert check_reclaim(came, receipt, uke_of(case)) == ()
    assert office.claim(new, day=date(2025, 12, 11)).held is False


def test_a_share_that_came_back_wrong_is_put_right(tmp_path: Path) -> None:
    late = {"InsurerNumber": "39131008", "InsuredCardSymbol": None, "Birthdate": "19420401"}
    page = replace(
        PAGE, insurer_number="39131008", symbol="", birthdate=date(1942, 4, 1), copay_percent=20
    )
    office = Office(tmp_path, page)

    def with_share(share: str) -> dict[str, Any]:
        return answer(record(**late, InsuredPartialContributionRatio=share))

    office.visit(with_share("020"))
    sent = office.claim(with_share("020"))
    assert (receipt_of(sent).kind, receipt_of(sent).marks) == ("1318", ("41",))
    office.send_back(sent, "記載事項の不備")
    office.visit(with_share("030"), ("負担割合", "use_online"), day=date(2025, 11, 28))
    case = office.claim(with_share("030"), ("再確認", "use_online"), day=date(2025, 12, 6))
    again = uke_of(case).receipts[0]
    assert (again.kind, again.marks, again.days) == ("1310", (), (DAY,))
    assert again.search_no
    assert "追加でいただく額 291円" in "".join(case.dialog.warned)


def test_a_claim_to_the_other_payer_is_a_first_claim(office) -> None:
    office.visit(answer(record()))
    office.send_back(office.claim(answer(record())), "該当者なし")
    papers = {"資格確認書": KOKUHO}
    paper = ("何で確認", "document:資格確認書")
    office.visit(OUT, paper, papers=papers, day=date(2025, 12, 8))
    held = office.claim(OUT, day=RECLAIM_DAY)
    assert held.held, "a paper without a date may be of a later time"
    case = office.claim(OUT, ("でしたか", "document:資格確認書"), day=RECLAIM_DAY)
    receipt = receipt_of(case)
    assert (uke_of(case).payer, receipt.insurer_number) == ("2", "138057")
    assert receipt.search_no == ""


def test_a_returned_unknown_insurer_is_looked_for_again(bare) -> None:
    bare.visit(NONE, DECLARE, ("割合", "copay:30"))
    sent = bare.claim(NONE, ("不詳で請求", "document:被保険者資格申立書"))
    bare.send_back(sent, "該当者なし")
    assert bare.claim(NONE, day=RECLAIM_DAY).held
    found = answer(record(InsuredCardValidDate="20251001"))
    bare.visit(found, ("保険が異な", "use_online"), day=date(2025, 12, 8))
    case = bare.claim(found, day=date(2025, 12, 10))
    assert (numbers(receipt_of(case)), codes(receipt_of(case))) == (OWN, [])
    assert case.evidence == ("moushitatesho", "online")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x1a",
        b"HI,1,202512,13,1,9999999,,00\r\nHG,0,0,99\r\n\x1a",
        b"RE,1,1112,202510\r\n\x1a",
        "HI,1\r\nRE,1,1112,2025xx,名,1,19800401\r\n".encode("cp932"),
        "HI,1\r\nRE,1,1112,202502,名,1,19800401,,,,,,,C-1\r\nJD,1".encode("cp932") + b",1" * 31,
        b"HI,1\r\n\x81\r\n",
        "HI,1\r\nRE,1,1112,202510,名,1,19800401,,,,,,,X-9\r\nHR,202512,1,,L0000,不備\r\n".encode(
            "cp932"
        ),
    ],
)
def test_a_file_that_is_broken_or_about_nobody_opens_nothing(office, data: bytes) -> None:
    office.visit(answer(record()))
    office.claim(answer(record()))
    back = office.returns.take(data, RETURN_DAY)
    assert (back.reopened, back.reasons) == (False, [])
    assert office.ledger.open_visits(PAGE.chart_no, RECLAIM_DAY) == []


def test_a_file_that_is_read_in_twice_opens_once(office) -> None:
    office.visit(answer(record()))
    office.send_back(office.claim(answer(record())), "該当者なし")
    again = office.returns.take(office.sent_back, date(2025, 12, 6))
    assert (again.reopened, again.reasons) == (False, [])
    assert "取り込み済み" in again.warned[0]


def test_a_return_of_what_was_never_claimed_opens_nothing(office) -> None:
    office.visit(answer(record()))
    case = office.claim(answer(record()))
    office.send_back(case, "該当者なし")
    office.ledger._database.write("DELETE FROM claim")
    office.ledger._database.write("DELETE FROM returned")
    assert not office.returns.take(office.sent_back, RETURN_DAY).reopened


def test_a_file_that_was_damaged_on_the_way_never_raises(office) -> None:
    office.visit(answer(record()))
    office.send_back(office.claim(answer(record())), "該当者なし")
    whole = office.sent_back
    for at in range(0, len(whole), 5):
        for damaged in (whole[:at], whole[:at] + b"\xff" + whole[at + 1 :], whole[:at] + b",9"):
            back = office.returns.take(damaged, RETURN_DAY)
            assert back.reopened or not back.reasons


def test_a_file_that_is_not_there_opens_nothing(office, tmp_path: Path) -> None:
    back = office.returns.take_file(tmp_path / "RECEIPTC.HEN", RETURN_DAY)
    assert (back.reopened, len(back.warned)) == (False, 1)


def test_records_with_three_fields_before_them_are_read_too(office) -> None:
    office.visit(answer(record()))
    receipt = receipt_of(office.claim(answer(record())))
    body = [",".join(r.fields) for r in receipt.records]
    rows = ["HI,1,202512,13,1,9999999,,00", *(f"1,{i},0,{b}" for i, b in enumerate(body, 1))]
    rows += ["HR,202512,4,,L0000,該当者なし,,,,NUMBER", "8,1,0,RE,1", "HG,1,291,99"]
    back = office.returns.take("\r\n".join(rows).encode("cp932"), RETURN_DAY)
    assert back.reasons == ["該当者なし"]
    kept = office.ledger.open_return(PAGE.chart_no, DAY)
    assert (kept.search_no, kept.history) == ("NUMBER", ("8,1,0,RE,1",))


# ---------------------------------------------------------------------- mishaps
def test_a_folder_that_cannot_be_written_holds_the_claim(office, tmp_path: Path) -> None:
    (tmp_path / "1").write_text("a file where the folder should be", encoding="utf-8")
    office.visit(answer(record()))
    case = office.claim(answer(record()))
    assert (case.held, case.path) == (True, None)
    assert "書けません" in case.message
    (tmp_path / "1").unlink()
    assert office.claim(answer(record())).path is not None


@pytest.mark.parametrize(
    ("lacking", "word"), [({"sex": "3"}, "性別"), ({"birthdate": None}, "生年月日")]
)
def test_what_a_receipt_needs_is_not_made_up(
    tmp_path: Path, lacking: dict[str, Any], word: str
) -> None:
    office = Office(tmp_path, replace(PAGE, **lacking))
    office.visit(answer(record()))
    case = office.claim(answer(record()))
    assert (case.held, case.path) == (True, None)
    assert word in case.message


def test_a_patient_without_a_chart_has_nothing_to_claim(office) -> None:
    case = office.claim(NONE)
    assert (case.held, case.path) == (False, None)


def test_the_month_that_runs_is_claimed_only_when_there_is_no_other(office) -> None:
    office.visit(answer(record()))
    office.visit(answer(record()), day=date(2025, 11, 4))
    assert receipt_of(office.claim(OUT)).month == date(2025, 10, 1)
    assert receipt_of(office.claim(OUT, day=CLAIM_DAY)).month == date(2025, 11, 1)
