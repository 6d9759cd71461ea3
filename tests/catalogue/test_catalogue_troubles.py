"""The troubles: every one converts, cites, can be run, and collides with nothing."""

from __future__ import annotations

import re
from datetime import date, time
from typing import get_args

import msgspec
import pytest

from onshi.catalogue.load import (
    find_rule,
    find_trouble,
    load_profile,
    load_rules,
    load_troubles,
    profiles,
    read_rules,
    read_troubles,
)
from onshi.catalogue.records import FaultUse, Step, Surface, Trouble
from onshi.catalogue.steps import what_is_wrong
from onshi.catalogue.words import PERSONS, schedule_words, situation_words, step_words
from onshi.data import data_root
from onshi.errors import BadFileError, UnknownNameError
from onshi.faults.registry import fault_names, find_fault, make_fault
from onshi.schedule import Schedule
from onshi.seams import Seam
from onshi.visit import DOCUMENTS, Decision

SPINE = [
    "name.blackdot",
    "name.blackdot_2_of_3",
    "name.blackdot_3_of_4",
    "name.blackdot_first_visit",
    "name.blackdot_address",
    "eligibility.invalid",
    "eligibility.not_found",
    "address.stale",
    "kana.small_to_large",
    "reader.connection_lost",
    "reader.auth_retry_6_then_ok",
    "reader.freeze",
    "card.unreadable",
    "card.chip_failure",
    "card.cert_expired",
    "card.cert_expired_in_grace",
    "card.pin_locked_third_try",
    "card.pin_already_locked",
    "card.pin_wrong_second_try_stop",
    "card.pulled_mid_session",
    "copay.ratio_mismatch",
    "limit.wrong",
    "eligibility.other_person_linked",
    "eligibility.multiple_twins",
    "eligibility.dual_valid",
    "backend.slow_response_late_result",
    "backend.server_error_morning_rush",
    "network.error_flap_week",
    "network.error_needs_reboot",
    "eligibility.empty_result",
    "result_file.never",
    "result_file.late",
    "result_file.half_written",
]

SITUATION_ALONE = {
    "human.low_use_low_exposure",
    "human.positive_report",
    "human.security_privacy_concern",
    "integration.emr_linked_same_name",
    "integration.ratio_manual_entry",
}
"""Who comes with what, and what the chart says, is all there is to it on one surface at least."""


def uses(trouble: Trouble) -> list[FaultUse]:
    """Its faults, those that begin with a later step among them."""
    return [*trouble.fault, *(use for step in trouble.situation.step for use in step.fault)]


CATALOGUE = list(load_troubles().values())
RUNNABLE = [t for t in CATALOGUE if not t.why_not]
USES = [pytest.param(t, use, id=f"{t.id}:{i}") for t in RUNNABLE for i, use in enumerate(uses(t))]
# What each seam can do to a product, by the surface through which the product would notice.
REACHES = {
    Seam.CARD: {"pcsc"},
    Seam.READER: {"pcsc"},
    Seam.TERMINAL: {"face"},
    Seam.INQUIRY: {"webapi", "folder", "face"},
    Seam.WIRE: {"webapi"},
    Seam.FOLDER: {"folder", "face"},
    Seam.SCENE: {"pcsc", "webapi", "folder", "face"},
    Seam.HANDS: {"pcsc"},
}
OTHER_NAMES = {"folder": "backend availability", "billing": "billing_after_the_fact"}
DATE = date(2025, 10, 20)
each_trouble = pytest.mark.parametrize("trouble", CATALOGUE, ids=lambda t: t.id)


def test_the_spine_is_there_and_runs() -> None:
    assert [i for i in SPINE if i not in {t.id for t in RUNNABLE}] == []


