"""``onshi profiles``: the surveys that can be replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from onshi.catalogue.records import Category, Profile
    from onshi.catalogue.weights import Weight

__all__ = ["list_profiles", "profile_json", "show_profile"]


def list_profiles(
    names: Annotated[
        list[str] | None, typer.Argument(help="only these: a name, or the path of your own")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="for programs; with every figure")
    ] = False,
) -> None:
    """List the surveys with their categories.

    The share is that of institutions which met a trouble at least once, not a rate per patient.
    docs/profiles.md has every figure.
    """
    from onshi.catalogue.load import load_profile, profiles
    from onshi.cli.output import console, print_json

    found = [load_profile(name) for name in names or profiles()]
    if as_json:
        print_json([profile_json(profile) for profile in found])
        return
    out = console()
    for profile in found:
        show_profile(out, profile)


def profile_json(profile: Profile) -> dict[str, Any]:
    """A survey with its categories, weights and every figure, as plain values."""
    import msgspec

    from onshi.catalogue.load import troubles_by_category
    from onshi.catalogue.words import SHARE_IS

    runnable = troubles_by_category(profile)
    weights = {name: _weights(profile, name) for name in ("a", "b")}
    return {
        "name": profile.name,
        "title": profile.title,
        "publisher": profile.publisher,
        "kind": profile.kind,
        "date": profile.date.isoformat(),
        "period": profile.period,
        "fieldwork": profile.fieldwork,
        "sent": profile.sent,
        "answered": profile.answered,
        "n_troubled": profile.n_troubled,
        "source": profile.source,
        "share_is": SHARE_IS,
        "categories": [
            {
                "key": c.key,
                "label": c.label,
                "count": c.count,
                "share": c.share,
                "status": c.status,
                "reason": c.reason,
                "source": c.source,
                "injectable": c.injectable,
                "weight_a": weights["a"].get(c.key),
                "weight_b": weights["b"].get(c.key),
                "troubles": [t.id for t in runnable.get(c.key, [])],
            }
            for c in by_size(profile)
        ],
        "tables": msgspec.to_builtins(profile.table),
        "figures": msgspec.to_builtins(profile.figure),
        "limits": list(profile.limits),
    }


def by_size(profile: Profile) -> list[Category]:
    """The categories, most institutions first; those whose count is not known last."""
    return sorted(profile.category, key=lambda c: (c.count is None, -(c.count or 0)))


def _weights(profile: Profile, weight: Weight) -> dict[str, float]:
    """The weights of the categories that are drawn; none where the source gives no such weight."""
    from onshi.catalogue.weights import category_weights
    from onshi.errors import OnshiError

    try:
        weights = category_weights(profile, weight)
    except OnshiError:
        return {}
    return {c.key: weights[c.key] for c in profile.category if c.injectable}


def show_profile(out: Console, profile: Profile) -> None:
    """A survey with its categories, for people."""
    from onshi.catalogue.load import troubles_by_category
    from onshi.catalogue.words import SHARE_IS, count_words, share_words
    from onshi.cli.output import table

    runnable = troubles_by_category(profile)
    digits = profile.digits()
    out.print(f"{profile.name}  {profile.title}", style="bold", soft_wrap=True)
    out.print(f"  {_scope(profile)}", soft_wrap=True)
    rows = table("  種類", "key", "医療機関", "割合", "出典", "トラブル数")
    for c in by_size(profile):
        runs = str(len(runnable[c.key])) if c.injectable else "注入できない"
        rows.add_row(f"  {c.label}", c.key, count_words(c), share_words(c, digits), c.source, runs)
    out.print(rows)
    for line in _reasons(profile):
        out.print(f"  {line}", soft_wrap=True)
    if profile.kind == "survey":
        out.print(f"  割合は、{SHARE_IS}。", soft_wrap=True)
    out.print(f"  実行: pytest --profile={profile.name}")


def _scope(profile: Profile) -> str:
    """Publisher, period, date, and how many were asked, answered and met a trouble."""

    def number(value: int | None) -> str:
        return "不明" if value is None else f"{value:,}"

    said = f"{profile.publisher}  対象 {profile.period}  日付 {profile.date.isoformat()}"
    if profile.kind == "rules":
        return f"{said}  規則の資料（調査ではない）"
    return (
        f"{said}  送付 {number(profile.sent)}  回答 {number(profile.answered)}  "
        f"トラブルあり {number(profile.n_troubled)}"
    )


def _reasons(profile: Profile) -> list[str]:
    """Why a figure is not as printed or not known, once for the categories that share a reason."""
    from onshi.catalogue.words import STATUSES

    notes = [t.note for t in profile.table if t.key == "category" and t.note]
    told: dict[tuple[str, str], list[str]] = {}
    for c in by_size(profile):
        if c.reason:
            told.setdefault((c.status, c.reason), []).append(c.key)
    return notes + [
        f"{'、'.join(keys)}: {'' if status == 'printed' else STATUSES[status] + '。'}{reason}"
        for (status, reason), keys in told.items()
    ]
