"""``onshi profiles``: the surveys that can be replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from onshi.catalogue.records import Profile

__all__ = ["list_profiles"]


def list_profiles(
    names: Annotated[
        list[str] | None, typer.Argument(help="only these: a name, or the path of your own")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """List the surveys with their categories.

    The share is that of institutions which met a trouble at least once, not a rate per patient.
    """
    from onshi.catalogue.load import load_profile, profiles
    from onshi.cli.output import print_json

    found = [load_profile(name) for name in names or profiles()]
    if as_json:
        print_json([_as_json(profile) for profile in found])
        return
    for profile in found:
        _show(profile)


def _as_json(profile: Profile) -> dict[str, Any]:
    from onshi.catalogue.load import troubles_by_category

    runnable = troubles_by_category(profile)
    return {
        "name": profile.name,
        "title": profile.title,
        "publisher": profile.publisher,
        "date": profile.date.isoformat(),
        "period": profile.period,
        "answered": profile.answered,
        "n_troubled": profile.n_troubled,
        "source": profile.source,
        "categories": [
            {
                "key": c.key,
                "label": c.label,
                "count": c.count,
                "share": c.share,
                "source": c.source,
                "injectable": c.injectable,
                "troubles": [t.id for t in runnable.get(c.key, [])],
            }
            for c in profile.category
        ],
        "limits": list(profile.limits),
    }


def _show(profile: Profile) -> None:
    from onshi.catalogue.load import troubles_by_category
    from onshi.cli.output import console, table

    runnable = troubles_by_category(profile)
    out = console()
    out.print(f"{profile.name}  {profile.title}", style="bold")
    out.print(
        f"  {profile.publisher}  対象 {profile.period}  日付 {profile.date.isoformat()}  "
        f"回答 {profile.answered}  トラブルあり {profile.n_troubled}"
    )
    rows = table("  種類", "key", "医療機関", "割合", "出典", "トラブル数")
    for c in sorted(profile.category, key=lambda c: -(c.count or 0)):
        runs = str(len(runnable[c.key])) if c.injectable else "注入できない"
        rows.add_row(f"  {c.label}", c.key, str(c.count), f"{c.share}%", c.source, runs)
    out.print(rows)
    out.print("  割合は、期間中に1回でも経験した医療機関の割合（複数回答）。発生率ではない。")
    out.print(f"  実行: pytest --profile={profile.name}")
