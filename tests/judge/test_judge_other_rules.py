"""The rules that came last: papers by date, portal, PINs, gaps, the check before a claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from claim_stories import CLAIM, FIRST, came, claimed, receipt, said, told
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
    record,
    trouble,
    verdict,
    visit,
)

from onshi.catalogue.records import Situation, Step
from onshi.judge.case import Case, Verdict
from onshi.judge.rules import h34, h35, h36, h37, h38, h39, h40, h41, h45, h47, h59
from onshi.visit import Document, Handling

VALID, LOST = answer("1", record()), answer("2", record())
WINTER, SPRING = date(2026, 1, 15), date(2026, 4, 1)
HOKENSHO, NOTICE = "健康保険証", "資格情報のお知らせ"


def shows(*documents: str, on: date = WINTER, **over):
    """A patient who shows these papers and nothing else."""
    return visit(brings=documents, papers={d: chart() for d in documents}, date=on, **over)


def truly(number: str, one: Case) -> Case:
    """The same, of a patient who is insured under that number."""
    own = coverage(one.visit.patient, insurer_number=number)
    return replace(one, scene=replace(one.scene, truth=own))


# ------------------------------------------------------------------------ H36
@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("マイナポータルに患者さんのスマートフォンでログインしてもらってください", MET),
        ("受付のタブレットでマイナポータルへログインできます", BROKEN),
        ("医療機関のスマホからマイナポータルにログインすることはできません", MET),
        ("貸出用端末でマイナポータルにログインしてください", BROKEN),
        ("カードが読めません", UNSEEN),
    ],
)
def test_h36_a_login_on_the_clinic_s_device_is_not_suggested(message, expected):
    assert verdict(case(did(message=message, warned=())), h36.LOGIN) is expected


def test_h36_a_portal_that_the_operator_chose_is_theirs_to_answer_for():
    asked = [("何で", ("document:マイナポータル",), "document:マイナポータル")]
    one = case(did(evidence=("portal",)), visit_=visit(asked=asked))
    assert verdict(one, h36.OWN) is UNSEEN
    dialog = case(did(evidence=("portal",), asked=("何で確認しますか",)))
    assert verdict(dialog, h36.OWN) is UNSEEN


# ------------------------------------------------------------------- H39 and H41
@pytest.mark.parametrize(
    ("insurer", "document", "day", "expected"),
    [
        ("138057", NOTICE, date(2025, 10, 20), BROKEN),
        ("06999014", NOTICE, date(2025, 10, 20), UNSEEN),
        ("06999014", NOTICE, date(2025, 11, 12), BROKEN),
        ("06999014", HOKENSHO, date(2026, 3, 31), BROKEN),
        ("39131234", HOKENSHO, date(2025, 6, 27), BROKEN),
        ("06999014", HOKENSHO, date(2026, 4, 1), UNSEEN),
    ],
)
def test_h39_a_refusal_is_wrong_only_while_the_measure_lasts(insurer, document, day, expected):
    refused = did(status="invalid", offered=())
    one = truly(insurer, case(refused, VALID, visit_=shows(document, on=day)))
    assert verdict(one, h39.ACCEPT) is expected


def test_h39_acceptance_is_tied_to_the_inquiry_by_the_numbers():
    refused = did(status="invalid", offered=())
    assert verdict(case(refused, LOST, visit_=shows(HOKENSHO)), h39.ACCEPT) is UNSEEN
    asked_in_vain = ({"event": "request", "service": "search"},)
    one = case(refused, visit_=shows(HOKENSHO), events=asked_in_vain)
    assert verdict(one, h39.ACCEPT) is UNSEEN
    face = case(refused, visit_=shows(HOKENSHO, surfaces=frozenset({"face"})))
    assert verdict(face, h39.ACCEPT) is UNSEEN
    full = did(status="valid", copay_percent=100)
    assert verdict(case(full, VALID, visit_=shows(HOKENSHO)), h39.ACCEPT) is BROKEN
    asked = [("割合", ("copay:100",), "copay:100")]
    chosen = case(full, VALID, visit_=shows(HOKENSHO, asked=asked))
    assert verdict(chosen, h39.ACCEPT) is MET


def test_h39_either_a_choice_or_an_offer_is_acceptance():
    asked = [("何で", ("document:健康保険証",), "document:健康保険証")]
    offered = did(status="invalid", offered=("hokensho",))
    for sent in ((VALID,), ()):
        chosen = case(did(status="invalid"), *sent, visit_=shows(HOKENSHO, asked=asked))
        assert verdict(chosen, h39.ACCEPT) is MET
        assert verdict(case(offered, *sent, visit_=shows(HOKENSHO)), h39.ACCEPT) is MET
    refused = did(status="invalid", offered=("ten_wari", "other"))
    (found,) = findings(case(refused, VALID, visit_=shows(HOKENSHO)), h39.ACCEPT)
    assert found.seen == "handling.status=invalid、offered=ten_wari、other"
    (none,) = findings(
        case(did(status="invalid", offered=()), VALID, visit_=shows(HOKENSHO)), h39.ACCEPT
    )
    assert "（なし）" in none.seen


def test_h39_is_about_patients_with_nothing_better():
    refused = did(status="invalid", offered=())
    for better in ("card", "phone", "資格確認書"):
        one = case(refused, VALID, visit_=shows(HOKENSHO, better))
        assert verdict(one, h39.ACCEPT) is UNSEEN, better


@pytest.mark.parametrize(
    ("handling", "expected"),
    [
        (did(evidence=("hokensho",), message="受付", warned=()), BROKEN),
        (did(evidence=("hokensho",), message="受付"), UNSEEN),
        (did(evidence=("hokensho",)), UNSEEN),
        (did(evidence=("hokensho",), message="受付", warned=("暫定措置は終わりました",)), MET),
        (did(evidence=("hokensho", "online"), message="", warned=()), UNSEEN),
        (did(evidence=("moushitatesho",)), MET),
        (did(), UNSEEN),
    ],
)
def test_h39_afterwards_it_is_not_enough(handling, expected):
    assert verdict(case(handling, visit_=shows(HOKENSHO, on=SPRING)), h39.ENDED) is expected


def test_h39_says_until_when_its_knowledge_reaches():
    kept = did(evidence=("hokensho",), message="受付", warned=())
    (found,) = findings(case(kept, visit_=shows(HOKENSHO, on=SPRING)), h39.ENDED)
    assert "2026-01-29" in found.reason


@pytest.mark.parametrize(
    ("brings", "expected"),
    [
        ((NOTICE,), BROKEN),
        ((NOTICE, "card"), UNSEEN),
        ((NOTICE, "資格確認書"), UNSEEN),
        ((NOTICE, HOKENSHO), BROKEN),  # which serves no more in April
        ((HOKENSHO,), UNSEEN),
    ],
)
def test_h41_only_the_notice_alone_is_meant(brings, expected):
    kept = did(evidence=("oshirase",), message="受付", warned=())
    assert verdict(case(kept, visit_=shows(*brings, on=SPRING)), h41.ALONE) is expected


def test_h41_other_grounds_and_silence_blame_nobody():
    at_desk = shows(NOTICE, on=SPRING)
    for handling, expected in (
        (did(evidence=("oshirase", "online"), message="", warned=()), UNSEEN),
        (did(evidence=("oshirase",), message="受付"), UNSEEN),
        (did(evidence=("ten_wari",)), MET),
        (did(message="マイナ保険証と合わせて確認してください"), MET),
        (did(), UNSEEN),
    ):
        assert verdict(case(handling, visit_=at_desk), h41.ALONE) is expected, handling


# ------------------------------------------------------------------------ H40
def test_h40_an_option_of_a_question_is_an_offer_too():
    asked = [("何で", ("document:資格確認書", "cancel"), "cancel")]
    one = truly("39131234", case(did(), visit_=visit(asked=asked)))
    assert verdict(one, h40.HAS_ONE) is MET
    assert verdict(truly("39131234", case(did())), h40.HAS_ONE) is UNSEEN


def test_h40_says_what_was_offered_instead():
    (found,) = findings(truly("39131234", case(did(offered=("ten_wari", "other")))), h40.HAS_ONE)
    assert found.seen == "handling.offered=ten_wari、other"
    (none,) = findings(truly("39131234", case(did(offered=()))), h40.HAS_ONE)
    assert none.seen == "handling.offered=（なし）"


def test_h41_a_certificate_that_serves_is_better_than_the_notice():
    kept = did(evidence=("oshirase",), message="受付", warned=())
    before = shows(NOTICE, HOKENSHO, on=date(2025, 10, 20))
    assert verdict(case(kept, visit_=before), h41.ALONE) is UNSEEN
    alone = shows(NOTICE, on=date(2025, 10, 20))
    assert verdict(case(kept, visit_=alone), h41.ALONE) is BROKEN


# ------------------------------------------------------------------------ H45
TYPED = ({"lane": "desk/0", "event": "pin", "entered": True},)


def typed(handling: Handling | None, *, entered: int = 1, asked=(), pins=("4649",), step=()):
    at_desk = visit(surfaces=frozenset({"pcsc"}), pins_entered=entered, asked=list(asked))
    situation = Situation(pins=pins, step=step)
    made = trouble("H45", situation=situation)
    return case(handling, visit_=at_desk, events=TYPED, trouble=made)


@pytest.mark.parametrize(
    "text",
    [
        "暗証番号を入力してください",
        "暗証番号が違います。残り2回です",
        "暗証番号（数字4桁）",
        "受付番号 4649 番の方",
        "暗証番号を確認しました。\nカルテ番号 4649",
        "電話 03-4649-0000",
        "合計 4649 円（暗証番号は領収書に出ません）",
    ],
)
def test_h45_speaking_of_a_pin_is_not_showing_it(text):
    printed = did(message=text, documents=(Document(kind="領収書", text=text),))
    assert verdict(typed(printed), h45.SCREEN) is MET
    assert verdict(typed(printed), h45.PAPERS) is MET


@pytest.mark.parametrize(
    "text", ["暗証番号 4649", "PIN=4649 が違います", "４６４９（暗証番号）", "パスワード「4649」"]
)
def test_h45_a_pin_that_is_named_as_such_is_shown(text):
    assert verdict(typed(did(message=text)), h45.SCREEN) is BROKEN
    paper = typed(did(documents=(Document(kind="控え", text=text),)))
    assert verdict(paper, h45.PAPERS) is BROKEN
    asked = typed(did(message=""), asked=[(text, ("cancel",), "cancel")])
    assert verdict(asked, h45.SCREEN) is BROKEN
    assert verdict(typed(did(message=text), entered=0), h45.SCREEN) is MET, "nobody typed it"


def test_h45_a_pin_among_the_options_and_one_of_a_later_step():
    listed = typed(did(message=""), asked=[("どれですか", ("4649", "cancel"), "cancel")])
    assert verdict(listed, h45.SCREEN) is BROKEN
    later = (Step(on="+3d", pins=("7788",)),)
    assert verdict(typed(did(message="暗証番号 7788"), step=later), h45.SCREEN) is BROKEN


def test_h45_the_finding_does_not_show_the_pin_again():
    (found,) = findings(typed(did(message="暗証番号 4649")), h45.SCREEN)
    assert "4649" not in found.reason + found.seen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("患者さんに入力してもらってください", MET),
        ("職員が代わりに暗証番号を入力してください", BROKEN),
        ("スタッフの方が暗証番号を入力しないでください", MET),
        ("暗証番号をメモしてください", BROKEN),
        ("暗証番号を聞いてはいけません", MET),
        ("受付で暗証番号の再設定を案内してください", MET),
    ],
)
def test_h45_staff_are_not_told_to_handle_it(text, expected):
    assert verdict(typed(did(message=text)), h45.STAFF) is expected


def test_h45_a_way_on_is_asked_for_only_where_the_patient_typed_nothing():
    stuck = did(message="", offered=())
    assert findings(typed(stuck), h45.ROUTE) == []
    empty = typed(stuck, entered=0)
    untyped = ({"lane": "desk/0", "event": "pin", "entered": False},)
    assert verdict(replace(empty, events=untyped), h45.ROUTE) is BROKEN


def test_h45_without_a_pin_or_a_report_nothing_is_seen():
    assert verdict(case(did(message="暗証番号 4649")), h45.SCREEN) is UNSEEN
    assert verdict(typed(did()), h45.SCREEN) is UNSEEN
    assert verdict(typed(did()), h45.STAFF) is UNSEEN


# ------------------------------------------------------------------------ H47
RECEIVED = did(status="valid", evidence=("online",))


@pytest.mark.parametrize("half", [h47.RECHECK, h47.TOLD, h47.KEPT])
def test_h47_what_is_left_out_is_never_met_and_never_broken(half):
    story = told(came(did(), VALID), claimed(handling=did()))
    assert {f.verdict for f in said(story, half)} == {Verdict.NOT_OBSERVED}
    bare = told(came(None, VALID), claimed(receipt(), on=FIRST))
    assert {f.verdict for f in said(bare, half)} == {Verdict.NOT_OBSERVED}


def test_h47_the_last_answer_before_the_claim_counts():
    lost_since = told(
        came(RECEIVED, VALID),
        came(did(status="invalid"), LOST, on=date(2025, 10, 27)),
        claimed(receipt(), handling=did(asked=(), warned=(), message="")),
    )
    assert {f.verdict for f in said(lost_since, h47.RECHECK)} == {Verdict.NOT_OBSERVED}
    asked_in_bulk = claimed(receipt())
    bulk = ({"lane": "folder/0", "event": "request", "kind": "muquc01"},)
    asked_in_bulk = replace(asked_in_bulk, case=replace(asked_in_bulk.case, events=bulk))
    (found,) = said(told(came(RECEIVED, VALID), asked_in_bulk), h47.RECHECK)
    assert found.verdict is Verdict.MET


@pytest.mark.parametrize(
    ("handling", "expected"),
    [
        (did(warned=("無効です",), asked=()), Verdict.MET),
        (did(held=True), Verdict.MET),
        (did(message="資格が喪失しています"), Verdict.MET),
        (did(message="請求しました", warned=(), asked=()), Verdict.BROKEN),
        (did(message="請求しました", warned=()), Verdict.NOT_OBSERVED),
        (did(), Verdict.NOT_OBSERVED),
    ],
)
def test_h47_a_change_is_told(handling, expected):
    story = told(came(RECEIVED, VALID), claimed(receipt(), handling=handling, answers=(LOST,)))
    assert [f.verdict for f in said(story, h47.TOLD)] == [expected]


def test_h47_another_writing_of_the_same_numbers_is_no_change():
    wide = answer("1", record(number="３４５６"))
    quiet = did(message="請求しました", warned=(), asked=())
    story = told(came(RECEIVED, VALID), claimed(receipt(), handling=quiet, answers=(wide,)))
    assert [f.verdict for f in said(story, h47.TOLD)] == [Verdict.NOT_OBSERVED]


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (("online",), Verdict.MET),
        (("online", "past_visit"), Verdict.MET),
        (("past_visit",), Verdict.NOT_OBSERVED),
        ((), Verdict.BROKEN),
        (None, Verdict.NOT_OBSERVED),
    ],
)
def test_h47_what_the_visit_rested_on_is_kept(kept, expected):
    due = claimed(receipt(), handling=did(evidence=kept), answers=(VALID,))
    assert [f.verdict for f in said(told(came(RECEIVED, VALID), due), h47.KEPT)] == [expected]


def test_h47_the_reason_says_when():
    (found,) = said(told(came(RECEIVED, VALID), claimed(receipt())), h47.RECHECK)
    assert found.verdict is Verdict.BROKEN
    assert str(FIRST) in found.seen
    assert str(CLAIM) in found.seen


# ------------------------------------------------------------------------ H59
@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("有効期限: 記載なし", MET),
        ("有効期限が返ってきませんでした", MET),
        ("有効期限: 2026-03-31", UNSEEN),
        ("証明書の有効期限がありません", UNSEEN),
        ("本人確認ができました", UNSEEN),
    ],
)
def test_h59_telling_of_the_gap_is_enough(message, expected):
    assert verdict(case(did(message=message), VALID), h59.BLANK) is expected


@pytest.mark.parametrize(
    ("field", "element", "value"),
    [
        ("valid_from", "InsuredCardValidDate", "2025-04-01"),
        ("relation", "PersonalFamilyClassification", "本人"),
        ("valid_to", "InsuredCardExpirationDate", "2026-03-31"),
    ],
)
def test_h59_each_item_that_is_missing(field, element, value):
    gap = answer("1", record(fields={element: None}, valid_to=date(2026, 7, 31)))
    new = {"visit_": first_visit()}
    filled = did(chart_after=chart(**{field: value}), asked=())
    assert verdict(case(filled, gap, **new), h59.BLANK) is BROKEN
    assert verdict(case(did(chart_after=chart(**{field: ""})), gap, **new), h59.BLANK) is MET
    there = answer("1", record(valid_to=date(2026, 7, 31)))
    assert verdict(case(filled, there, **new), h59.BLANK) is UNSEEN
    maybe_typed = did(chart_after=chart(**{field: value}))
    assert verdict(case(maybe_typed, gap, **new), h59.BLANK) is UNSEEN
    known = case(filled, gap)  # the chart may have had it
    assert verdict(known, h59.BLANK) is UNSEEN


@pytest.mark.parametrize("validity", ["2", "4", "5"])
def test_h59_is_about_a_qualification_that_was_found(validity):
    filled = did(chart_after=chart(valid_to="2026-03-31"), asked=())
    one = case(filled, answer(validity, record()), visit_=first_visit())
    assert verdict(one, h59.BLANK) is UNSEEN


@pytest.mark.parametrize("value", ["99999999", "9999-12-31", "９９９９/１２/３１"])
def test_h59_an_open_end_is_a_sound_default(value):
    filled = did(chart_after=chart(valid_to=value), asked=())
    assert verdict(case(filled, VALID, visit_=first_visit()), h59.BLANK) is MET


# --------------------------------------------------------------------- context
def test_context_tells_what_lay_in_the_folder():
    folder = {"visit_": visit(surfaces=frozenset({"folder"}))}
    image = case(did(), left=("face/x.PNG",), **folder)
    assert "face/x.PNG" in findings(image, h34.IMAGE)[0].reason
    drugs = case(did(), left=("res/YZKsiquc01res_1.xml", "res/OQSsiquc01res_1.xml"), **folder)
    assert "YZKsiquc01res_1.xml" in findings(drugs, h35.DRUGS)[0].reason
    for half in (h34.IMAGE, h35.DRUGS):
        assert "観測なし" in findings(case(did()), half)[0].reason


def test_context_is_silent_where_it_does_not_apply():
    assert "観測なし" in findings(case(did()), h37.FEE)[0].reason
    assert "観測なし" in findings(case(did(message="登録中")), h38.NOTICE)[0].reason
    asked = case(did(message="保険者へお問い合わせください"), answer("4"))
    assert findings(asked, h38.NOTICE)[0].seen == "知らせた: 問い合わせ先"
