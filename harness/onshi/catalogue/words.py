"""Schedules, settings and situations in words (Japanese), for people who read a trouble."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onshi.catalogue.days import day_words
from onshi.catalogue.records import Category, Figure, Situation, Step
from onshi.schedule import Schedule
from onshi.visit import Decision

__all__ = [
    "PERSONS",
    "SHARE_IS",
    "SHOWN",
    "STATUSES",
    "count_words",
    "schedule_words",
    "settings_words",
    "share_words",
    "situation_words",
    "step_words",
]

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

SHARE_IS = "その種類を1回でも経験した医療機関の割合（受診ごとの確率でも製品の不良率でもない）"
"""What the share of a category is, and what it is not: it stands beside every share."""

STATUSES = {
    "printed": "印字のとおり",
    "inferred": "推定",
    "lost": "不明",
    "inconsistent": "食い違い",
    "external": "資料の外",
}
"""How a figure stands in its source (``records.Status``)."""

_ANSWERS = {
    "use_online": "オンラインの情報を使う",
    "keep_chart": "カルテの情報のままにする",
    "retry": "やり直す",
    "cancel": "やめる",
}
_BROUGHT = {"card": "マイナンバーカード", "phone": "スマートフォン"}
_SAID = {
    "unchanged": "保険は前と変わらない",
    "certificate": "証の交付を受けている",
    "disaster": "被災した",
    "insurance": "保険",
    "pin": "暗証番号",
    "plan": "保険の種別",
    "insurer_name": "保険者",
    "employer": "勤め先",
    "addresses": "住所",
    "phone": "電話",
    "insurer_number": "保険者番号",
    "symbol": "記号",
    "number": "番号",
}
_DONE = {"visit": "来院", "claim": "請求", "returns": "審査支払機関の返事"}
SHOWN = {
    "1": "有効",
    "2": "無効",
    "3": "無効（新しい資格あり）",
    "4": "該当なし",
    "5": "複数該当",
    "6": "有効（未登録）",
    "silent": "返らない",
}
"""What an inquiry shows, by OQSCD006 (Step.shows)."""


def count_words(row: Category | Figure) -> str:
    """The count or the text of a row (``5,668``, ``36 推定``); ``不明`` where there is none."""
    count = "" if row.count is None else f"{row.count:,}"
    text = row.text if isinstance(row, Figure) else ""
    number = f"{count}（{text}）" if count and text else count or text
    if not number:
        return "－" if row.share is not None else STATUSES["lost"]
    return number if row.status == "printed" else f"{number} {STATUSES[row.status]}"


def share_words(row: Category | Figure, digits: int = 1) -> str:
    """The printed percentage with as many digits (``77.2%``); ``不明`` for a category or lost
    figure without one, ``－`` for a figure that never had one.
    """
    if row.share is not None:
        return f"{row.share:.{digits}f}%"
    return STATUSES["lost"] if isinstance(row, Category) or row.status == "lost" else "－"


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


def step_words(step: Step) -> str:
    """What comes after the first visit: ``翌月10日 請求: 請求する。（照会の答え: 有効）``."""
    who = PERSONS.get(step.person, step.person)
    what = f"次の患者{f'（{who}）' if who else ''}の来院" if step.next else _DONE[step.do]
    when = day_words(step.on) + (f" {step.at:%H:%M}" if step.at else "")
    facts = [f"照会の答え: {SHOWN[step.shows]}"] if step.shows else []
    if step.reads is not None:
        facts.append(f"カード: {'読める' if step.reads else '読めない'}")
    if step.brings is not None:
        facts.append(f"持参: {_brought(step.brings)}")
    if step.fault:
        facts.append(f"ここから: {' '.join(use.name for use in step.fault)}")
    if step.lift:
        facts.append(f"ここまで: {' '.join(step.lift)}")
    if step.reason:
        facts.append(f"返戻の理由: {step.reason}")
    said = f": {step.what}" if step.what else ""
    return f"{when} {what}{said}" + (f"（{'、'.join(facts)}）" if facts else "")


def _brought(things: tuple[str, ...]) -> str:
    return "、".join(_BROUGHT.get(thing, thing) for thing in things) or "なし"


def _said(says: Mapping[str, Any]) -> str:
    facts = []
    for key, value in says.items():
        label = _SAID.get(key, key)
        several = value if isinstance(value, list | tuple) else [value]
        facts.append(label if value is True else label + "".join(f"「{v}」" for v in several))
    return "、".join(facts)


def situation_words(situation: Situation) -> list[str]:
    """The situation of a visit, one fact a line."""
    facts = [f"持参: {_brought(situation.brings)}"]
    facts.append("初診" if situation.first_visit else "再診（カルテあり）")
    if situation.person:
        facts.append(f"患者: {PERSONS.get(situation.person, situation.person)}")
    if situation.pins != ("1234",):
        facts.append(f"暗証番号の入力: {len(situation.pins)}回（台本どおり）")
    if situation.decisions:
        answers = [_decision_words(d) for d in situation.decisions]
        facts.append(f"職員の答え: {' → '.join(answers)}")
    if situation.says:
        facts.append(f"患者の申し出: {_said(situation.says)}")
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