@each_trouble
def test_says_what_happens_and_where_from(trouble: Trouble) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z0-9]+(_[a-z0-9]+)*", trouble.id)
    assert re.search(r"[ぁ-んァ-ヶ一-鿿]", trouble.title)
    assert trouble.what.endswith("。")
    assert trouble.what != trouble.title
    if trouble.source == ("added",):
        assert trouble.support == 0
    else:
        assert trouble.source
        assert all(re.fullmatch(r"00[0-4]:L\d+(-\d+)?", s) for s in trouble.source)
        assert len(set(trouble.source)) == len(trouble.source)


@each_trouble
def test_can_be_run_or_says_why_not(trouble: Trouble) -> None:
    if trouble.why_not:
        assert not trouble.surfaces
        assert not trouble.fault
        return
    assert trouble.surfaces
    assert set(trouble.surfaces) <= set(get_args(Surface))
    meeting = {
        surface
        for surface in trouble.surfaces
        if any(use.surfaces is None or surface in use.surfaces for use in uses(trouble))
    }
    assert (meeting != set(trouble.surfaces)) == (trouble.id in SITUATION_ALONE)


@each_trouble
def test_situation_can_be_played(trouble: Trouble) -> None:
    s = trouble.situation
    assert s.person in {"", *PERSONS}
    assert all(re.fullmatch(r"\d{4}", pin) for pin in s.pins)
    assert situation_words(s)
    can_be_played(s.brings, s.decisions)
    for step in s.step:
        assert step.what.endswith("。")
        brings = s.brings if step.brings is None else step.brings
        can_be_played(brings, s.decisions if step.decisions is None else step.decisions)


def can_be_played(brings: tuple[str, ...], decisions: tuple[Decision, ...]) -> None:
    """What is brought exists, and the operator answers what can be asked about it."""
    assert set(brings) <= {"card", "phone", *DOCUMENTS}
    words = {"use_online", "keep_chart", "past_visit", "retry", "cancel", "document", "copay"}
    for decision in decisions:
        kind, _, rest = decision.answer.partition(":")
        assert kind in words
        if kind == "document":
            # The operator can only accept what was brought; the 申立書 is written at the desk.
            assert rest in {*brings, "被保険者資格申立書"}
            assert rest in DOCUMENTS
        if kind == "copay":
            assert rest in {"0", "10", "20", "30", "100"}


@each_trouble
def test_steps_come_in_their_order_with_what_is_at_work(trouble: Trouble) -> None:
    at_work = [use.name for use in trouble.fault]
    steps = trouble.situation.step
    assert what_is_wrong(steps, first=trouble.date or DATE, at_work=at_work) is None
    assert all(step.do == "returns" or not step.reason for step in steps)


@each_trouble
def test_rules_exist(trouble: Trouble) -> None:
    assert set(trouble.rules) <= set(load_rules())
    assert len(set(trouble.rules)) == len(trouble.rules)
    assert trouble.rules == tuple(sorted(trouble.rules, key=lambda r: int(r[1:])))
    stalls = {"hang", "lost", "late", "slow", "never", "no_file", "stall", "half_written", "mute"}
    if any(use.name.partition(".")[2] in stalls for use in trouble.fault):
        assert "H51" in trouble.rules
    if trouble.id.startswith("card.pin_"):
        assert "H44" in trouble.rules


@pytest.mark.parametrize(("trouble", "use"), USES)
def test_every_fault_exists_with_these_settings(trouble: Trouble, use: FaultUse) -> None:
    fault = make_fault(use.name, use.settings)
    assert isinstance(fault, find_fault(use.name))
    check = getattr(fault, "check", None)
    if check is not None:
        check(use.when)


@pytest.mark.parametrize(("trouble", "use"), USES)
def test_every_fault_reaches_its_surfaces(trouble: Trouble, use: FaultUse) -> None:
    meant = set(use.surfaces or trouble.surfaces)
    assert meant <= set(trouble.surfaces)
    assert meant <= REACHES[find_fault(use.name).SEAM]


def test_categories_are_those_of_a_survey() -> None:
    of_surveys = {c.key for n in profiles() for c in load_profile(n).category}
    assert {k for t in CATALOGUE for k in t.categories} <= of_surveys


