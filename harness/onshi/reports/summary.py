"""The summary in lines: per survey category, what was met, broken, waived, not observed, 対象外."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import NamedTuple, Protocol

from onshi.catalogue.records import Category, Profile, Trouble
from onshi.config import Waiver
from onshi.judge.case import Finding, Verdict
from onshi.outcomes import OUT_OF_TIME, Row
from onshi.reports.run import Ended, Run

__all__ = [
    "Line",
    "category_rows",
    "details",
    "not_run",
    "share_text",
    "shares",
    "shares_note",
    "summary",
    "unneeded",
]

_RESULTS = ("passed", "failed", "waived", "skipped")
_SHOWN = 10
_NOTHING_SEEN = (
    "何も観測できませんでした: アダプターで来院を処理し、画面で見えたこと (status, message, "
    "offered, copay_percent, chart_before, chart_after, documents, evidence) を Handling に"
    "書いてください"
)


class Told(Ended, Protocol):
    """The same with its verdicts."""

    @property
    def broken(self) -> Sequence[str]: ...
    @property
    def findings(self) -> Sequence[Finding]: ...


class Line(NamedTuple):
    """One line of text; ``colour`` is ``red``, ``yellow``, ``green``, ``bold`` or nothing."""

    text: str
    colour: str = ""


def category_rows(
    profile: Profile, rows: Iterable[Row], out_of_scope: Iterable[Trouble]
) -> list[tuple[Category, dict[str, int]]]:
    """(category, counts) by falling share; counts also hold ``out`` (対象外)."""
    rows, out_of_scope = list(rows), list(out_of_scope)
    table = []
    for category in sorted(profile.category, key=lambda c: -(c.share or 0)):
        if not category.injectable:
            continue
        counts = {
            r: sum(x.count for x in rows if x.result == r and category.has(x.trouble, x.categories))
            for r in _RESULTS
        }
        counts["out"] = sum(1 for t in out_of_scope if category.has(t.id, t.categories))
        table.append((category, counts))
    return table


def summary(run: Run, rows: list[Row]) -> Iterator[Line]:
    """The whole of it: what was run, the table of each survey, the details."""
    yield Line(run.title)
    for profile in run.surveys:
        yield Line(f"onshi: {profile.name} ({profile.title})", "bold")
        yield from shares(profile, run, rows)
    yield from details(run, rows)


def shares_note(profile: Profile) -> str:
    """What the shares are, and what they are not."""
    if profile.kind == "rules":
        return "取り扱いを定めた文書で、調査ではありません。割合はありません。"
    if profile.n_troubled is None:
        among = "トラブルがあったと答えた施設 (数は資料から分からない) のうち"
    else:
        among = f"トラブルがあったと答えた {profile.n_troubled:,} 施設のうち"
    return (
        f"割合は、{among}その項目を挙げた施設の割合です"
        " (受診ごとの発生確率や製品の不具合率ではありません)。"
    )


def share_text(profile: Profile, category: Category) -> str:
    """The printed percentage; 不明 where the source has lost it, － where there never was one."""
    if category.share is not None:
        return f"{category.share:.{profile.digits()}f} %"
    return "－" if profile.kind == "rules" else "不明"


def shares(profile: Profile, run: Run, rows: list[Row]) -> Iterator[Line]:
    """The table of one survey."""
    yield Line(shares_note(profile))
    for category, counts in category_rows(profile, rows, run.out_of_scope):
        yield Line(
            f"{_padded(share_text(profile, category))}"
            f"  適合 {counts['passed']:2}  違反 {counts['failed']:2}"
            f"  猶予 {counts['waived']:2}  観測なし {counts['skipped']:2}"
            f"  対象外 {counts['out']:2}  {category.label}"
        )


def _padded(share: str) -> str:
    """As wide as ``77.2 %`` on a terminal, where a Japanese letter takes two columns."""
    wide = sum(1 for letter in share if not letter.isascii())
    return " " * (7 - len(share) - wide) + share


def details(run: Run, rows: list[Row]) -> Iterator[Line]:
    """Breaks, promises, warnings, what was run once for several, not run, 対象外."""
    for row in rows:
        if row.result == "failed":
            yield Line(f"違反  {_name(row)}: {_what(row)}", "red")
    yield from _promises(run, rows)
    for row in rows:
        if row.warned and row.result != "failed":
            yield Line(f"注意  {_name(row)}: {', '.join(row.warned)}", "yellow")
    for first, others in _same(rows).items():
        yield Line(f"同じ刺激  {first} で一度だけ実行: {', '.join(others)}")
    yield from _left_out(run, rows)
    if run.changes:
        yield Line(run.changes)
    if run.too_few(rows):
        text = f"観測できたトラブルが {run.min_observed} 件に足りません (--onshi-min-observed)"
        yield Line(text, "red")
    if rows and all(r.result == "skipped" and r.problem != OUT_OF_TIME for r in rows):
        yield Line(_NOTHING_SEEN, "yellow")


def _promises(run: Run, rows: list[Row]) -> Iterator[Line]:
    for row in rows:
        if row.result == "waived":
            kept = ", ".join(f"{w.rule} ({_until(w)})" for w in row.waived)
            yield Line(f"猶予  {_name(row)}: {kept}", "yellow")
    for waiver in unneeded(run, rows):
        ticket = f" {waiver.ticket}" if waiver.ticket else ""
        yield Line(
            f"不要になった猶予  {waiver.trouble} {waiver.rule}{ticket}: "
            "違反していません。猶予のファイルから消してください",
            "yellow",
        )


def _left_out(run: Run, rows: list[Row]) -> Iterator[Line]:
    if late := [_name(row) for row in rows if row.problem == OUT_OF_TIME]:
        yield Line(f"時間切れ  {_few(late)}", "yellow")
    if left := not_run(run, rows):
        yield Line(f"未実行  {_few(left)}", "yellow")
    groups: dict[str, list[str]] = {}
    for trouble in run.out_of_scope:
        groups.setdefault(" / ".join(trouble.surfaces), []).append(trouble.id)
    own = ", ".join(run.surfaces)
    for surfaces, names in sorted(groups.items()):
        need = f"{surfaces} が要る (この製品は {own})" if surfaces else "起こす方法がない"
        yield Line(f"対象外  {need}: {', '.join(names)}")


def not_run(run: Run, rows: Iterable[Ended]) -> list[str]:
    """Troubles that were to be run and have no outcome: deselected, or the run was broken off."""
    if run.encounters:
        return []
    done = {row.trouble for row in rows} | set(run.scope)
    return [t for t in run.troubles if t not in done]


def unneeded(run: Run, rows: Iterable[Told]) -> list[Waiver]:
    """Waivers for what is not broken any more; only a whole run can tell.

    A waiver whose rule could not be judged this time, or whose troubles did not run, stays.
    """
    rows = list(rows)
    if not run.whole or not_run(run, rows):
        return []
    found = []
    for waiver in run.waivers:
        mine = [row for row in rows if fnmatchcase(row.trouble, waiver.trouble)]
        states = {_state(row, waiver.rule) for row in mine}
        if states and "broken" not in states and states != {"unseen"}:
            found.append(waiver)
    return found


def _state(row: Told, rule: str) -> str:
    if rule in row.broken:
        return "broken"
    verdicts = {f.verdict for f in row.findings if f.rule == rule}
    unjudged = not row.findings or verdicts == {Verdict.NOT_OBSERVED}
    return "unseen" if unjudged else "held"


def _name(row: Row) -> str:
    return row.name or row.trouble


def _what(row: Row) -> str:
    """The broken rules that nothing excuses; else what went wrong instead."""
    excused = {w.rule for w in row.waived}
    rules = ", ".join(r for r in row.broken if r not in excused)
    return "; ".join(filter(None, [rules, row.problem]))


def _until(waiver: Waiver) -> str:
    return "baseline" if waiver.until == date.max else f"{waiver.until} まで"


def _few(names: list[str]) -> str:
    more = f" ほか {len(names) - _SHOWN} 件" if len(names) > _SHOWN else ""
    return f"{len(names)} 件: {', '.join(names[:_SHOWN])}{more}"


def _same(rows: list[Row]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.same_as:
            found.setdefault(row.same_as, []).append(row.trouble)
    return found
