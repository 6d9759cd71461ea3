"""The Markdown report: what a reviewer of a pull request wants to see first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from onshi.catalogue.load import load_rules
from onshi.catalogue.records import Profile
from onshi.outcomes import Row
from onshi.reports.baseline import Change, since
from onshi.reports.files import write_file
from onshi.reports.gather import RESULT_WORDS, Break, Group, breaks, gather
from onshi.reports.matrix import STATE_WORDS, elsewhere, matrix, untested
from onshi.reports.run import Run
from onshi.reports.summary import shares_note

__all__ = ["markdown", "write_markdown"]

SHOWN = 30
"""So many broken troubles are told; a comment on GitHub holds 65,536 letters."""

_SPECIAL = re.compile(r"([\\`*_\[\]|~>])")
_LIVE = re.compile(r"@|#(?=\d)|:(?=//)|\bwww(?=\.)")
"""What GitHub makes links of after Markdown is done: people, issues, bare addresses."""
_BREAK = "\u200b"
_SIGNS = {"failed": "❌", "waived": "⚠️", "passed": "✅", "skipped": "➖"}


def write_markdown(
    path: Path, run: Run, rows: Iterable[Row], *, before: Iterable[Row] | None = None
) -> None:
    """Write the file. Raises :class:`OnshiError` when it cannot be written."""
    write_file(path, markdown(run, rows, before=before), "the Markdown file")


def markdown(run: Run, rows: Iterable[Row], *, before: Iterable[Row] | None = None) -> str:
    """The file as text: totals, what changed, categories, breaks, what was not tested."""
    groups = gather(rows)
    parts = [*_head(run, groups)]
    if before is not None:
        parts += _changes(since(before, groups, run.troubles))
    for profile in run.surveys:
        parts += _categories(profile, run, groups)
    parts += _breaks([g for g in groups if g.result == "failed"])
    parts += _rest(run, groups)
    return "\n".join(parts) + "\n"


def _head(run: Run, groups: Sequence[Group]) -> Iterator[str]:
    about = run.about
    totals: Counter[str] = Counter()
    for group in groups:
        totals.update(group.counts)
    yield "## オンライン資格確認トラブル試験"
    yield ""
    yield " ・ ".join(f"{sign} {RESULT_WORDS[r]} **{totals[r]}**" for r, sign in _SIGNS.items())
    yield ""
    facts = [
        f"製品 {about.product} {about.version}".rstrip() if about.product else "",
        f"試験者 {about.tester}" if about.tester else "",
        f"実施日 {about.on}" if about.on else "",
        f"プロファイル {', '.join(p.name for p in run.surveys) or '－'}",
        f"日付 {run.date}",
        f"シード {run.seed}",
        f"来院 {run.encounters} 件、割合 {run.rate:g}、重み {run.weight}" if run.encounters else "",
        f"pytest-onshi {about.plugin}" if about.plugin else "",
        f"カタログ {about.catalogue}" if about.catalogue else "",
        run.changes,
        f"猶予 {len(run.waivers)} 件" if run.waivers else "",
    ]
    yield " ・ ".join(_text(fact) for fact in facts if fact)
    yield ""


def _changes(change: Change) -> Iterator[str]:
    yield "### 以前の実行との比較"
    yield ""
    for heading, found in (
        ("❌ 新しい違反", change.new),
        ("✅ 直った違反", change.fixed),
        ("⚠️ 残っている違反", change.still),
        ("➖ 観測されなくなった規則", change.unseen),
    ):
        yield f"- {heading}: {sum(map(len, found.values()))} 件"
        yield from (f"  - `{t}`: {', '.join(rules)}" for t, rules in list(found.items())[:SHOWN])
        if len(found) > SHOWN:
            yield f"  - ほか {len(found) - SHOWN} 件のトラブル"
    yield ""


def _categories(profile: Profile, run: Run, groups: Sequence[Group]) -> Iterator[str]:
    yield f"### {_text(profile.title)}"
    yield ""
    yield _text(shares_note(profile))
    yield ""
    yield "| 項目 | 施設の割合 | 違反 | 猶予 | 適合 | 観測なし | ほか |"
    yield "|---|--:|--:|--:|--:|--:|---|"
    for section in matrix(profile, run, groups):
        if not section.category.injectable:
            continue
        counts = section.counts
        rest = [f"{STATE_WORDS[s]} {n}" for s, n in counts.items() if s not in _SIGNS]
        cells = [
            _text(section.category.label),
            section.share,
            *(str(counts[r]) for r in _SIGNS),
            "、".join(rest),
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _breaks(failed: Sequence[Group]) -> Iterator[str]:
    if not failed:
        return
    yield f"### ❌ 違反 {len(failed)} 件"
    yield ""
    for group in failed[:SHOWN]:
        yield from _break(group)
    if len(failed) > SHOWN:
        names = ", ".join(f"`{g.trouble}`" for g in failed[SHOWN:])
        yield f"ほか {len(failed) - SHOWN} 件: {names}"
        yield ""


def _break(group: Group) -> Iterator[str]:
    row, rules = group.row, load_rules()
    told = [rules[r].title if r in rules else "" for r in row.broken]
    heads = "、".join(f"{r} {title}".strip() for r, title in zip(row.broken, told, strict=True))
    many = f"（来院 {group.counts['failed']} 件）" if row.name else ""
    name = f"<b>{_html(row.title)}</b> <code>{_html(row.trouble)}</code>"
    yield f"<details><summary>{name} {_html(heads)}{many}</summary>"
    yield ""
    if row.problem:
        yield f"- 問題: {_text(row.problem)}"
    for broken in breaks(row):
        if broken.finding.level == "fail":
            yield from _told(broken)
    if row.reproduce:
        yield ""
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", row.reproduce)), default=0))
        yield f"{fence}sh\n{row.reproduce}\n{fence}"
    yield ""
    yield "</details>"
    yield ""


def _told(broken: Break) -> Iterator[str]:
    f = broken.finding
    yield f"- **{f.rule}** 期待: {_text(f.expected)}"
    for seen, reason in broken.told:
        yield f"  - 実際: {_text(' ／ '.join(filter(None, [reason, seen])))}"
    if f.source:
        yield f"  - 出典: {_text('、'.join(f.source))}"


def _rest(run: Run, groups: Sequence[Group]) -> Iterator[str]:
    sections = [s for p in run.surveys for s in matrix(p, run, groups)]
    left = untested(run, sections, elsewhere(run.surveys, run, groups))
    warned = [g for g in groups if g.warned]
    blind = [g for g in groups if g.result == "skipped" and not g.out_of_time]
    for heading, ids in (
        ("注意 (推奨の規則) のあったトラブル", [g.trouble for g in warned]),
        ("観測なし", [g.trouble for g in blind]),
        *((STATE_WORDS[state], [c.id for c in cells]) for state, cells in left.items()),
    ):
        if ids:
            yield f"<details><summary>{heading} {len(ids)} 件</summary>"
            yield ""
            yield ", ".join(f"`{id}`" for id in ids)
            yield ""
            yield "</details>"
            yield ""


def _text(text: str) -> str:
    """Text that is shown as it is: no markup, no link, no mention, one line."""
    one = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return _dead(_SPECIAL.sub(r"\\\1", one))


def _html(text: str) -> str:
    """The same within a block of HTML, where Markdown is not read."""
    return _dead(escape(" ".join(text.split())))


def _dead(text: str) -> str:
    """The text with a space of no width in what would become a link."""
    return _LIVE.sub(lambda found: found[0] + _BREAK, text)
