"""``onshi troubles``: the catalogue, all of it or by category, layer or surface."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from onshi.catalogue.records import Step, Trouble

__all__ = ["list_troubles"]


def list_troubles(
    category: Annotated[
        str | None, typer.Option(help="a category of a survey, such as blackdot")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="a layer, such as card or network")] = None,
    surface: Annotated[str | None, typer.Option(help="pcsc, webapi, folder or face.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """List the troubles of the catalogue."""
    from onshi.catalogue.load import load_troubles
    from onshi.cli.output import console, print_json, table

    found = _chosen(load_troubles().values(), category, layer, surface)
    if as_json:
        print_json([_as_json(trouble) for trouble in found])
        return
    rows = table("id", "何のトラブルか", "層", "種類", "サーフェス", "場面")
    for t in found:
        surfaces = "注入できない" if t.why_not else " ".join(t.surfaces)
        rows.add_row(t.id, t.title, t.layer, " ".join(t.categories), surfaces, _scenes(t))
    out = console()
    out.print(rows)
    running = sum(not t.why_not for t in found)
    out.print(f"{len(found)} 件（うち実行できるもの {running} 件）")


def _scenes(trouble: Trouble) -> str:
    """How a trouble goes on after its first visit: ``来院 請求 返戻``; empty: it does not."""
    words = {"visit": "来院", "claim": "請求", "returns": "返戻"}
    situation = trouble.situation
    more = [words["visit"]] * (situation.visits - 1) + [words[s.do] for s in situation.step]
    return " ".join([words["visit"], *more]) if more else ""


def _as_json(trouble: Trouble) -> dict[str, Any]:
    return {
        "id": trouble.id,
        "title": trouble.title,
        "layer": trouble.layer,
        "categories": list(trouble.categories),
        "source": list(trouble.source),
        "process": trouble.process,
        "surfaces": list(trouble.surfaces),
        "runs": not trouble.why_not,
        "handling": list(trouble.rules),
        "what": trouble.what,
        "faults": [use.name for use in trouble.fault],
        "steps": [_step_as_json(step) for step in trouble.situation.step],
        "support": trouble.support,
        "partly": trouble.partly,
        "why_not": trouble.why_not,
    }


def _step_as_json(step: Step) -> dict[str, Any]:
    """When, what is done, and what differs then; ``brings`` is null where it is as before."""
    return {
        "on": step.on,
        "at": f"{step.at:%H:%M}" if step.at else "",
        "do": step.do,
        "next": step.next,
        "what": step.what,
        "brings": None if step.brings is None else list(step.brings),
        "faults": [use.name for use in step.fault],
        "lift": list(step.lift),
        "shows": step.shows,
        "reason": step.reason,
    }


def _chosen(
    troubles: Iterable[Trouble], category: str | None, layer: str | None, surface: str | None
) -> list[Trouble]:
    """Those that fit every option given. Raises UnknownNameError for a value nothing has."""
    from typing import get_args

    from onshi.catalogue.records import Surface

    found = list(troubles)
    named = _categories()
    if category is not None:
        _known("category", category, {*named, *(k for t in found for k in t.categories)})
    if layer is not None:
        layer = _plain(layer)
        _known("layer", layer, {_plain(t.layer) for t in found})
    if surface is not None:
        _known("surface", surface, get_args(Surface))
    return [
        t
        for t in found
        if (category is None or category in t.categories or t.id in named.get(category, ()))
        and (layer is None or layer == _plain(t.layer))
        and (surface is None or surface in t.surfaces)
    ]


def _categories() -> dict[str, set[str]]:
    """Every category of the profiles with the troubles that it names itself."""
    from onshi.catalogue.load import load_profile, profiles

    named: dict[str, set[str]] = {}
    for profile in map(load_profile, profiles()):
        for category in profile.category:
            named.setdefault(category.key, set()).update(category.troubles)
    return named


def _plain(layer: str) -> str:
    """``terminal PC``, ``terminal_pc`` and ``terminal-pc`` are the same layer."""
    return layer.casefold().replace(" ", "_").replace("-", "_")


def _known(kind: str, name: str, known: Iterable[str]) -> None:
    from onshi.errors import UnknownNameError

    known = sorted(known)
    if name not in known:
        raise UnknownNameError(kind, name, known, f"there are: {', '.join(known)}")
