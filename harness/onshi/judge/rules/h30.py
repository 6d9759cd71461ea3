"""H30 First visit with ● or without kanji: ask for the spelling (``003:L690``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import right_person
from onshi.judge.compare import has_blackdot, has_kanji
from onshi.judge.findings import Half
from onshi.judge.look import (
    after,
    as_chart,
    asked,
    operator_answers,
    records,
    unseen_questions,
)
from onshi.judge.rules import rule

MADE = Half("H30", "fail", "尋ねることなく、●を含む氏名で患者を登録しない")
MERGED = Half("H30", "fail", "●を含む氏名で、別の患者のカルテに結び付けない")
KANJI = Half("H30", "warn", "漢字のない氏名では表記を尋ねる")


@rule("H30")
def judge(case: Case) -> Iterator[Finding]:
    names = [as_chart(r).name or "" for r in records(case)]
    if not case.visit.first_visit:
        yield MADE.unseen("初診ではない")
    elif any(has_blackdot(name) for name in names):
        yield _made(case)
        yield right_person(case, MERGED)
    elif has_kanji(case.visit.patient.name) and any(n and not has_kanji(n) for n in names):
        yield _no_kanji(case)
    else:
        yield MADE.unseen("●を含む氏名は送られていない")


def _made(case: Case) -> Finding:
    name, questions = after(case, "name"), asked(case)
    if isinstance(name, str) and has_blackdot(name):
        if not questions:
            return MADE.broken("尋ねることなく、●を含む氏名で登録した", f"氏名「{name}」")
        answers = operator_answers(case)
        if answers and not unseen_questions(case) and set(answers) <= {"cancel"}:
            return MADE.broken("取り消したのに、●を含む氏名で登録した", f"氏名「{name}」")
        return MADE.met("表記を尋ねた")
    if isinstance(name, str) and name:
        return MADE.met(f"氏名「{name}」で登録した")
    if questions:
        return MADE.met("表記を尋ね、●を含む氏名では登録していない")
    return MADE.unseen("handling.chart_after に氏名がない")


def _no_kanji(case: Case) -> Finding:
    name, questions = after(case, "name"), asked(case)
    if questions:
        return KANJI.met("表記を尋ねた")
    if not isinstance(name, str) or not name:
        return KANJI.unseen("handling.chart_after に氏名がない")
    if has_kanji(name):
        return KANJI.met(f"氏名「{name}」で登録した")
    return KANJI.broken("尋ねることなく、漢字のない氏名で登録した", f"氏名「{name}」")
