"""Categories × troubles × verdict: what came of each trouble, and what was not tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from onshi.catalogue.load import load_troubles
from onshi.catalogue.records import Category, Profile, Trouble
from onshi.reports.gather import RESULT_WORDS, RESULTS, Group
from onshi.reports.run import Run
from onshi.reports.summary import share_text

__all__ = [
    "STATE_WORDS",
    "Cell",
    "Section",
    "elsewhere",
    "matrix",
    "untested",
    "untested_cells",
]

STATE_WORDS = {
    **{result: RESULT_WORDS[result] for result in RESULTS},
    "late": "時間切れ",
    "not_run": "未実行",
    "not_chosen": "選択外",
    "not_drawn": "抽選されず",
    "out": "対象外",
    "impossible": "試験できない",
}
"""What can be said of a trouble in a run, by id."""

_STATUS_WORDS = {
    "inferred": "推定",
    "lost": "不明",
    "inconsistent": "資料の中で食い違う",
    "external": "ほかの資料からの引用",
}


@dataclass(frozen=True)
class Cell:
    """One trouble in one category. ``note`` says why there is no verdict, or not a whole one.

    ``group`` is None where there is no outcome; ``counts`` are outcomes in words and numbers.
    """

    id: str
    title: str
    state: str
    note: str = ""
    group: Group | None = None

    @property
    def word(self) -> str:
        return STATE_WORDS[self.state]


@dataclass(frozen=True)
class Section:
    """One category with its troubles. ``share`` is as printed in the survey, ``remark`` says what
    is to be known of that figure; ``counts``: outcomes, and troubles by the state of those without.
    """

    category: Category
    share: str
    remark: str
    counts: Counter[str]
    cells: tuple[Cell, ...]


def matrix(profile: Profile, run: Run, groups: Sequence[Group]) -> list[Section]:
    """Every category of the survey, by falling share, those that are no faults at the end."""
    by_id = {g.trouble: g for g in groups}
    ordered = sorted(profile.category, key=lambda c: (not c.injectable, -(c.share or 0)))
    return [_section(profile, category, run, by_id) for category in ordered]


def _section(profile: Profile, category: Category, run: Run, by_id: dict[str, Group]) -> Section:
    cells: list[Cell] = []
    if category.injectable:
        known = load_troubles()
        ids = [t.id for t in known.values() if category.has(t.id, t.categories)]
        ids += [
            g.trouble
            for g in by_id.values()
            if g.trouble not in known and category.has(g.trouble, g.categories)
        ]
        cells = [_cell(id, known.get(id), run, by_id.get(id)) for id in ids]
    return Section(
        category=category,
        share=share_text(profile, category),
        remark=_remark(profile, category),
        counts=_counted(cells),
        cells=tuple(cells),
    )


def _remark(profile: Profile, category: Category) -> str:
    """What is to be known of the figure."""
    word = "" if profile.kind == "rules" else _STATUS_WORDS.get(category.status, "")
    return "。".join(filter(None, [word, category.reason.rstrip("。")]))


def _cell(id: str, trouble: Trouble | None, run: Run, group: Group | None) -> Cell:
    title = group.title if group is not None and group.title else trouble.title if trouble else id
    partly = f"一部: {trouble.partly}" if trouble is not None and trouble.partly else ""
    if group is not None:
        if group.out_of_time:
            return Cell(id, title, "late", group.row.problem, group)
        same = group.row.same_as
        note = " / ".join(filter(None, [f"{same} と同じ刺激" if same else "", partly]))
        return Cell(id, title, group.result, note, group)
    if trouble is not None and trouble.why_not:
        return Cell(id, title, "impossible", trouble.why_not)
    if id in run.scope:
        need = " / ".join(trouble.surfaces) if trouble is not None else ""
        return Cell(id, title, "out", f"{need} が要る" if need else "起こす方法がない")
    if run.encounters:
        return Cell(id, title, "not_drawn", partly)
    return Cell(id, title, "not_run" if id in run.troubles else "not_chosen", partly)


def _counted(cells: Iterable[Cell]) -> Counter[str]:
    found: Counter[str] = Counter()
    for cell in cells:
        if cell.group is None or cell.state == "late":
            found[cell.state] += 1
        else:
            found.update(cell.group.counts)
    return found


def elsewhere(profiles: Sequence[Profile], run: Run, groups: Sequence[Group]) -> list[Cell]:
    """What was run, or was to be, and belongs to no category of these surveys."""
    known = load_troubles()
    placed = [c for p in profiles for c in p.category if c.injectable]
    by_id = {g.trouble: g for g in groups}
    found = []
    for id in dict.fromkeys([*by_id, *run.troubles]):
        trouble, group = known.get(id), by_id.get(id)
        categories = trouble.categories if trouble else group.categories if group else ()
        if not any(c.has(id, categories) for c in placed):
            found.append(_cell(id, trouble, run, group))
    return found


def untested(
    run: Run, sections: Iterable[Section], others: Iterable[Cell]
) -> dict[str, list[Cell]]:
    """What was not tested, by why, each trouble once: that of a survey's run, the rest of the
    catalogue too.
    """
    found: dict[str, dict[str, Cell]] = {}
    told = {cell.id: cell for cell in [*(c for s in sections for c in s.cells), *others]}
    for id, trouble in load_troubles().items() if run.profiles else ():
        if id not in told:
            cell = _cell(id, trouble, run, None)
            told[id] = replace(cell, note=cell.note or "これらの調査の項目に入らない")
    for cell in told.values():
        if cell.group is None or cell.state == "late":
            found.setdefault(cell.state, {})[cell.id] = cell
    return {state: list(found[state].values()) for state in STATE_WORDS if state in found}


def untested_cells(run: Run, done: Collection[str]) -> list[Cell]:
    """What was to be tested, or belongs to a survey of the run, and is not among ``done``."""
    known = load_troubles()
    wanted = dict.fromkeys(run.troubles)
    for profile in run.surveys:
        for category in profile.category:
            if category.injectable:
                found = (t.id for t in known.values() if category.has(t.id, t.categories))
                wanted.update(dict.fromkeys(found))
    return [_cell(id, known.get(id), run, None) for id in wanted if id not in done]
