"""The mistakes of the naive clinic that break one rule each, where the examples are installed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["mistakes"]


def mistakes() -> list[dict[str, Any]]:
    """Each with ``name``, the rules it ``breaks``, what its programmer thought (``ja``, ``en``).

    Read as text: running the clinic would load its card and network libraries.
    """
    from onshi.data import data_root

    folder = data_root() / "examples" / "naive" / "behaviours"
    found = [one for path in sorted(folder.glob("*.py")) for one in _in(path)]
    return sorted(found, key=lambda one: str(one["name"]))


def _in(path: Path) -> Iterator[dict[str, Any]]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError):  # a copy that somebody is working on
        return
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "mistake"):
            continue
        name, *breaks = (_text(value) for value in node.args)
        said = {word.arg: _text(word.value) for word in node.keywords if word.arg}
        if name and all(breaks):
            ja, en = said.get("ja", ""), said.get("en", "")
            yield {"name": name, "breaks": breaks, "ja": ja, "en": en}


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
