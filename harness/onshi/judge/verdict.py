"""Judging one case: run its rules, weigh the findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from onshi.catalogue.load import load_rules
from onshi.catalogue.records import RuleText
from onshi.errors import OnshiError, UnknownNameError
from onshi.judge.case import Case, Finding, Verdict
from onshi.judge.rules import rules

__all__ = ["LEVELS", "judge_case", "outcome"]

LEVELS = ("fail", "warn", "context", "off")
_ALWAYS = "H51"


def judge_case(case: Case, levels: Mapping[str, str] | None = None) -> list[Finding]:
    """The findings of the trouble's rules, in the trouble's order.

    ``levels`` are the vendor's own (``{"H46": "fail"}``): every half of that rule gets the
    level; ``off`` leaves the rule out. A product that never returned, or is frozen, breaks H51
    whatever the trouble is. Raises :class:`UnknownNameError` for a rule that does not exist, in
    the trouble or in ``levels``, and :class:`OnshiError` for a level that does not.
    """
    texts, levels = load_rules(), levels or {}
    for id, level in levels.items():
        if id not in texts:
            raise UnknownNameError("rule", id, texts)
        if level not in LEVELS:
            raise OnshiError(f"the level of {id} is {', '.join(LEVELS)}, not {level!r}")
    found: list[Finding] = []
    for id in dict.fromkeys(case.trouble.rules):
        if id not in texts:
            raise UnknownNameError("rule", id, texts)
        found += _run(case, texts[id], levels.get(id))
    if _ALWAYS not in case.trouble.rules and (not case.returned or case.alive is False):
        hung = _run(case, texts[_ALWAYS], levels.get(_ALWAYS))
        found += [f for f in hung if f.verdict is Verdict.BROKEN]
    return found


def _run(case: Case, text: RuleText, level: str | None) -> list[Finding]:
    if level == "off":
        return []
    return [
        replace(f, level=level or f.level, source=f.source or text.source)
        for f in _judge(case, text)
    ]


def _judge(case: Case, text: RuleText) -> Iterable[Finding]:
    if (text.valid_from and case.date < text.valid_from) or (
        text.valid_to and case.date > text.valid_to
    ):
        return [_unjudged(text, f"{case.date} はこの規則の期間の外である")]
    function = rules().get(text.id)
    if function is not None:
        return function(case)
    if text.level == "context":
        return [_unjudged(text, "判定せずに示すだけの規則である")]
    return [_unjudged(text, "この規則に要る材料（請求ファイルなど）はまだ読み取らない")]


def _unjudged(text: RuleText, reason: str) -> Finding:
    return Finding(
        rule=text.id,
        verdict=Verdict.NOT_OBSERVED,
        reason=f"観測なし: {reason}",
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
