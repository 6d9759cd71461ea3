"""``onshi find``: which trouble is that? For someone on the telephone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from onshi.catalogue.records import RuleText
    from onshi.catalogue.search import Hit

__all__ = ["find_text"]


def find_text(
    text: Annotated[list[str], typer.Argument(help="words, or what the clinic said")],
    limit: Annotated[int, typer.Option(min=1, help="show at most so many")] = 20,
) -> None:
    """Find troubles, timelines, rules by words in Japanese or English; exit code 1 without any."""
    from onshi.catalogue.load import load_profile, load_rules, load_troubles, profiles
    from onshi.catalogue.search import search, search_rules
    from onshi.catalogue.timelines import as_trouble, load_timelines

    query = " ".join(text)
    hits = search(
        query,
        [*load_troubles().values(), *map(as_trouble, load_timelines().values())],
        profiles=[load_profile(name) for name in profiles()],
        rules=load_rules(),
    )
    rules = search_rules(query, load_rules().values())
    if not hits and not rules:
        print(f"nothing found for {query!r}; onshi troubles lists them all", file=sys.stderr)
        raise typer.Exit(1)
    if hits:
        _show(hits[:limit], len(hits))
    _show_rules(rules[:limit], len(rules))


def _show(hits: list[Hit], total: int) -> None:
    from onshi.cli.output import console, table

    out = console()
    if not hits[0].exact:
        out.print("すべての言葉に合うものはありません。近いもの:")
    rows = table("id", "何のトラブルか", "サーフェス", "実行")
    for trouble in (hit.trouble for hit in hits):
        run = trouble.why_not or f"onshi exec --trouble {trouble.id} -- CMD"
        rows.add_row(trouble.id, trouble.title, " ".join(trouble.surfaces), run)
    out.print(rows)
    if total > len(hits):
        out.print(f"ほか {total - len(hits)} 件（--limit {total} ですべて）")


def _show_rules(rules: list[RuleText], total: int) -> None:
    """Nothing where there are none."""
    from onshi.cli.output import console, table

    if not rules:
        return
    out = console()
    rows = table("規則", "判定", "何の規則か", "説明")
    for rule in rules:
        rows.add_row(rule.id, rule.level, rule.title, f"onshi explain {rule.id}")
    out.print(rows)
    if total > len(rules):
        out.print(f"規則はほか {total - len(rules)} 件")
