"""``onshi troubles``: the catalogue, all of it or by category, layer or surface."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from onshi.catalogue.records import Trouble

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
    rows = table("id", "何のトラブルか", "種類", "サーフェス")
    for t in found:
        rows.add_row(t.id, t.title, " ".join(t.categories), " ".join(t.surfaces) or "注入できない")
    console().print(rows)


def _as_json(trouble: Trouble) -> dict[str, Any]:
    return {
        "id": trouble.id,
        "title": trouble.title,
        "layer": trouble.layer,
        "categories": list(trouble.categories),
        "source": list(trouble.source),
        "surfaces": list(trouble.surfaces),
        "runs": not trouble.why_not,
        "handling": list(trouble.rules),
        "what": trouble.what,
        "faults": [use.name for use in trouble.fault],
        "support": trouble.support,
        "why_not": trouble.why_not,
    }


def _chosen(
    troubles: Iterable[Trouble], category: str | None, layer: str | None, surface: str | None
) -> list[Trouble]:
    """Those that fit every option given. Raises UnknownNameError for a value nothing has."""
    from typing import get_args

    from onshi.catalogue.records import Surface

    found = list(troubles)
    if category is not None:
        _known("category", category, {k for t in found for k in t.categories})
    if layer is not None:
        layer = _plain(layer)
        _known("layer", layer, {_plain(t.layer) for t in found})
    if surface is not None:
        _known("surface", surface, get_args(Surface))
    return [
        t
        for t in found
        if (category is None or category in t.categories)
        and (layer is None or layer == _plain(t.layer))
        and (surface is None or surface in t.surfaces)
    ]


def _plain(layer: str) -> str:
    """``terminal PC``, ``terminal_pc`` and ``terminal-pc`` are the same layer."""
    return layer.casefold().replace(" ", "_").replace("-", "_")


def _known(kind: str, name: str, known: Iterable[str]) -> None:
    from onshi.errors import UnknownNameError

    known = sorted(known)
    if name not in known:
        raise UnknownNameError(kind, name, known, f"there are: {', '.join(known)}")
