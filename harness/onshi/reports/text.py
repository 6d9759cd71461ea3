"""A broken trouble as text: what was expected, what was seen, why, and how to see it again."""

from __future__ import annotations

from onshi.judge.case import Finding
from onshi.suite import Outcome

__all__ = ["failure_text", "finding_text"]


def finding_text(finding: Finding, title: str = "") -> list[str]:
    """One finding as indented lines."""
    lines = [f"  {finding.rule} {title} [{finding.level}]".rstrip()]
    for label, text in (
        ("期待", finding.expected),
        ("結果", finding.seen),
        ("理由", finding.reason),
        ("出典", ", ".join(finding.source)),
    ):
        if text:
            lines.append(f"    {label}: {text}")
    return lines


def failure_text(outcome: Outcome, reproduce: str) -> str:
    """The message of a failed test."""
    from onshi.catalogue.load import load_rules

    texts = load_rules()
    lines = [f"{outcome.trouble.id}  {outcome.trouble.title}"]
    if outcome.trouble.what:
        lines.append(f"  状況: {outcome.trouble.what}")
    if outcome.problem:
        lines.append(f"  問題: {outcome.problem}")
    for finding in dict.fromkeys((*outcome.broken(), *outcome.broken("warn"))):
        rule = texts.get(finding.rule)
        lines += finding_text(finding, rule.title if rule else "")
    lines.append(f"  再現: {reproduce}")
    return "\n".join(lines)
