"""Schedules, settings and situations in words (Japanese), for people who read a trouble."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onshi.catalogue.records import Situation
from onshi.schedule import Schedule
from onshi.visit import Decision

__all__ = ["OTHER_CATEGORIES", "PERSONS", "schedule_words", "settings_words", "situation_words"]

PERSONS = {
    "elderly": "70～74歳",
    "late_elderly": "75歳以上",
    "child": "子ども",
    "kokuho": "国保",
    "shaho": "社保",
    "kyosai": "共済",
    "jieitai": "自衛官",
    "seiho": "生活保護（医療扶助）",
    "dialysis": "特定疾病（人工透析）",
}
"""The kinds of patient a situation can ask for."""

OTHER_CATEGORIES = {
    "chiba_chip": "マイナ保険証の不具合（千葉県保険医協会の調査、2023年）",
    "chiba_other_person": "他人の情報（千葉県保険医協会の調査、2023年）",
    "chiba_insurer": "保険者の情報が正しく反映されていない（千葉県保険医協会の調査、2023年）",
    "chiba_reader_pc": "カードリーダー・パソコンの不具合（千葉県保険医協会の調査、2023年）",
    "other": "その他（調査の自由記述）",
    "wrong_medical_info": "間違った医療情報の紐付け（全国保険医団体連合会の調査、2023年）",
}
"""Categories of surveys that are not shipped as profiles: their troubles are run by their ids."""

_ANSWERS = {
    "use_online": "オンラインの情報を使う",
    "keep_chart": "カルテの情報のままにする",
    "retry": "やり直す",
    "cancel": "やめる",
}
_BROUGHT = {"card": "マイナンバーカード", "phone": "スマートフォン"}


def schedule_words(when: Schedule) -> str:
    """When a fault strikes and when it ends: ``最初の5回（対象: Connect）``."""
    if when.nth is not None:
        text = f"{when.nth}回目だけ"
    elif when.first is not None:
        text = f"最初の{when.first}回"
    elif when.every is not None:
        text = f"{when.every}回ごとに1回"
    elif when.window is not None:
        text = f"{when.window[0]}回目から{when.window[1]}回目まで"
    elif when.draw is not None:
        text = f"確率{when.draw:g}（シードで決まる）"
    else:
        text = "毎回"
    if when.match:
        text += f"（対象: {when.match}）"
    ends = []
    if when.until_count is not None:
        ends.append(f"{when.until_count}回起きたら終わる")
    if when.until is not None:
        ends.append({"reset": "リセットで終わる", "reinsert": "差し直すと終わる"}[when.until])
    if when.until_date is not None:
        ends.append(f"{when.until_date.isoformat()}に終わる")
    return "、".join([text, *ends])


def settings_words(settings: Mapping[str, Any]) -> str:
    """``code=SCARD_W_UNRESPONSIVE_CARD, seconds=45.0``; empty for none."""
    return ", ".join(f"{key}={value}" for key, value in settings.items())


def situation_words(situation: Situation) -> list[str]:
    """The situation of a visit, one fact a line."""
    brings = [_BROUGHT.get(thing, thing) for thing in situation.brings]
    facts = [f"持参: {'、'.join(brings) or 'なし'}"]
    facts.append("初診" if situation.first_visit else "再診（カルテあり）")
    if situation.person:
        facts.append(f"患者: {PERSONS.get(situation.person, situation.person)}")
    if situation.pins != ("1234",):
        facts.append(f"暗証番号の入力: {len(situation.pins)}回（台本どおり）")
    if situation.decisions:
        answers = [_decision_words(d) for d in situation.decisions]
        facts.append(f"職員の答え: {' → '.join(answers)}")
    if situation.says:
        facts.append(f"患者の申し出: {settings_words(situation.says)}")
    if situation.chart:
        facts.append(f"カルテの違い: {settings_words(situation.chart)}")
    if situation.limit_consent:
        facts.append("限度額情報の提供に同意")
    if situation.visits > 1:
        facts.append(f"来院{situation.visits}回")
    if situation.next_patient:
        facts.append("トラブルのない次の患者が続く")
    return facts


def _decision_words(decision: Decision) -> str:
    kind, _, rest = decision.answer.partition(":")
    if kind == "document":
        text = f"{rest}で確認"
    elif kind == "copay":
        text = f"負担割合{rest}%"
    else:
        text = _ANSWERS.get(decision.answer, decision.answer)
    if decision.when != "*":
        text = f"「{decision.when}」には{text}"
    return text + (f"（{decision.times}回まで）" if decision.times is not None else "")
