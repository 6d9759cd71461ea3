"""Names, kana, addresses, several hits, shares and limits."""

from __future__ import annotations

import pytest
from judge_cases import (
    BROKEN,
    MET,
    OTHER,
    UNSEEN,
    answer,
    case,
    chart,
    did,
    findings,
    first_visit,
    limit,
    person,
    record,
    verdict,
    visit,
)

from onshi.judge.case import Case
from onshi.judge.rules import h29, h30, h31, h32, h33, h42, h46, h48, h49, h50, h56, h58, h60
from onshi.people.records import Coverage, Qualification
from onshi.seams import Answer, Record
from onshi.visit import Document, Visit

DOTTED = answer("1", record(fields={"Name": "●橋　翔一"}))
PLAIN = answer("1", record(fields={"Name": "髙橋　翔一"}))


def asked(*answers: str, **over: object) -> Visit:
    return visit(asked=[(f"問い{i}", (a, "cancel"), a) for i, a in enumerate(answers)], **over)


# ------------------------------------------------------------------------ H29
def test_h29_a_corrected_name_is_kept():
    assert verdict(case(did(chart_after=chart()), DOTTED), h29.NAME) is MET
    dotted = did(chart_after=chart(name="●橋　翔一"))
    assert verdict(case(dotted, DOTTED), h29.NAME) is BROKEN
    assert [f.level for f in findings(case(dotted, DOTTED), h29.NAME)] == ["fail"]
    assert "●橋" in findings(case(dotted, DOTTED), h29.NAME)[0].seen


def test_h29_the_system_s_own_dots_count():
    rendered = answer("1", record())  # 髙 becomes ● in the message
    assert verdict(case(did(chart_after=chart(name="●橋 翔一")), rendered), h29.NAME) is BROKEN


def test_h29_a_dot_out_of_nowhere_is_the_product_s_own():
    """Nothing was asked, so nothing but the product can have put it there."""
    assert verdict(case(did(chart_after=chart(name="●橋　翔一"))), h29.NAME) is BROKEN
    assert verdict(case(did(chart_after=chart())), h29.NAME) is UNSEEN


def test_h29_blames_nobody():
    dotted = did(chart_after=chart(name="●橋　翔一"))
    assert verdict(case(did(), DOTTED), h29.NAME) is UNSEEN
    assert verdict(case(dotted, PLAIN), h29.NAME) is UNSEEN
    assert verdict(case(dotted, DOTTED, visit_=first_visit()), h29.NAME) is UNSEEN
    never_fixed = visit(chart=chart(name="●橋　翔一"))
    assert verdict(case(dotted, DOTTED, visit_=never_fixed), h29.NAME) is UNSEEN
    assert verdict(case(dotted, DOTTED, visit_=asked("use_online")), h29.NAME) is UNSEEN
    assert verdict(case(dotted, DOTTED, visit_=asked("keep_chart")), h29.NAME) is BROKEN
    dialog = did(chart_after=chart(name="●橋　翔一"), asked=("氏名を更新しますか",))
    assert verdict(case(dialog, DOTTED), h29.NAME) is UNSEEN
    offline = did(status="system_unreachable", chart_after=chart())
    assert verdict(case(offline, DOTTED), h29.NAME) is UNSEEN


def test_h29_dots_in_an_address_and_on_paper_are_warnings():
    sent = answer("1", record(fields={"Address": "東京都●●区"}))
    overwritten = case(did(chart_after=chart(address="東京都●●区")), sent)
    assert verdict(overwritten, h29.ADDRESS) is BROKEN
    printed = case(did(documents=(Document(kind="領収書", text="●橋 様"),)), DOTTED)
    assert verdict(printed, h29.PAPERS) is BROKEN
    clean = case(did(documents=(Document(kind="領収書", text="髙橋 様"),)), DOTTED)
    assert verdict(clean, h29.PAPERS) is MET
    assert verdict(case(did(), DOTTED), h29.PAPERS) is UNSEEN
    for one in (overwritten, printed):
        levels = {f.level for f in h29.judge(one) if f.verdict is BROKEN}
        assert levels == {"warn"}


