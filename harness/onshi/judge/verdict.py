"""Judging one case: run its rules, weigh the findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from onshi.catalogue.load import load_rules
from onshi.catalogue.records import RuleText
from onshi.errors import OnshiError, UnknownNameError
from onshi.judge.case import Case, Finding, Verdict
from onshi.judge.rules import rules, story_rules
from onshi.judge.story import Story

__all__ = ["LEVELS", "judge_case", "judge_story", "outcome"]

LEVELS = ("fail", "warn", "context", "off")
_ALWAYS = "H51"


def judge_case(case: Case, levels: Mapping[str, str] | None = None) -> list[Finding]:
    """The findings of the trouble's rules, in the trouble's order.

    ``levels`` are the vendor's own (``{"H46": "fail"}``): every half of that rule gets the
    level; ``off`` leaves the rule out. A product that never returned, or is frozen, breaks H51
    whatever the trouble is. Raises :class:`UnknownNameError` for a rule that does not exist, in
    the trouble or in ``levels``, and :class:`OnshiError` for a level that does not.
    """
    levels = levels or {}
    found: list[Finding] = []
    for text in _texts(case.trouble.rules, levels):
        if text.id in rules():
            found += _weighed(_judge(case, text), text, levels)
    if _ALWAYS not in case.trouble.rules:
        found += _hung(case, levels)
    return found


def judge_story(story: Story, levels: Mapping[str, str] | None = None) -> list[Finding]:
    """The findings of the rules that look at a whole course: its claims, what came of them.

    ``levels`` and what is raised as for :func:`judge_case`. A rule with an end or a beginning is
    judged when any chapter lies between them. A product that hangs over a claim or a 返戻 breaks
    H51, as over a visit.
    """
    levels = levels or {}
    found: list[Finding] = []
    for text in _texts(story.trouble.rules, levels):
        function = story_rules().get(text.id)
        if function is None:
            continue
        late = [_out_of_date(text, chapter.case.date) for chapter in story.chapters]
        unfit = late[-1] if late and all(late) else None
        found += _weighed([unfit] if unfit else function(story), text, levels)
    for chapter in story.chapters:
        if chapter.purpose != "visit":
            found += _hung(chapter.case, levels)
    return found


def _hung(case: Case, levels: Mapping[str, str]) -> list[Finding]:
    """H51, broken, where the product never returned or is frozen."""
    if case.returned and case.alive is not False:
        return []
    text = load_rules()[_ALWAYS]
    found = _weighed(_judge(case, text), text, levels)
    return [f for f in found if f.verdict is Verdict.BROKEN]


def _texts(ids: Iterable[str], levels: Mapping[str, str]) -> list[RuleText]:
    """The texts of the rules to judge by, without those that are switched off."""
    texts = load_rules()
    for id, level in levels.items():
        if id not in texts:
            raise UnknownNameError("rule", id, texts)
        if level not in LEVELS:
            raise OnshiError(f"the level of {id} is {', '.join(LEVELS)}, not {level!r}")
    for id in ids:
        if id not in texts:
            raise UnknownNameError("rule", id, texts)
    return [texts[id] for id in dict.fromkeys(ids) if levels.get(id) != "off"]


def _weighed(
    findings: Iterable[Finding], text: RuleText, levels: Mapping[str, str]
) -> list[Finding]:
    level = levels.get(text.id)
    if level == "off":
        return []
    return [replace(f, level=level or f.level, source=f.source or text.source) for f in findings]


def _judge(case: Case, text: RuleText) -> Iterable[Finding]:
    late = _out_of_date(text, case.date)
    return [late] if late else rules()[text.id](case)


def _out_of_date(text: RuleText, day: date) -> Finding | None:
    if (text.valid_from is None or day >= text.valid_from) and (
        text.valid_to is None or day <= text.valid_to
    ):
        return None
    return Finding(
        rule=text.id,
        verdict=Verdict.NOT_OBSERVED,
        reason=f"観測なし: {day} はこの規則の期間の外である",
        level=text.level,
        expected=text.must,
    )


def outcome(findings: Iterable[Finding]) -> Literal["passed", "failed", "skipped"]:
    """``failed``: something of level fail is broken; ``passed``: something is met and nothing
    broken; ``skipped`` (観測なし): nothing of level fail was observed.
    """
    weighty = {f.verdict for f in findings if f.level == "fail"}
    if Verdict.BROKEN in weighty:
        return "failed"
    return "passed" if Verdict.MET in weighty else "skipped"
