"""A broken trouble as text: what was expected, what was seen, why, and how to see it again."""

from __future__ import annotations

from onshi.judge.case import Finding, Verdict
from onshi.outcomes import Row

__all__ = ["failure_text", "finding_text", "missing_text", "waived_text"]


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


def failure_text(row: Row) -> str:
    """The message of a failed trouble."""
    from onshi.catalogue.load import load_rules

    texts = load_rules()
    lines = [f"{row.trouble}  {row.title}"]
    if row.what:
        lines.append(f"  状況: {row.what}")
    if row.problem:
        lines.append(f"  問題: {row.problem}")
    broken = [f for f in row.findings if f.verdict is Verdict.BROKEN]
    for level in ("fail", "warn"):
        for finding in (f for f in broken if f.level == level):
            rule = texts.get(finding.rule)
            lines += finding_text(finding, rule.title if rule else "")
    if row.same_as:
        lines.append(f"  実行: {row.same_as} と同じ刺激なので、その実行で判定した")
    if row.reproduce:
        lines.append(f"  再現: {row.reproduce}")
    return "\n".join(lines)


def missing_text(row: Row) -> str:
    """Why nothing could be judged."""
    if row.problem:
        return row.problem
    unseen = [f for f in row.findings if f.verdict is Verdict.NOT_OBSERVED and f.level != "context"]
    reasons = "; ".join(f"{f.rule} {f.reason}" for f in unseen[:3])
    return "観測なし: " + (reasons or "この規則を判定できる項目がありません")


def waived_text(row: Row) -> str:
    """What is accepted for now, until when and why."""
    return ", ".join(f"{w.rule} 猶予中 {w.until} まで: {w.reason}" for w in row.waived)