# ------------------------------------------------------------------------ H30
def test_h30_no_chart_from_dots_without_asking():
    made = did(chart_after=chart(name="●橋　翔一"), asked=())
    assert verdict(case(made, DOTTED, visit_=first_visit()), h30.MADE) is BROKEN
    unsaid = did(chart_after=chart(name="●橋　翔一"))
    assert verdict(case(unsaid, DOTTED, visit_=first_visit()), h30.MADE) is BROKEN
    spelt = did(chart_after=chart())
    assert verdict(case(spelt, DOTTED, visit_=first_visit()), h30.MADE) is MET


@pytest.mark.parametrize(("chosen", "expected"), [("use_online", MET), ("cancel", BROKEN)])
def test_h30_asking_is_what_counts_and_cancel_is_an_answer(chosen, expected):
    made = did(chart_after=chart(name="●橋　翔一"))
    at_desk = first_visit(asked=[("氏名の表記は", ("use_online", "cancel"), chosen)])
    assert verdict(case(made, DOTTED, visit_=at_desk), h30.MADE) is expected


def test_h30_asked_and_no_chart_made():
    at_desk = first_visit(asked=[("氏名の表記は", ("cancel",), "cancel")])
    assert verdict(case(did(), DOTTED, visit_=at_desk), h30.MADE) is MET
    dialog = did(chart_after=chart(name="●橋　翔一"), asked=("氏名の表記は",))
    assert verdict(case(dialog, DOTTED, visit_=first_visit()), h30.MADE) is MET


def test_h30_blames_nobody():
    assert verdict(case(did(), DOTTED, visit_=first_visit()), h30.MADE) is UNSEEN
    made = did(chart_after=chart(name="●橋　翔一"))
    assert verdict(case(made, DOTTED), h30.MADE) is UNSEEN  # known patient: H29
    assert verdict(case(made, PLAIN, visit_=first_visit()), h30.MADE) is UNSEEN


def test_h30_not_merged_with_another_chart():
    merged = did(chart_after=chart(OTHER, name="●橋　翔一"))
    assert verdict(case(merged, DOTTED, visit_=first_visit()), h30.MERGED) is BROKEN
    own = did(chart_after=chart(kana="ﾀｶﾊｼ ｼﾖｳｲﾁ"))
    assert verdict(case(own, DOTTED, visit_=first_visit()), h30.MERGED) is MET


def test_h30_without_kanji():
    sent = answer("1", record(fields={"Name": "タカハシ　ショウイチ"}))
    made = did(chart_after=chart(name="タカハシ　ショウイチ"), asked=())
    assert verdict(case(made, sent, visit_=first_visit()), h30.KANJI) is BROKEN
    spelt = did(chart_after=chart())
    assert verdict(case(spelt, sent, visit_=first_visit()), h30.KANJI) is MET
    asking = did(chart_after=chart(name="タカハシ　ショウイチ"), asked=("漢字は",))
    assert verdict(case(asking, sent, visit_=first_visit()), h30.KANJI) is MET
    assert verdict(case(did(asked=()), sent, visit_=first_visit()), h30.KANJI) is UNSEEN
    foreign = person(family="SMITH", given="JOHN")
    theirs = answer("1", record(foreign))
    john = did(chart_after=chart(foreign))
    assert verdict(case(john, theirs, visit_=first_visit(patient=foreign)), h30.KANJI) is UNSEEN


def test_h33_the_chart_is_this_patient_s():
    namesake = did(chart_after=chart(birthdate=OTHER.birthdate))
    assert verdict(case(namesake), h33.PERSON) is BROKEN
    assert verdict(case(did(chart_after=chart(kana="ﾀｶﾊｼ ｼﾖｳｲﾁ"))), h33.PERSON) is MET
    assert verdict(case(did()), h33.PERSON) is UNSEEN


def test_h33_a_new_patient_s_visit_does_not_open_a_namesake_s_chart():
    new = first_visit()
    opened = did(chart_before=chart(birthdate=OTHER.birthdate), chart_after=chart())
    assert verdict(case(opened, visit_=new), h33.OPENED) is BROKEN
    assert verdict(case(did(chart_after=chart()), visit_=new), h33.OPENED) is UNSEEN
    own = did(chart_before=chart(), chart_after=chart())
    assert verdict(case(own, visit_=new), h33.OPENED) is MET
    assert findings(case(opened), h33.OPENED) == [], "a known patient has a chart"


