"""What came of one trouble: the verdicts weighed, known breaks waived, and the row for reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

from onshi.catalogue.records import Trouble
from onshi.clock import today
from onshi.config import Waiver
from onshi.judge.case import Finding, Verdict
from onshi.judge.verdict import outcome

if TYPE_CHECKING:
    from onshi.course import Course

__all__ = ["OUT_OF_TIME", "UNTROUBLED", "Outcome", "Row", "accept", "conclude", "row", "waive"]

OUT_OF_TIME = "時間切れ (--onshi-max-time)"
"""The problem of a trouble that was not started any more."""

UNTROUBLED = Trouble(
    id="untroubled",
    title="トラブルのない受付",
    layer="",
    categories=(),
    source=("added",),
    what="カードも資格も正しい患者が来る。",
    surfaces=("pcsc", "webapi", "folder", "face"),
)
"""The encounter in which nothing goes wrong: the product must find the patient valid."""


@dataclass
class Outcome:
    """What came of one trouble: ``result`` is passed, failed, skipped or waived.

    ``same_as`` names the trouble under which the visit was made, where two troubles do the same
    to a product: then the journal is that trouble's, too. ``order`` is the journal as it came.
    ``unreadable``: a claim could not be read, which no waiver of rules accepts.
    """

    trouble: Trouble
    result: str
    findings: list[Finding] = field(default_factory=list)
    problem: str = ""
    waived: list[Waiver] = field(default_factory=list)
    journal: bytes = b""
    same_as: str = ""
    order: bytes = b""
    unreadable: bool = False

    def broken(self, level: str = "fail") -> list[Finding]:
        """The broken halves of one level."""
        return [f for f in self.findings if f.verdict is Verdict.BROKEN and f.level == level]


class Row(msgspec.Struct, kw_only=True):
    """One outcome as it travels: from a worker process, in results.json, over HTTP.

    ``met``, ``broken`` (level fail) and ``warned`` (level warn) hold rule ids, sorted. ``name``
    tells an encounter from others with the same trouble; it is empty for a plain trouble. Of
    ``count`` encounters with the same outcome it is the first, ``also`` names a few others.
    ``unreadable``: as in :class:`Outcome`.
    """

    trouble: str
    name: str = ""
    title: str = ""
    what: str = ""
    categories: list[str] = []
    result: str
    problem: str = ""
    same_as: str = ""
    met: list[str] = []
    broken: list[str] = []
    warned: list[str] = []
    waived: list[Waiver] = []
    findings: list[Finding] = []
    reproduce: str = ""
    count: int = 1
    also: list[str] = []
    unreadable: bool = False


def conclude(course: Course, trouble: Trouble, problem: str = "") -> Outcome:
    """The verdicts of a course by the rules of ``trouble``, weighed.

    Without a trouble (:data:`UNTROUBLED`) there is no rule: the patient must be found valid. A
    claim that cannot be read fails whatever the rules say, with what the reader says of it.
    """
    if trouble.id == UNTROUBLED.id:
        return _plain(course, problem)
    findings = course.findings(trouble)
    if not course.unreadable:
        return Outcome(trouble, outcome(findings), findings, problem)
    said = " / ".join(filter(None, [problem, *course.unreadable]))
    return Outcome(trouble, "failed", findings, said, unreadable=True)


def _plain(course: Course, problem: str) -> Outcome:
    status = course.handling.status if course.handling is not None else None
    if problem:
        return Outcome(UNTROUBLED, "failed", problem=problem)
    if status is None:
        return Outcome(UNTROUBLED, "skipped")
    if status == "valid":
        return Outcome(UNTROUBLED, "passed")
    problem = f"トラブルのない患者の資格を「有効」と示さなかった (status={status})"
    return Outcome(UNTROUBLED, "failed", problem=problem)


def waive(result: Outcome, waivers: Iterable[Waiver]) -> Outcome:
    """Take out waived breaks; a break whose waiver has run out stays red and says so.

    Waivers live in the calendar of the people who promised a fix, not in the desk's. Of several
    for the same break the first that still holds counts. A product that could not even be asked
    (its adapter raised) has broken no rule, so there is nothing to waive; one whose claim cannot
    be read fails for that, whatever is waived beside it.
    """
    rules = list(dict.fromkeys(f.rule for f in result.broken()))
    if result.result == "failed" and rules:
        result.waived, expired = _promises(result.trouble.id, rules, waivers)
        result.problem = " / ".join(filter(None, [result.problem, *expired]))
        if len(result.waived) == len(rules) and not result.unreadable:
            result.result = "waived"
    return result


def accept(row: Row, waivers: Iterable[Waiver]) -> Row:
    """The same for an outcome that was kept; the row itself stays as it is."""
    if row.result != "failed" or not row.broken:
        return row
    waived, expired = _promises(row.trouble, row.broken, waivers)
    problem = " / ".join(filter(None, [row.problem, *(e for e in expired if e not in row.problem)]))
    accepted = len(waived) == len(row.broken) and not row.unreadable
    result = "waived" if accepted else row.result
    return msgspec.structs.replace(row, waived=waived, result=result, problem=problem)


def _promises(
    trouble: str, rules: Iterable[str], waivers: Iterable[Waiver]
) -> tuple[list[Waiver], list[str]]:
    """For each broken rule its waiver, if one holds; and what has expired, in sentences."""
    good: dict[str, Waiver] = {}
    late: dict[str, Waiver] = {}
    for waiver in waivers:
        if fnmatchcase(trouble, waiver.trouble):
            (good if waiver.until >= today() else late).setdefault(waiver.rule, waiver)
    held = [good[rule] for rule in rules if rule in good]
    return held, [_expired(late[rule]) for rule in rules if rule in late and rule not in good]


def _expired(waiver: Waiver) -> str:
    ticket = f" ({waiver.ticket})" if waiver.ticket else ""
    return (
        f"{waiver.rule} の猶予 (waiver) は {waiver.until} に切れています: {waiver.reason}{ticket}"
    )


def row(
    outcome: Outcome, reproduce: str = "", name: str = "", hide: Callable[[str], str] | None = None
) -> Row:
    """An outcome as plain values; ``reproduce`` is the command that shows it again.

    ``hide`` takes out of every text what must not be kept (the vendor's own result codes).
    """
    made = Row(
        trouble=outcome.trouble.id,
        name=name,
        title=outcome.trouble.title,
        what=outcome.trouble.what,
        categories=list(outcome.trouble.categories),
        result=outcome.result,
        problem=_writable(outcome.problem),
        same_as=outcome.same_as,
        met=sorted({f.rule for f in outcome.findings if f.verdict is Verdict.MET}),
        broken=sorted({f.rule for f in outcome.broken()}),
        warned=sorted({f.rule for f in outcome.broken("warn")}),
        waived=list(outcome.waived),
        findings=[_told(f) for f in dict.fromkeys(outcome.findings)],
        reproduce=reproduce,
        unreadable=outcome.unreadable,
    )
    text = msgspec.json.encode(made).decode()
    kept = hide(text) if hide is not None else text
    return made if kept == text else msgspec.json.decode(kept, type=Row)


def _told(finding: Finding) -> Finding:
    return replace(
        finding,
        reason=_writable(finding.reason),
        expected=_writable(finding.expected),
        seen=_writable(finding.seen),
    )


def _writable(text: str) -> str:
    """Half a surrogate pair, which a product may show and no file can hold, as ``\\ud800``."""
    return text.encode("utf-8", "backslashreplace").decode()
