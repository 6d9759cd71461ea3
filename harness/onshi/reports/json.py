"""The JSON report: everything that the page says, for a program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from onshi.outcomes import Row
from onshi.reports.baseline import since
from onshi.reports.files import write_file
from onshi.reports.gather import RESULTS, Group, gather
from onshi.reports.matrix import Section, elsewhere, matrix, untested
from onshi.reports.run import Run
from onshi.reports.summary import shares_note, unneeded

__all__ = ["FORMAT", "json", "write_json"]

FORMAT = "onshi-report/1"


def write_json(
    path: Path, run: Run, rows: Sequence[Row], *, before: Iterable[Row] | None = None
) -> None:
    """Write the file. Raises :class:`OnshiError` when it cannot be written."""
    write_file(path, json(run, rows, before=before), "the JSON file")


def json(run: Run, rows: Sequence[Row], *, before: Iterable[Row] | None = None) -> str:
    """The file as text: ``format``, ``run``, ``totals``, ``profiles`` with their categories and
    troubles, ``untested``, ``unneeded_waivers``, ``comparison`` (null without a former run), and
    ``rows`` as in results.json.
    """
    groups = gather(rows)
    profiles = [(p, matrix(p, run, groups)) for p in run.surveys]
    others = elsewhere(run.surveys, run, groups)
    left = untested(run, [s for _, found in profiles for s in found], others)
    totals: Counter[str] = Counter()
    for group in groups:
        totals.update(group.counts)
    told = {
        "format": FORMAT,
        "run": run,
        "totals": {result: totals[result] for result in RESULTS},
        "profiles": [
            {
                "name": p.name,
                "title": p.title,
                "publisher": p.publisher,
                "source": p.source,
                "share_is": shares_note(p),
                "categories": [_category(section) for section in found],
                "limits": p.limits,
            }
            for p, found in profiles
        ],
        "untested": {
            state: [{"id": c.id, "title": c.title, "why": c.note} for c in cells]
            for state, cells in left.items()
        },
        "unneeded_waivers": unneeded(run, groups),
        "comparison": _comparison(run, before, groups),
        "rows": list(rows),
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode() + "\n"


def _category(section: Section) -> dict[str, Any]:
    category = section.category
    return {
        "key": category.key,
        "label": category.label,
        "count": category.count,
        "share": category.share,
        "source": category.source,
        "status": category.status,
        "remark": section.remark,
        "injectable": category.injectable,
        "counts": dict(sorted(section.counts.items())),
        "troubles": [{"id": c.id, "state": c.state, **_rules(c.group)} for c in section.cells],
    }


def _rules(group: Group | None) -> dict[str, list[str]]:
    if group is None:
        return {"broken": [], "warned": [], "met": [], "not_observed": []}
    return {
        "broken": group.broken,
        "warned": group.warned,
        "met": group.met,
        "not_observed": group.unseen,
    }


def _comparison(
    run: Run, before: Iterable[Row] | None, groups: Sequence[Group]
) -> dict[str, Any] | None:
    if before is None:
        return None
    change = since(before, groups, run.troubles)
    return {
        "new": change.new,
        "fixed": change.fixed,
        "still": change.still,
        "no_longer_observed": change.unseen,
    }