# ------------------------------------------------------------------------ H46
def read_only(*said: str, **more: object) -> Case:
    one = case(did(**more), events=({"event": "not_called", "patient": OTHER.key},))
    one.scene.others.append(OTHER)
    one.visit.asked += [(prompt, (), "cancel") for prompt in said]
    return one


def test_h46_who_was_read_and_not_received_is_told_of():
    quiet = {"message": "有効です", "warned": ()}
    assert verdict(read_only(**quiet), h46.TOLD) is BROKEN
    assert (
        verdict(read_only(message="", warned=(f"受付していない読み取り: {OTHER.kana}",)), h46.TOLD)
        is MET
    )
    assert verdict(read_only(f"{OTHER.name}さんですか", **quiet), h46.TOLD) is MET
    assert verdict(read_only(message="有効です"), h46.TOLD) is UNSEEN
    assert verdict(case(did(**quiet)), h46.TOLD) is UNSEEN, "everybody was received"
    assert {f.level for f in findings(read_only(**quiet), h46.TOLD)} == {"warn"}


# ------------------------------------------------------------------------ H31
STRANGER = answer("1", record(OTHER, number="777", symbol="9"))


def test_h31_a_stranger_s_data_are_not_taken_over():
    assert verdict(case(did(chart_after=chart()), STRANGER), h31.PERSON) is MET
    for over in (
        {"number": "777"},
        {"kana": "ﾍﾞｯｼｮ ﾊﾅｺ"},
        {"birthdate": OTHER.birthdate},
        {"sex": "女"},
        {"name": OTHER.name},
    ):
        taken = did(chart_after=chart(**over))
        assert verdict(case(taken, STRANGER), h31.PERSON) is BROKEN, over


def test_h31_the_operator_may_accept():
    taken = did(chart_after=chart(number="777"))
    assert verdict(case(taken, STRANGER, visit_=asked("use_online")), h31.PERSON) is MET
    assert verdict(case(taken, STRANGER, visit_=asked("keep_chart")), h31.PERSON) is BROKEN
    dialog = did(chart_after=chart(number="777"), asked=("別人のようです",))
    assert verdict(case(dialog, STRANGER), h31.PERSON) is UNSEEN


def test_h31_blames_nobody():
    assert verdict(case(did(), STRANGER), h31.PERSON) is UNSEEN
    assert verdict(case(did(chart_after=chart()), PLAIN), h31.PERSON) is UNSEEN
    assert (
        verdict(case(did(chart_after=chart(OTHER)), STRANGER, visit_=first_visit()), h31.PERSON)
        is UNSEEN
    )
    renamed = did(chart_after=chart(name="髙橋 翔一", kana="ﾀｶﾊｼ ｼｮｳｲﾁ", sex="男"))
    assert verdict(case(renamed, STRANGER), h31.PERSON) is MET
    offline = did(status="request_error", chart_after=chart())
    assert verdict(case(offline, STRANGER), h31.PERSON) is UNSEEN


def test_h31_small_kana_and_dots_are_not_another_person():
    sent = answer("1", record(fields={"NameKana": "ﾀｶﾊｼ ｼﾖｳｲﾁ", "Name": "●橋　翔一"}))
    taken = did(chart_after=chart(kana="タカハシ　シヨウイチ", name="●橋　翔一"))
    assert all(f.verdict is UNSEEN for f in h31.judge(case(taken, sent)))


def test_h31_another_spelling_of_name_or_address_is_a_warning():
    sent = answer("1", record(fields={"Name": "田中　翔一", "Address": "北海道稚内市架空１"}))
    taken = case(did(chart_after=chart(name="田中　翔一")), sent)
    assert verdict(taken, h31.SPELLING) is BROKEN
    assert verdict(taken, h31.PERSON) is UNSEEN
    assert {f.level for f in h31.judge(taken) if f.verdict is BROKEN} == {"warn"}


def test_h31_the_difference_is_shown():
    assert verdict(case(did(asked=(), warned=("別人かもしれません",)), STRANGER), h31.SHOWN) is MET
    assert verdict(case(did(asked=(), warned=()), STRANGER), h31.SHOWN) is BROKEN
    assert verdict(case(did(asked=()), STRANGER), h31.SHOWN) is UNSEEN
    offline = did(status="system_unreachable", asked=(), warned=())
    assert verdict(case(offline, STRANGER), h31.SHOWN) is UNSEEN


