"""What the reference clinic decides: by answer, by chart, by the operator's word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from clinic import messages
from clinic.card import CardReader, PinAnswer
from clinic.case import Case
from clinic.chart import Charts, Page
from clinic.errors import DeviceTrouble, SystemTrouble
from clinic.insurance import Insurance
from clinic.ledger import Ledger
from clinic.reception import Reception
from clinic_bench import DAY, PAGE, Operator, answer, arrival, record

Given = dict[str, Any] | Exception


class Desk:
    """A reception with one chart, one line and what that line answers."""

    def __init__(self) -> None:
        self.charts = Charts(":memory:")
        self.charts.save(PAGE)
        self.answers: list[Given] = []
        self.asked = 0
        self.card: CardReader | None = None

    def line(self, query: object, day: object) -> messages.Result:
        self.asked += 1
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(found, Exception):
            raise found
        return messages.from_json(found)

    def check_in(self, *script: tuple[str, str], **changes: Any) -> Case:
        self.operator = Operator(*script)
        reception = Reception(self.charts, card=self.card, lines={"webapi": self.line})
        return reception.check_in(arrival(self.operator, **changes))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def receive(desk: Desk) -> Callable[..., Case]:
    """Check the patient in with this answer and this operator."""

    def check_in(given: Given, *script: tuple[str, str], **changes: Any) -> Case:
        desk.answers = [given]
        return desk.check_in(*script, **changes)

    return check_in


FIRST = {"chart_no": None}
KAKUNINSHO = {"papers": {"資格確認書": PAGE}}


def asked(case: Case, part: str) -> bool:
    return any(part in prompt for prompt in case.dialog.asked)


def warned(case: Case, part: str) -> bool:
    return any(part in text for text in case.dialog.warned)


# ------------------------------------------------------------------ valid
def test_a_plain_visit_asks_nothing(receive) -> None:
    case = receive(answer(record()))
    assert (case.status, case.share, case.evidence) == ("valid", 30, ("online",))
    assert case.dialog.asked == []
    assert case.page == PAGE


def test_a_corrected_name_outlives_kuromaru_and_is_printed(receive) -> None:
    case = receive(answer(record(Name="●橋　●")))
    assert case.page.name == "髙橋　翔"
    assert all("髙橋　翔" in text and "●" not in text for _, text in case.printed)


def test_a_first_visit_takes_the_numbers_and_asks_for_the_name(desk, receive) -> None:
    desk.charts.clear()
    case = receive(answer(record()), **FIRST)
    assert asked(case, "正しい表記")
    assert case.page.name == PAGE.name
    assert case.page.number == "4567"
    assert case.before is None
    assert case.page.chart_no is not None


def test_a_first_visit_without_any_spelling_leaves_a_line_to_write_on(desk, receive) -> None:
    desk.charts.clear()
    case = receive(answer(record()), chart_no=None, form=Page(birthdate=PAGE.birthdate))
    assert case.page.name is None
    assert all("手書き" in text and "●" not in text for _, text in case.printed)


def test_a_first_visit_finds_a_chart_by_kana_and_birth_date_only(desk, receive) -> None:
    namesake = replace(PAGE, chart_no="C-2", kana="タカハシ　カケル")
    desk.charts.clear()
    desk.charts.save(namesake)
    case = receive(answer(record()), **FIRST)
    assert case.page.chart_no != "C-2"
    assert desk.charts.get("C-2") == namesake


@pytest.mark.parametrize(("said", "same"), [("keep_chart", True), ("cancel", False)])
def test_a_chart_that_may_be_theirs_is_asked_about(receive, said: str, same: bool) -> None:
    case = receive(answer(record()), ("本人ですか", said), **FIRST)
    assert (case.page.chart_no == PAGE.chart_no) is same


@pytest.mark.parametrize(
    ("element", "value"),
    [("NameKana", "ｼﾝﾘﾖｳ ｼﾞﾛｳ"), ("Birthdate", "19790401"), ("Sex1", "2")],
)
def test_another_persons_data_is_not_taken_unasked(receive, element: str, value: str) -> None:
    changes = {element: value, "InsurerNumber": "06139999", "Address": "大阪府"}
    case = receive(answer(record(**changes)))
    assert asked(case, "本人と異なる")
    assert case.page == PAGE
    assert case.evidence == ()


def test_another_persons_data_at_a_first_visit(desk, receive) -> None:
    desk.charts.clear()
    case = receive(answer(record(NameKana="ｼﾝﾘﾖｳ ｼﾞﾛｳ")), **FIRST)
    assert asked(case, "本人と異なる")
    assert case.page.number is None


@pytest.mark.parametrize(
    ("changes", "prompt", "field", "theirs"),
    [
        ({"Name": "高橋　翔"}, "氏名の表記", "name", "高橋　翔"),
        ({"Address": "大阪府大阪市１－１"}, "住所", "address", "大阪府大阪市１－１"),
        ({"InsurerNumber": "06139999"}, "保険が異なります", "insurer_number", "06139999"),
        (
            {"ElderlyRecipientCertificateInfo": {"ElderlyRecipientContributionRatio": "020"}},
            "負担割合",
            "copay_percent",
            20,
        ),
        (
            {
                "LimitApplicationCertificateRelatedInfo": {
                    "LimitApplicationCertificateClassificationFlag": "A03"
                }
            },
            "限度額区分",
            "limit",
            "A03",
        ),
    ],
)
def test_a_difference_is_asked_about_and_written_only_on_yes(
    receive, changes: dict[str, Any], prompt: str, field: str, theirs: object
) -> None:
    kept = receive(answer(record(**changes)))
    assert asked(kept, prompt)
    assert kept.page == PAGE
    taken = receive(answer(record(**changes)), (prompt, "use_online"))
    assert getattr(taken.page, field) == theirs


@pytest.mark.parametrize(
    ("said", "share"),
    [("use_online", 20), ("keep_chart", 30), ("copay:10", 10), ("cancel", 30)],
)
def test_the_share_is_the_operators_word(receive, said: str, share: int) -> None:
    case = receive(answer(record(InsuredPartialContributionRatio="020")), ("負担割合", said))
    assert case.share == share
    assert warned(case, "負担割合")


def test_a_paper_that_says_otherwise_is_shown_beside(receive) -> None:
    paper = replace(PAGE, insurer_number="06138888", copay_percent=20)
    case = receive(
        answer(record()),
        ("保険が異なります", "document:資格確認書"),
        ("負担割合", "document:資格確認書"),
        papers={"資格確認書": paper},
    )
    assert set(case.evidence) == {"kakuninsho"}
    assert case.share == 20
    assert case.page == PAGE


def test_a_missing_limit_is_not_no_limit(desk, receive) -> None:
    desk.charts.save(replace(PAGE, limit="A03"))
    case = receive(answer(record()))
    assert warned(case, "未同意")
    assert case.page.limit == "A03"
    query = {**arrival().query, "LimitApplicationCertificateRelatedConsFlg": "1"}
    assert asked(receive(answer(record()), query=query), "限度額区分")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"InsuredCardExpirationDate": None, "InsurerNumber": "  138057"}, "有効期限"),
        ({"InsuredCardValidDate": None}, "有効開始日"),
        ({"PersonalFamilyClassification": None}, "本人・家族"),
        (
            {
                "LimitApplicationCertificateRelatedInfo": {
                    "LimitApplicationCertificateClassificationFlag": "B04"
                }
            },
            "70歳以上",
        ),
    ],
)
def test_missing_and_odd_items_are_flagged(receive, changes: dict[str, Any], text: str) -> None:
    assert warned(receive(answer(record(**changes))), text)


def test_registered_public_expense_is_kept(desk, receive) -> None:
    desk.charts.save(replace(PAGE, public=("82138888",)))
    case = receive(answer(record()))
    assert case.page.public == ("82138888",)
    assert warned(case, "医療証")


def test_a_notice_with_a_valid_answer_is_shown(receive) -> None:
    assert warned(receive(answer(record(), message="まもなく有効期限")), "まもなく有効期限")


# ----------------------------------------------------- several, none, errors
@pytest.mark.parametrize("validity", ["1", "5"])
def test_nobody_picks_the_first_of_several(receive, validity: str) -> None:
    case = receive(answer(record(), record(InsurerNumber="00138057"), validity=validity))
    assert case.status == "multiple"
    assert case.dialog.asked
    assert "00138057" in case.message or "試験健康保険組合" in case.message
    assert case.page == PAGE


def test_medical_aid_beside_an_insurance_is_no_contradiction(receive) -> None:
    case = receive(answer(record(InsuredCardClassification="A1"), record()))
    assert (case.status, case.share) == ("valid", 30)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (answer(record(DisqualificationDate="20250930"), validity="2"), "invalid"),
        (answer(validity="3"), "invalid_new"),
        (answer(validity="4"), "not_found"),
        (answer(validity="5"), "multiple"),
        (answer(validity="1"), "request_error"),
        (answer(validity="X"), "request_error"),
        (answer(status="2", validity=None, message="項目エラー"), "request_error"),
        (answer(segment="2", validity=None), "pending"),
        (answer(segment="9", validity=None), "system_unreachable"),
        (SystemTrouble("timeout", "応答なし"), "system_unreachable"),
        (SystemTrouble("bad_request", "文字"), "request_error"),
    ],
)
def test_each_failure_keeps_its_name_the_chart_and_the_share(
    receive, given: Given, status: str
) -> None:
    case = receive(given, ("何で確認", "document:資格確認書"), **KAKUNINSHO)
    assert case.status == status
    assert case.page == PAGE
    assert {"kakuninsho", "past_visit"} <= set(case.offered)
    assert (case.share, case.evidence) == (30, ("kakuninsho",))


def test_nothing_is_charged_in_full_unless_the_operator_says_so(receive) -> None:
    assert receive(answer(validity="4")).share is None
    case = receive(answer(validity="4"), ("何で確認", "copay:100"))
    assert (case.share, case.evidence) == (100, ("ten_wari",))


def test_a_declaration_is_charged_as_declared(receive) -> None:
    case = receive(
        answer(validity="4"),
        ("何で確認", "document:被保険者資格申立書"),
        ("負担割合", "copay:20"),
        **FIRST,
    )
    assert (case.share, case.evidence) == (20, ("moushitatesho",))


def test_a_first_visit_without_an_answer_is_charted_from_the_form_alone(desk, receive) -> None:
    desk.charts.clear()
    case = receive(answer(validity="4"), **FIRST)
    assert (case.page.kana, case.page.number, case.share) == (PAGE.kana, None, None)
    assert "ten_wari" in case.offered


def test_money_paid_in_full_is_given_back_once(receive) -> None:
    receive(answer(validity="4"), ("何で確認", "copay:100"))
    assert receive(answer(record())).refund == 2037
    assert receive(answer(record())).refund is None


@pytest.mark.parametrize(
    ("day", "with_card", "ways"),
    [
        (date(2025, 10, 20), True, {"hokensho", "oshirase", "kakuninsho"}),
        (date(2025, 10, 20), False, {"hokensho", "kakuninsho"}),
        (date(2025, 12, 20), False, {"hokensho", "oshirase", "kakuninsho"}),
        (date(2026, 3, 31), False, {"hokensho", "oshirase", "kakuninsho"}),
        (date(2026, 4, 1), False, {"kakuninsho"}),
        (date(2026, 4, 1), True, {"oshirase", "kakuninsho"}),
    ],
)
def test_papers_are_offered_as_long_as_they_serve(
    receive, day: date, with_card: bool, ways: set[str]
) -> None:
    case = receive(answer(validity="4"), day=day, with_card=with_card)
    assert {"hokensho", "oshirase", "kakuninsho"} & set(case.offered) == ways


def test_the_notice_alone_served_kokuho_earlier(desk, receive) -> None:
    desk.charts.save(replace(PAGE, insurer_number="  138057"))
    case = receive(answer(validity="4"), day=date(2025, 10, 20), with_card=False)
    assert "oshirase" in case.offered


def test_a_paper_that_does_not_serve_alone_asks_for_the_card(receive) -> None:
    papers = {"資格情報のお知らせ": PAGE}
    case = receive(answer(validity="4"), papers=papers, with_card=False)
    assert warned(case, "マイナンバーカード")


def test_the_portal_is_the_patients_own(receive) -> None:
    case = receive(answer(validity="4"), ("何で確認", "document:マイナポータル"))
    assert case.evidence == ("portal",)
    assert "患者さん本人の端末" in case.message


def test_a_notice_goes_along_where_nothing_was_found(receive) -> None:
    printed = dict(receive(answer(validity="4"), ("何で確認", "copay:30")).printed)
    assert "保険者" in printed["お知らせ"]
    assert "お知らせ" not in dict(receive(answer(record())).printed)


def test_four_facts_are_kept_where_the_system_is_out_of_reach(desk, receive) -> None:
    desk.charts.save(replace(PAGE, address=None))
    form = Page(name=PAGE.name, kana=PAGE.kana, birthdate=PAGE.birthdate, address="東京都")
    case = receive(SystemTrouble("unreachable", "不通"), ("何で確認", "past_visit"), form=form)
    assert case.page.address == "東京都"
    assert "申し出て" in case.message


def test_what_an_answer_leaves_out_stays_empty(desk, receive) -> None:
    desk.charts.clear()
    gaps = {
        "InsuredCardValidDate": None,
        "InsuredCardExpirationDate": None,
        "PersonalFamilyClassification": None,
    }
    page = receive(answer(record(**gaps)), **FIRST).page
    assert (page.relation, page.valid_from, page.valid_to) == ("", "", "")
    desk.charts.clear()
    page = receive(answer(record()), **FIRST).page
    assert (page.relation, page.valid_from, page.valid_to) == ("1", "2020-04-01", "99999999")


def test_earlier_visits_that_are_open_are_asked_about(receive) -> None:
    receive(answer(validity="4"), ("何で確認", "document:被保険者資格申立書"))
    again = receive(answer(validity="4"), day=date(2025, 10, 27))
    assert warned(again, "2025-10-20の資格が未確認")
    assert not warned(receive(answer(record()), day=date(2025, 10, 28)), "2025-10-28")


def test_numbers_that_are_shown_or_told_go_into_an_empty_chart(desk, receive) -> None:
    bare = replace(PAGE, insurer_number=None, symbol=None, number=None, branch=None)
    desk.charts.save(bare)
    told = Insurance(insurer_number="06138888", number="77")
    case = receive(answer(validity="4"), ("何で確認", "copay:30"), told=told)
    assert (case.page.insurer_number, case.page.number) == ("06138888", "77")
    kept = receive(answer(validity="4"), ("何で確認", "copay:30"), told=replace(told, number="78"))
    assert kept.page.number == "77"


def test_a_chart_without_insurance_gets_it_when_it_is_known(desk, receive) -> None:
    desk.charts.clear()
    page = receive(answer(validity="4"), **FIRST).page
    assert (page.number, page.status) == (None, "未確認")
    page = receive(answer(record()), chart_no=page.chart_no).page
    assert (page.number, page.status, page.copay_percent) == ("4567", "valid", 30)


def test_a_share_that_changed_is_compared_with_earlier_visits(receive) -> None:
    receive(answer(record()))
    later = receive(
        answer(record(InsuredPartialContributionRatio="020")),
        ("負担割合", "use_online"),
        day=date(2025, 11, 20),
    )
    assert warned(later, "2025-10-20は30%で会計しています")
    assert warned(later, "返金 291円")


def test_a_visit_that_was_not_paid_is_remembered(receive) -> None:
    receive(answer(validity="4"))
    assert warned(receive(answer(record()), day=date(2025, 10, 27)), "2025-10-20の会計が済んで")


def test_once_more_is_the_operators_choice_and_ends(desk) -> None:
    desk.answers = [SystemTrouble("timeout", "応答なし"), answer(record())]
    case = desk.check_in(("何で確認", "retry"))
    assert (case.status, desk.asked) == ("valid", 2)
    desk.answers = [SystemTrouble("timeout", "応答なし")]
    case = desk.check_in(*[("何で確認", "retry")] * 9)
    assert (case.status, desk.asked) == ("system_unreachable", 5)
    assert "kakuninsho" in case.offered


def test_a_refusal_does_not_spoil_the_next_visit(desk) -> None:
    desk.answers = [SystemTrouble("timeout", "応答なし"), answer(record())]
    assert desk.check_in().status == "system_unreachable"
    case = desk.check_in()
    assert (case.status, case.offered, case.dialog.warned[:0]) == ("valid", (), [])


# -------------------------------------------------------------------- card
class _Session:
    def __init__(self, card: _Card) -> None:
        self.certificate_end, self.tries_left, self._card = card.end, card.left, card
        self.closed = False

    def verify(self, pin: str) -> PinAnswer:
        card = self._card
        card.verified.append(pin)
        if pin == "1234" and card.left:
            return PinAnswer(True, None)
        card.left = max(0, card.left - 1)
        return PinAnswer(False, card.left)

    def close(self) -> None:
        self.closed = True


class _Card:
    """Stands for the reader: opens a session or raises a trouble."""

    def __init__(self, left: int = 3, end: date = date(2027, 1, 1)) -> None:
        self.left, self.end = left, end
        self.trouble: DeviceTrouble | None = None
        self.verified: list[str] = []
        self.sessions: list[_Session] = []

    def open(self) -> _Session:
        if self.trouble:
            raise self.trouble
        self.sessions.append(_Session(self))
        return self.sessions[-1]


@pytest.fixture
def card(desk) -> _Card:
    desk.card = _Card()
    desk.answers = [answer(record())]
    return desk.card


def test_card_then_inquiry(desk, card: _Card) -> None:
    case = desk.check_in(route="card")
    assert (case.status, card.verified) == ("valid", ["1234"])
    assert all(s.closed for s in card.sessions)


def test_wrong_entries_are_the_patients_own_and_the_last_is_warned_about(desk, card) -> None:
    case = desk.check_in(("あと1回", "retry"), route="card", pins=["0000", "1111", "2222", "1234"])
    assert card.verified == ["0000", "1111", "2222"]
    assert warned(case, "あと1回")
    assert case.status == "device_unusable"
    assert "ロック" in case.message
    assert desk.asked == 0


def test_before_the_last_try_the_operator_may_stop(desk, card) -> None:
    case = desk.check_in(route="card", pins=["0000", "1111", "2222"])
    assert card.verified == ["0000", "1111"]
    assert (card.left, case.status) == (1, "device_unusable")
    assert "目視" in case.message


@pytest.mark.parametrize("pins", [[], ["12"], ["abcd"], ["１２３４"]])
def test_what_is_no_pin_is_not_sent(desk, card, pins: list[str]) -> None:
    case = desk.check_in(route="card", pins=pins)
    assert card.verified == []
    assert case.status == "device_unusable"


def test_a_locked_pin_is_not_tried(desk, card) -> None:
    card.left = 0
    desk.check_in(route="card")
    assert card.verified == []


def test_an_expired_certificate_in_grace_serves_with_a_note(desk, card) -> None:
    card.end = date(2025, 8, 5)
    case = desk.check_in(route="card")
    assert (case.status, case.share) == ("valid", 30)
    assert warned(case, "電子証明書の有効期限")


def test_an_expired_certificate_after_grace_is_not_the_insurance(desk, card) -> None:
    card.end = date(2025, 6, 30)
    case = desk.check_in(("何で確認", "document:資格確認書"), route="card", **KAKUNINSHO)
    assert case.status == "device_unusable"
    assert "電子証明書" in case.message
    assert (case.page, case.share, desk.asked) == (PAGE, 30, 0)


def test_a_lost_reader_leaves_other_ways_and_the_next_patient(desk, card) -> None:
    card.trouble = DeviceTrouble("reader_gone", "カードリーダーの接続が切れました")
    case = desk.check_in(("何で確認", "past_visit"), route="card")
    assert (case.status, case.share, case.evidence) == ("device_unusable", 30, ("past_visit",))
    assert "無効" not in case.message
    card.trouble = None
    assert desk.check_in(route="card").status == "valid"


def test_each_visits_evidence_is_kept_with_its_moment(desk) -> None:
    desk.answers = [answer(record()), answer(validity="2")]
    desk.check_in()
    desk.check_in()
    kept = Ledger(desk.charts.database).attendances(PAGE.chart_no)
    assert [(a.day, a.status, a.evidence) for a in kept] == [
        (DAY, "valid", ("online",)),
        (DAY, "invalid", ()),
    ]
    assert all(a.at.startswith("2025-10-20 ") for a in kept)
