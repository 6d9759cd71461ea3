"""The HTML report: one self-contained page, in Japanese, for people who did not run it."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from onshi.catalogue.load import load_rules
from onshi.judge.case import Finding, Verdict
from onshi.outcomes import Row
from onshi.reports.baseline import since
from onshi.reports.files import write_file
from onshi.reports.gather import RESULTS, VERDICT_WORDS, Break, Group, breaks, gather
from onshi.reports.journals import Journals
from onshi.reports.matrix import STATE_WORDS, elsewhere, matrix, untested
from onshi.reports.picture import Picture, draw
from onshi.reports.run import Run
from onshi.reports.summary import shares_note, unneeded
from onshi.reports.text import missing_text
from onshi.reports.timeline import marks

__all__ = ["html", "write_html"]

PICTURES = 200
"""So many pictures at most are on a page: it stays small enough to be sent."""

_HERE = Path(__file__).parent

_SIGNS = {
    "passed": "○", "failed": "×", "waived": "△", "skipped": "－", "late": "－", "not_run": "－",
    "not_chosen": "・", "not_drawn": "・", "out": "／", "impossible": "／", "met": "○",
    "broken": "×", "not_observed": "－", "warned": "！",
}  # fmt: skip
_LEVELS = {"fail": "必須", "warn": "推奨", "context": "参考"}


def write_html(
    path: Path,
    run: Run,
    rows: Iterable[Row],
    *,
    before: Iterable[Row] | None = None,
    journals: Journals | None = None,
) -> None:
    """Write the page. Raises :class:`OnshiError` when the file cannot be written."""
    write_file(path, html(run, rows, before=before, journals=journals), "the report")


def html(
    run: Run,
    rows: Iterable[Row],
    *,
    before: Iterable[Row] | None = None,
    journals: Journals | None = None,
) -> str:
    """The page as text. ``rows`` is gone through once and may be of any length: they are counted
    by trouble. ``before`` is a former run, ``journals`` is where the pictures are made from.
    """
    groups = gather(rows)
    profiles = [(p, matrix(p, run, groups), shares_note(p)) for p in run.surveys]
    others = elsewhere(run.surveys, run, groups)
    sections = [section for _, found, _ in profiles for section in found]
    change = since(before, groups, run.troubles) if before is not None else None
    details, left = _details(groups, run, journals or Journals())
    style, script = ((_HERE / f"report.{kind}").read_text("utf-8") for kind in ("css", "js"))
    page: str = _template().render(
        run=run,
        about=run.about,
        style=style,
        script=script,
        policy=_policy(style, script),
        totals=_totals(groups),
        unobserved=run.too_few(groups),
        profiles=profiles,
        others=others,
        states=[s for s in STATE_WORDS if any(section.counts[s] for section in sections)],
        untested=untested(run, sections, others),
        known=sum(1 for g in groups if any(w.reason == "baseline" for w in g.row.waived)),
        broken_rules=_broken_rules(groups),
        details=details,
        detailed={d.group.trouble: True for d in details},
        left=left,
        unseen=_unseen(groups),
        blind=[g for g in groups if g.result == "skipped" and not g.out_of_time],
        partly=_partly(groups),
        same=_same(groups),
        missing=missing_text,
        unneeded=unneeded(run, groups),
        change=change,
        changes=_changes(change) if change is not None else [],
        titles={g.trouble: g.title for g in groups},
        rules=load_rules(),
        words={**STATE_WORDS, **VERDICT_WORDS, "warned": "注意"},
        signs=_SIGNS,
        levels=_LEVELS,
    )
    return page


@cache
def _template() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html.j2")


def _policy(style: str, script: str) -> str:
    """What the page may load: nothing; what may run and style it: our own text alone."""
    own = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    ]
    return f"default-src 'none'; style-src 'sha256-{own[0]}'; script-src 'sha256-{own[1]}'"


def _totals(groups: Sequence[Group]) -> Counter[str]:
    found: Counter[str] = Counter()
    for group in groups:
        found.update(group.counts)
    return found


@dataclass(frozen=True)
class Detail:
    """One trouble in which something was broken. ``broken`` is what is to be told, level fail
    first; ``picture`` is None where there is no journal, or no room for one more.
    """

    group: Group
    row: Row
    broken: tuple[Break, ...]
    others: tuple[Finding, ...]
    picture: Picture | None


def _details(groups: Sequence[Group], run: Run, journals: Journals) -> tuple[list[Detail], int]:
    """The details, the worst first, and how many pictures were left out."""
    ranked = [g for r in RESULTS for g in groups if g.result == r and (_bad(g) or g.warned)]
    found, left = [], 0
    drawn = 0
    for group in ranked:
        row = group.row if _bad(group) else _warned_row(group)
        picture = None
        if _bad(group) and (events := journals.events(row)):
            if drawn < PICTURES:
                picture = draw(marks(events, run.date))
                drawn += 1
            else:
                left += 1
        others = tuple(f for f in row.findings if f.verdict is not Verdict.BROKEN)
        found.append(Detail(group, row, breaks(row), others, picture))
    return found, left


def _bad(group: Group) -> bool:
    return group.result in ("failed", "waived")


def _warned_row(group: Group) -> Row:
    return next(row for row in group.shown.values() if row.warned)


def _broken_rules(groups: Sequence[Group]) -> list[tuple[str, list[Group], list[Group]]]:
    """(rule, troubles that broke it, troubles that were warned of), the most broken first."""
    found: dict[str, tuple[list[Group], list[Group]]] = {}
    for group in groups:
        for rule in group.broken:
            found.setdefault(rule, ([], []))[0].append(group)
        for rule in group.warned:
            found.setdefault(rule, ([], []))[1].append(group)
    ranked = sorted(found, key=lambda r: (-len(found[r][0]), -len(found[r][1]), r))
    return [(rule, *found[rule]) for rule in ranked]


def _unseen(groups: Sequence[Group]) -> list[tuple[str, str, list[Group]]]:
    """(rule, what would be needed to see it, troubles), by rule."""
    found: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        halves = {(f.rule, f.reason) for f in group.findings if f.verdict is Verdict.NOT_OBSERVED}
        for half in halves:
            found.setdefault(half, []).append(group)
    return [(rule, reason, found[rule, reason]) for rule, reason in sorted(found)]


def _partly(groups: Sequence[Group]) -> list[tuple[Group, str]]:
    """Troubles of which a part only was brought about, and which part was not."""
    from onshi.catalogue.load import load_troubles

    known = load_troubles()
    told = [(g, known[g.trouble].partly) for g in groups if g.trouble in known]
    return [(group, part) for group, part in told if part]


def _same(groups: Sequence[Group]) -> list[tuple[str, list[Group]]]:
    found: dict[str, list[Group]] = {}
    for group in groups:
        if group.row.same_as:
            found.setdefault(group.row.same_as, []).append(group)
    return sorted(found.items())


def _changes(change: Any) -> list[tuple[str, str, dict[str, list[str]]]]:
    """(sign, heading, rules by trouble), what needs a reader most first."""
    return [
        ("×", "新しい違反", change.new),
        ("○", "直った違反", change.fixed),
        ("△", "残っている違反", change.still),
        ("－", "観測されなくなった規則", change.unseen),
    ]