# ------------------------------------------------------------------- H32 and H58
TWIN = person("p2", given="翔二", given_kana="ショウジ")
TWINS = answer("5", record(TWIN, number="111"), record(number="222"))
OLD = record(insurer_number="139998", symbol="旧", number="8888")
DUAL = answer("1", OLD, record())


@pytest.mark.parametrize(
    ("half", "sent"), [(h32.PICK, TWINS), (h58.PICK, DUAL)], ids=["H32", "H58"]
)
def test_several_candidates_are_not_resolved_alone(half, sent):
    first = sent.records[0].coverage.qualification
    picked = chart(insurer_number=first.insurer_number, number=first.number)
    taken = did(status="valid", chart_after=picked)
    assert verdict(case(taken, sent), half) is BROKEN
    assert verdict(case(taken, sent, visit_=first_visit()), half) is BROKEN
    dialog = did(status="valid", chart_after=picked, asked=("どちらですか",))
    assert verdict(case(dialog, sent), half) is UNSEEN
    assert verdict(case(did(status="multiple", chart_after=chart()), sent), half) is MET
    assert verdict(case(taken, sent, visit_=asked("use_online")), half) is MET
    assert verdict(case(taken, sent, visit_=asked("candidate:1")), half) is MET
    assert verdict(case(taken, sent, visit_=asked("cancel")), half) is BROKEN
    assert verdict(case(did(), sent), half) is UNSEEN
    assert verdict(case(did(status="system_unreachable"), sent), half) is UNSEEN
    assert verdict(case(taken, PLAIN), half) is UNSEEN


def test_h32_valid_out_of_nothing():
    assert verdict(case(did(status="valid"), answer("5")), h32.PICK) is BROKEN


def test_h32_the_twin_s_name_in_the_chart():
    same_numbers = answer("5", record(TWIN), record())
    swapped = did(chart_after=chart(kana=TWIN.kana))
    assert verdict(case(swapped, same_numbers), h32.PICK) is BROKEN
    assert verdict(case(did(chart_after=chart()), same_numbers), h32.PICK) is MET


def test_h58_a_candidate_that_the_clinic_knew_is_not_picked():
    kept = did(status="valid", chart_after=chart())
    assert verdict(case(kept, DUAL), h58.PICK) is UNSEEN
    typed = first_visit(
        inquiry={"InsurerNumber": "  139998", "InsuredIdentificationNumber": "8888"}
    )
    own = did(chart_after=chart(insurer_number="00139998", number="8888"))
    assert verdict(case(own, DUAL, visit_=typed), h58.PICK) is MET
    by_paper = asked("document:健康保険証")
    assert verdict(case(kept, DUAL, visit_=by_paper), h58.PICK) is MET


def test_h58_medical_assistance_beside_insurance_is_no_dual_qualification():
    welfare = answer("1", record(card_class="A1", number="555"), record())
    taken = did(status="valid", chart_after=chart(number="555"))
    assert verdict(case(taken, welfare), h58.PICK) is UNSEEN


def test_h58_a_choice_is_put_before_the_operator():
    assert verdict(case(did(status="valid", asked=()), DUAL), h58.ASK) is BROKEN
    assert verdict(case(did(status="valid", asked=("どちらですか",)), DUAL), h58.ASK) is MET
    assert verdict(case(did(status="multiple", asked=()), DUAL), h58.ASK) is MET
    assert verdict(case(did(status="valid"), DUAL), h58.ASK) is UNSEEN


# ------------------------------------------------------------------------ H42
def test_h42_a_difference_is_shown_and_the_evidence_kept():
    sent = answer("1", record(number="9999"))
    silent = case(did(asked=(), warned=(), evidence=()), sent)
    assert verdict(silent, h42.SHOWN) is BROKEN
    assert verdict(silent, h42.EVIDENCE) is BROKEN
    said = case(did(asked=(), warned=("番号が違います",), evidence=("online",)), sent)
    assert verdict(said, h42.SHOWN) is MET
    assert verdict(said, h42.EVIDENCE) is MET
    assert verdict(case(did(), sent), h42.SHOWN) is UNSEEN
    offline = did(status="request_error", asked=(), warned=(), evidence=())
    assert verdict(case(offline, sent), h42.SHOWN) is UNSEEN
    assert verdict(case(did(asked=(), warned=()), PLAIN), h42.SHOWN) is UNSEEN


