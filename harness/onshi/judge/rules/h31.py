"""H31 Another person's data are not taken over silently (``004:L52``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import show
from onshi.judge.compare import fits, fold_kana, has_blackdot, same
from onshi.judge.findings import Half
from onshi.judge.look import (
    IDENTITY,
    NUMBERS,
    WORDS,
    accepted,
    after,
    as_chart,
    asked,
    before,
    handling,
    records,
    took_answer,
)
from onshi.judge.rules import rule
from onshi.visit import Chart

PERSON = Half(
    "H31", "fail", "カナ・生年月日・性別の違う回答を、操作者が認めずにカルテへ書き込まない"
)
SPELLING = Half("H31", "warn", "氏名・住所の違う回答を、黙ってカルテへ書き込まない")
SHOWN = Half("H31", "warn", "カルテとの違いを示す")
CARD = Half("H31", "warn", "置き忘れられたカードを、次の患者のカードとして使わない")
_LEFT_BEHIND = "hands.left_behind"


@rule("H31")
def judge(case: Case) -> Iterator[Finding]:
    if any(use.name == _LEFT_BEHIND for use in case.trouble.fault):
        yield _whose_card(case)
    if case.visit.chart is None and handling(case).chart_before is None:
        yield PERSON.unseen("比べるカルテのない初診である")
        return
    others = [c for r in records(case) if _differs(case, c := as_chart(r), IDENTITY)]
    spelt = [c for r in records(case) if _differs(case, c := as_chart(r), ("name", "address"))]
    if others:
        yield _written(case, others, (*IDENTITY, "name", *NUMBERS), PERSON)
    else:
        yield PERSON.unseen("カナ・生年月日・性別の違う回答は送られていない")
        if spelt:
            yield _written(case, spelt, ("name", "address"), SPELLING)
    if others or spelt:
        yield _shown(case)


def _whose_card(case: Case) -> Finding:
    """Whose PIN went to which card: what lies there before the next is laid down is not theirs."""
    laid = False
    for event in case.next_events:
        laid = laid or event.get("event") == "present"
        if event.get("event") == "verify":
            if laid:
                return CARD.met("次の患者が置いたカードを使った")
            return CARD.broken("次の患者の暗証番号を、置き忘れられたカードに送った")
    return CARD.unseen("次の患者の受付で、暗証番号がカードに送られていない")


def _differs(case: Case, sent: Chart, fields: tuple[str, ...]) -> bool:
    return any(
        _other(f, before(case, f), getattr(sent, f)) for f in fields if getattr(sent, f) is not None
    )


def _other(field: str, old: object, new: object) -> bool:
    """Whether two values of a field speak of different people, not of different spellings."""
    if old in (None, "") or new in (None, ""):
        return False
    if isinstance(old, str) and isinstance(new, str):
        if field == "kana":
            return fold_kana(old) != fold_kana(new)
        if field == "address":
            return not fits(new, old)
        if field == "name" and has_blackdot(new):
            return False
    return not same(field, old, new)


def _written(case: Case, sent: list[Chart], fields: tuple[str, ...], half: Half) -> Finding:
    hidden, taken = [], []
    for field in fields:
        old, new = before(case, field), after(case, field)
        if old in (None, "") or not _at_stake(field, old, sent):
            continue
        if new is None:
            hidden.append(WORDS[field])
        elif not same(field, old, new) and any(same(field, new, getattr(c, field)) for c in sent):
            taken.append(f"{WORDS[field]} {show(old)} → {show(new)}")
    if not taken:
        if hidden:
            return half.unseen("handling.chart_after に" + "・".join(hidden) + "がない")
        if not took_answer(case):
            return half.unseen("回答を受け取ったことが見えない")
        return half.met("カルテは元のまま")
    choice = accepted(case)
    if choice:
        return half.met("操作者が取り込みを認めた")
    if choice is None:
        return half.unseen("質問への答えが見えない（visit.decide を通すと判定できる）")
    return half.broken("違いのある回答が、認めていないのに書き込まれた", "、".join(taken))


def _at_stake(field: str, old: object, sent: list[Chart]) -> bool:
    """Whether an answer says something else of this field than the chart."""
    values = (getattr(c, field) for c in sent)
    return any(v not in (None, "") and not same(field, old, v) for v in values)


def _shown(case: Case) -> Finding:
    if asked(case) or handling(case).warned:
        return SHOWN.met("尋ねた、または知らせた")
    if asked(case) is None or handling(case).warned is None:
        return SHOWN.unseen("handling.asked と handling.warned の両方は報告されていない")
    if not took_answer(case):
        return SHOWN.unseen("回答を受け取ったことが見えない")
    return SHOWN.broken("違いを尋ねも知らせもしなかった")
