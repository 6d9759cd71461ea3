"""docs/profiles.md: every figure of every profile, from ``profiles/*.toml``, below a mark.

``PYTHONPATH=tests/catalogue .venv/bin/python tests/catalogue/profiles_page.py`` writes the page
anew; a test compares it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from onshi.catalogue.citations import DOCUMENTS, LINES
from onshi.catalogue.load import load_profile, profiles
from onshi.catalogue.records import Category, Figure, Profile, Table
from onshi.catalogue.weights import Weight, category_weights
from onshi.catalogue.words import STATUSES, count_words, share_words
from onshi.errors import OnshiError

PAGE = Path(__file__).parents[2] / "docs" / "profiles.md"

BEGIN = "<!-- figures: begin -->"
"""What stands above it is written by hand, what stands below comes from the data."""


def page() -> str:
    """The whole page."""
    introduction = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    surveys = sorted(map(load_profile, profiles()), key=lambda p: p.date, reverse=True)
    parts = ["\n".join(_overview(surveys)), "\n".join(_documents())]
    parts += ["\n".join(_profile(p)) for p in surveys]
    return introduction + BEGIN + "\n\n" + "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _overview(surveys: Iterable[Profile]) -> Iterator[str]:
    yield "## 一覧\n"
    columns = ("プロファイル", "何の資料か", "発表", "対象", "日付", "送付", "回答", "トラブル")
    yield from _table(
        columns,
        (
            (f"[{p.name}](#{p.name})", p.title, p.publisher, p.period, p.date.isoformat(),
             *(_number(n, p) for n in (p.sent, p.answered, p.n_troubled)))
            for p in surveys
        ),
    )  # fmt: skip


def _documents() -> Iterator[str]:
    yield "## 資料\n"
    rows = ((key, what, str(LINES[key])) for key, what in DOCUMENTS.items())
    yield from _table(("番号", "資料", "行数"), rows)


def _profile(profile: Profile) -> Iterator[str]:
    yield f"## {profile.name}\n"
    yield f"{profile.title}（{profile.publisher}）。出典 {profile.source}。"
    file = f"[{profile.name}.toml](../profiles/{profile.name}.toml)"
    yield f"調査の期間: {profile.fieldwork}。ファイル: {file}。\n"
    yield from _categories(profile)
    for table in profile.table:
        rows = [f for f in profile.figure if f.table == table.key]
        if rows:
            yield from _figures(profile, table, rows)
    yield f"### {profile.name}: 限界と、資料の食い違い\n"
    yield from (f"- {limit}" for limit in profile.limits)


def _categories(profile: Profile) -> Iterator[str]:
    a, b = _weights(profile, "a"), _weights(profile, "b")
    title = next((t.title for t in profile.table if t.key == "category"), "種類")
    yield f"### {profile.name}: {title}\n"
    columns = [
        "種類",
        "key",
        "医療機関",
        "医療機関の割合（確率でも不良率でもない）",
        "重み a",
        "重み b",
    ]
    if profile.kind == "rules":
        columns[3] = "割合（調査ではない）"
    rows = (
        (c.label, f"`{c.key}`", count_words(c), share_words(c, profile.digits()),
         a.get(c.key, "－"), b.get(c.key, "－"), c.source, _remark(c))
        for c in sorted(profile.category, key=lambda c: (c.count is None, -(c.count or 0)))
    )  # fmt: skip
    yield from _table((*columns, "出典", "備考"), rows)
    for category in profile.category:
        if category.troubles:
            ids = "、".join(f"`{id}`" for id in category.troubles)
            yield f"「{category.label}」に入れたトラブル: {ids}\n"
    if profile.extra_troubles:
        ids = "、".join(f"`{id}`" for id in profile.extra_troubles)
        yield f"どの種類にも入らず、走るだけのトラブル（抽選しない）: {ids}\n"


def _weights(profile: Profile, weight: Weight) -> dict[str, str]:
    """The weights that are drawn by, to four digits; none where the source gives no such weight."""
    try:
        found = category_weights(profile, weight)
    except OnshiError:
        return {}
    return {key: f"{value:.4f}" for key, value in found.items() if value}


def _figures(profile: Profile, table: Table, rows: list[Figure]) -> Iterator[str]:
    yield f"### {profile.name}: {table.title}\n"
    if table.note:
        yield f"{table.note}。\n"
    shares = any(f.share is not None for f in rows)
    columns = ["項目", "数", *([_share_column(profile, table)] if shares else []), "出典", "備考"]
    cells = (
        (f.label, count_words(f), *([share_words(f, table.digits)] if shares else []),
         f.source, _remark(f))
        for f in rows
    )  # fmt: skip
    yield from _table(columns, cells)


def _share_column(profile: Profile, table: Table) -> str:
    """What the shares are of: ``割合（回答 347 に占める。確率でも不良率でもない）``."""
    if table.base == "":
        return "割合（印字のとおり）"
    names = {"sent": "送付", "answered": "回答", "n_troubled": "トラブルがあった"}
    number = getattr(profile, table.base) if isinstance(table.base, str) else table.base
    of = f"{names[table.base]} {number:,}" if isinstance(table.base, str) else f"{number:,}"
    return f"割合（{of} に占める。確率でも不良率でもない）"


def _remark(row: Category | Figure) -> str:
    said = [row.note] if isinstance(row, Figure) and row.note else []
    if isinstance(row, Category) and not row.injectable:
        said.append("注入できない（抽選しない）")
    if row.status != "printed":
        said.append(STATUSES[row.status])
    return "。".join([*said, row.reason] if row.reason else said)


def _number(value: int | None, profile: Profile) -> str:
    if value is None:
        return "－" if profile.kind == "rules" else STATUSES["lost"]
    return f"{value:,}"


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    columns = list(columns)
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