# ------------------------------------------------------------------------ H48
def old_person(key: str = "p0"):
    return person(key, birthdate=person().birthdate.replace(year=1952))


def test_h48_a_share_that_differs_is_pointed_out():
    sent = answer("1", record(elderly_ratio=20))
    assert verdict(case(did(warned=(), asked=()), sent), h48.SHARE) is BROKEN
    assert verdict(case(did(warned=("割合が違います",), asked=()), sent), h48.SHARE) is MET
    assert verdict(case(did(warned=()), sent), h48.SHARE) is UNSEEN
    offline = did(status="system_unreachable", warned=(), asked=())
    assert verdict(case(offline, sent), h48.SHARE) is UNSEEN
    same = visit(chart=chart(copay_percent=20))
    assert verdict(case(did(warned=(), asked=()), sent, visit_=same), h48.SHARE) is UNSEEN
    assert verdict(case(did(warned=(), asked=()), PLAIN), h48.SHARE) is UNSEEN


def test_h48_from_70_a_missing_share_is_a_difference():
    who = old_person()
    sent = answer("1", record(who))
    one = case(
        did(warned=(), asked=()), sent, visit_=visit(who, chart=chart(who, copay_percent=20))
    )
    assert verdict(one, h48.SHARE) is BROKEN


def test_h48_a_limit_that_differs_or_is_missing():
    stored = visit(chart=chart(limit="A03"))
    other = answer("1", record(limit=limit("A02")))
    assert verdict(case(did(warned=(), asked=()), other, visit_=stored), h48.LIMIT) is BROKEN
    same = answer("1", record(limit=limit("A03")))
    assert verdict(case(did(warned=(), asked=()), same, visit_=stored), h48.LIMIT) is UNSEEN
    none = answer("1", record())
    dropped = did(warned=(), asked=(), chart_after=chart(limit=""))
    assert verdict(case(dropped, none, visit_=stored), h48.NO_LIMIT) is BROKEN
    said = did(warned=("限度額の情報がありません",), asked=(), chart_after=chart(limit=""))
    assert verdict(case(said, none, visit_=stored), h48.NO_LIMIT) is MET
    kept = did(warned=(), asked=(), chart_after=chart(limit="A03"))
    assert verdict(case(kept, none, visit_=stored), h48.NO_LIMIT) is MET
    assert verdict(case(did(warned=(), asked=()), none, visit_=stored), h48.NO_LIMIT) is UNSEEN


def test_h48_a_limit_that_is_shown_no_more_was_dropped():
    stored, none = visit(chart=chart(limit="A03")), answer("1", record())
    both = {"chart_before": chart(limit="A03"), "chart_after": chart(limit=None)}
    quiet = did(warned=(), asked=(), **both)
    assert verdict(case(quiet, none, visit_=stored), h48.NO_LIMIT) is BROKEN
    said = did(warned=("限度額の情報がありません",), asked=(), **both)
    assert verdict(case(said, none, visit_=stored), h48.NO_LIMIT) is MET
    never = did(warned=(), asked=(), chart_before=chart(limit=None), chart_after=chart(limit=None))
    assert verdict(case(never, none, visit_=stored), h48.NO_LIMIT) is UNSEEN


def test_h48_no_limit_block_is_the_normal_case():
    dropped = did(warned=(), asked=(), chart_after=chart(limit=""))
    assert verdict(case(dropped, PLAIN), h48.NO_LIMIT) is UNSEEN


# ------------------------------------------------------------------- H49 and H50
BIG = answer("1", record(fields={"NameKana": "ﾀｶﾊｼ ｼﾖｳｲﾁ"}))


def test_h49_large_kana_are_the_same_person():
    assert verdict(case(did(status="valid"), BIG), h49.MATCH) is MET
    assert verdict(case(did(status="not_found"), BIG), h49.MATCH) is BROKEN
    assert verdict(case(did(), BIG), h49.MATCH) is UNSEEN
    assert verdict(case(did(status="not_found"), PLAIN), h49.MATCH) is UNSEEN