def test_pins_are_wrong_where_they_must_be() -> None:
    for id, tries in (("card.pin_locked_third_try", 3), ("card.pin_wrong_second_try_stop", 2)):
        pins = find_trouble(id).situation.pins
        assert len(pins) == tries
        assert "1234" not in pins
    assert find_trouble("card.pin_already_locked").situation.pins == ("1234",)


def test_ids_are_unique_and_no_fault_has_one() -> None:
    assert len({t.id for t in CATALOGUE}) == len(CATALOGUE)
    assert not {t.id for t in CATALOGUE} & set(fault_names())


def test_a_file_holds_one_layer() -> None:
    for path in (data_root() / "profiles" / "troubles").glob("*.toml"):
        ids = re.findall(r'^id = "(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
        layers = {find_trouble(i).layer for i in ids}
        stem = OTHER_NAMES.get(path.stem, path.stem)
        assert {re.sub(r"[ -]", "_", layer).lower() for layer in layers} == {stem.replace(" ", "_")}


# ------------------------------------------------------------------ errors
ONE = """\
# a comment
[[trouble]]
id = "card.bent"
title = "曲がったカード"
layer = "card"
categories = ["reader_auth"]
source = ["added"]
what = "カードが曲がっている。"
surfaces = ["pcsc"]
[[trouble.fault]]
name = "card.mute"
when = { first = 2 }
"""


def written(folder, text: str, name: str = "card.toml") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_reads_a_folder(tmp_path) -> None:
    written(tmp_path, ONE)
    assert read_troubles(tmp_path)["card.bent"].fault[0].when.first == 2


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("layer =", "laier =", 5, "unknown key; did you mean 'layer'"),
        ('surfaces = ["pcsc"]', 'surfaces = ["pscs"]', 9, "did you mean 'pcsc'"),
        ("name = ", "nmae = ", 11, "did you mean 'name'"),
        ("{ first = 2 }", "{ first = 0 }", 12, "counts from 1"),
        ("{ first = 2 }", "{ first = 2, nth = 1 }", 12, "one trigger"),
        ('["added"]', '["added"', 8, "not valid TOML"),
    ],
)
def test_a_wrong_trouble_names_file_line_and_remedy(tmp_path, old, new, line, says) -> None:
    written(tmp_path, ONE.replace(old, new))
    with pytest.raises(BadFileError, match=says) as error:
        read_troubles(tmp_path)
    assert error.value.line == line


def test_an_id_twice_is_wrong(tmp_path) -> None:
    written(tmp_path, ONE)
    written(tmp_path, ONE, "more.toml")
    with pytest.raises(BadFileError, match=r"'card\.bent' is already in card\.toml") as error:
        read_troubles(tmp_path)
    assert (error.value.path.name, error.value.line) == ("more.toml", 3)
    (tmp_path / "more.toml").unlink()
    written(tmp_path, ONE + ONE)
    with pytest.raises(BadFileError, match="already in") as error:
        read_troubles(tmp_path)
    assert error.value.line == 15


def test_an_id_of_a_fault_is_wrong(tmp_path) -> None:
    written(tmp_path, ONE.replace("card.bent", "card.pull"))
    with pytest.raises(BadFileError, match="is the name of a fault"):
        read_troubles(tmp_path)


def test_unknown_trouble_suggests_troubles_and_faults() -> None:
    with pytest.raises(UnknownNameError) as error:
        find_trouble("card.pulled_mid_sesion")
    assert "did you mean card.pulled_mid_session" in str(error.value)
    with pytest.raises(UnknownNameError) as error:
        find_trouble("card.pul")
    assert "card.pull is a fault" in str(error.value)
    assert "card.pulled_mid_session is a trouble" in str(error.value)
    with pytest.raises(UnknownNameError, match=r"card\.pull is a fault: use --fault card\.pull"):
        find_trouble("card.pull")
    with pytest.raises(UnknownNameError, match="onshi find TEXT"):
        find_trouble("xyzzy")


