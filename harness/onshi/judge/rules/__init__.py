"""The rules, one small module each: ``rules()`` finds the function for ``H44``.

A rule function takes a Case and yields Findings, one per half that it can judge. What the
adapter left out is *not observed*, never *met*.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from onshi.judge.case import Case, Finding

__all__ = ["RuleFunction", "rule", "rules"]

RuleFunction = Callable[[Case], Iterator[Finding]]

_found: dict[str, RuleFunction] = {}


def rule(id: str) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule function under its id. Raises ValueError for an id that is taken."""

    def register(function: RuleFunction) -> RuleFunction:
        if id in _found:
            raise ValueError(f"rule {id} is there twice")
        _found[id] = function
        return function

    return register


@cache
def rules() -> Mapping[str, RuleFunction]:
    """Every implemented rule by id, in order; the modules are imported at the first call."""
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        import_module(f"{__name__}.{module}")
    return MappingProxyType(dict(sorted(_found.items())))