def test_h49_the_chart_s_kana_stay():
    assert verdict(case(did(chart_after=chart(kana="ﾀｶﾊｼ ｼｮｳｲﾁ")), BIG), h49.KEPT) is MET
    taken = did(chart_after=chart(kana="タカハシ　シヨウイチ"))
    assert verdict(case(taken, BIG), h49.KEPT) is BROKEN
    assert verdict(case(taken, BIG, visit_=asked("use_online")), h49.KEPT) is UNSEEN
    assert verdict(case(did(), BIG), h49.KEPT) is UNSEEN
    offline = did(status="system_unreachable", chart_after=chart())
    assert verdict(case(offline, BIG), h49.KEPT) is UNSEEN


def test_h50_the_chart_s_address_stays():
    restyled = answer("1", record(fields={"Address": "東京都架空区霞１－２－３"}))
    taken = did(chart_after=chart(address="東京都架空区霞1-2-3"), asked=(), warned=())
    assert verdict(case(taken, restyled), h50.KEPT) is BROKEN
    kept = did(chart_after=chart(address="東京都架空区霞1丁目2番3号"), asked=(), warned=())
    assert verdict(case(kept, restyled), h50.KEPT) is MET
    assert verdict(case(kept, restyled), h50.ASK) is UNSEEN  # only the style differs
    assert verdict(case(did(), restyled), h50.KEPT) is UNSEEN
    offline = did(status="pending", chart_after=chart())
    assert verdict(case(offline, restyled), h50.KEPT) is UNSEEN
    assert verdict(case(taken, restyled, visit_=asked("use_online")), h50.KEPT) is UNSEEN


def test_h50_a_really_different_address_is_asked_about():
    moved = answer("1", record(fields={"Address": "北海道架空市旧町９番地"}))
    assert verdict(case(did(asked=(), warned=()), moved), h50.ASK) is BROKEN
    assert verdict(case(did(asked=(), warned=("住所が違います",)), moved), h50.ASK) is MET
    assert verdict(case(did(), moved), h50.ASK) is UNSEEN


# ------------------------------------------------------------------- H56 and H60
def test_h56_a_registered_public_expense_stays():
    at_desk = visit(chart=chart(public=("80136", "54136")))
    kept = did(chart_after=chart(public=("54136", "80136")))
    assert verdict(case(kept, PLAIN, visit_=at_desk), h56.KEPT) is MET
    lost = did(chart_after=chart(public=("80136",)))
    assert verdict(case(lost, PLAIN, visit_=at_desk), h56.KEPT) is BROKEN
    unsaid = did(chart_after=chart(public=None))
    assert verdict(case(unsaid, PLAIN, visit_=at_desk), h56.KEPT) is UNSEEN
    assert verdict(case(lost, visit_=at_desk), h56.KEPT) is UNSEEN
    offline = did(status="request_error", chart_after=chart(public=("80136", "54136")))
    assert verdict(case(offline, PLAIN, visit_=at_desk), h56.KEPT) is UNSEEN
    agreed = asked("use_online", chart=chart(public=("80136", "54136")))
    assert verdict(case(lost, PLAIN, visit_=agreed), h56.KEPT) is UNSEEN
    assert verdict(case(did(chart_after=chart(public=())), PLAIN), h56.KEPT) is UNSEEN


def child(bracket: str, **q: object) -> Answer:
    who = person(birthdate=person().birthdate.replace(year=2020))
    held = Qualification(
        insurer_number="06999014",
        insurer_name="架空健康保険組合",
        symbol="1",
        number="2",
        branch="03",
        relation="2",
        acquired=who.birthdate,
        limit=limit(bracket),
        **q,  # type: ignore[arg-type]
    )
    sent = Record(
        patient=who,
        coverage=Coverage(patient=who, qualification=held, holds_from=who.birthdate),
        limit_shown=True,
    )
    return answer("1", sent)


def test_h60_a_bracket_of_the_elderly_under_70():
    silent = did(warned=(), asked=())
    assert verdict(case(silent, child("B03")), h60.WARN) is BROKEN
    assert verdict(case(did(warned=("区分を確認",)), child("B03")), h60.WARN) is MET
    assert verdict(case(did(), child("B03")), h60.WARN) is UNSEEN
    assert verdict(case(silent, child("A03")), h60.WARN) is UNSEEN  # legal for a child
    who = old_person()
    elderly = answer("1", record(who, limit=limit("B03")))
    assert verdict(case(silent, elderly, visit_=visit(who)), h60.WARN) is UNSEEN