def test_rules_load_by_id(tmp_path) -> None:
    assert find_rule("h44").id == "H44"
    with pytest.raises(UnknownNameError, match="unknown rule"):
        find_rule("H99")
    written(
        tmp_path,
        '[[rule]]\nid = "H1"\nlevel = "warn"\ntitle = "x"\ntitle_en = "x"\nmust = "x"\n' * 2,
        "rules.toml",
    )
    with pytest.raises(BadFileError, match="'H1' is there twice") as error:
        read_rules(tmp_path / "rules.toml")
    assert error.value.line == 8


# ------------------------------------------------------------------- words
@pytest.mark.parametrize(
    ("when", "text"),
    [
        ({}, "毎回"),
        ({"nth": 3}, "3回目だけ"),
        ({"first": 5, "match": "Connect"}, "最初の5回（対象: Connect）"),
        ({"every": 2, "until_count": 4}, "2回ごとに1回、4回起きたら終わる"),
        ({"window": [2, 4], "until": "reinsert"}, "2回目から4回目まで、差し直すと終わる"),
        ({"draw": 0.25, "until": "reset"}, "確率0.25（シードで決まる）、リセットで終わる"),
        ({"until_date": "2025-10-11"}, "毎回、2025-10-11に終わる"),
    ],
)
def test_schedules_in_words(when, text) -> None:
    assert schedule_words(msgspec.convert(when, Schedule)) == text


@pytest.mark.parametrize(
    ("on", "text"),
    [
        ("+0d", "同じ日"),
        ("+7d", "7日後"),
        ("+1m", "1か月後"),
        ("+1m:10", "翌月10日"),
        ("+2m:5", "翌々月5日"),
        ("+0m:25", "同じ月の25日"),
        ("+3m:15", "3か月後の月の15日"),
        ("2026-04-06", "2026-04-06"),
    ],
)
def test_days_in_words(on, text) -> None:
    assert step_words(Step(on=on)) == f"{text} 来院"


def test_steps_in_words() -> None:
    refund, claim = find_trouble("billing.ten_wari").situation.step
    assert step_words(refund) == (
        "7日後 来院: 健康保険証を持って、会計のやり直しに来る。（持参: 健康保険証）"
    )
    assert step_words(claim) == "翌月10日 請求: 請求は確認した資格で一つだけ出す。"
    *_, again = find_trouble("human.low_use_low_exposure").situation.step
    assert step_words(again).startswith("同じ日 次の患者の来院: ")
    lifted, _ = find_trouble("backend.emergency_mode_after_call").situation.step
    assert step_words(lifted).endswith("資格確認書、ここまで: wire.unreachable file.never）")
    silent = find_trouble("network.disaster_line_down").situation.step[0]
    assert "（照会の答え: 返らない）" in step_words(silent)
    child = Step(on="+1d", at=time(13, 30), next=True, person="child", reads=False)
    assert step_words(child) == "1日後 13:30 次の患者（子ども）の来院（カード: 読めない）"
    returned = find_trouble("limit.wrong_returned").situation.step[1]
    assert "返戻の理由: 限度額認定の相違" in step_words(returned)


def test_a_situation_in_words() -> None:
    facts = situation_words(find_trouble("card.pin_locked_third_try").situation)
    assert "持参: マイナンバーカード、健康保険証" in facts
    assert "暗証番号の入力: 3回（台本どおり）" in facts
    assert any("やり直す（2回まで） → 健康保険証で確認" in fact for fact in facts)
    assert not any("0000" in fact for fact in facts)
    said = situation_words(find_trouble("billing.fusho_returned").situation)[-1]
    assert said.startswith("患者の申し出: 証の交付を受けている、保険の種別「被用者保険」、")
    assert "住所「東京都試験区試験一丁目１番１号」「大阪府試験市試験町２－２」" in said
