"""The rules, one small module each: ``rules()`` finds the function for ``H44``.

A rule function takes a Case and yields Findings, one per half that it can judge. What the
adapter left out is *not observed*, never *met*. What can only be told from the whole course
(claims, returns, one visit against another) is a function of a Story; a rule may have both.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.story import Story

__all__ = ["RuleFunction", "StoryFunction", "halves", "rule", "rules", "story_rule", "story_rules"]

RuleFunction = Callable[[Case], Iterator[Finding]]
StoryFunction = Callable[[Story], Iterator[Finding]]

_found: dict[str, RuleFunction] = {}
_stories: dict[str, StoryFunction] = {}


def rule(id: str) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule function under its id. Raises ValueError for an id that is taken."""

    def register(function: RuleFunction) -> RuleFunction:
        if id in _found:
            raise ValueError(f"rule {id} is there twice")
        _found[id] = function
        return function

    return register


def story_rule(id: str) -> Callable[[StoryFunction], StoryFunction]:
    """Register the function of a rule for whole courses. Raises ValueError where one is taken."""

    def register(function: StoryFunction) -> StoryFunction:
        if id in _stories:
            raise ValueError(f"the story of rule {id} is there twice")
        _stories[id] = function
        return function

    return register


@cache
def _import_all() -> None:
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        import_module(f"{__name__}.{module}")


def halves(id: str) -> tuple[Half, ...]:
    """What a rule's module judges, in its order; () for a rule without one."""
    function = rules().get(id) or story_rules().get(id)
    if function is None:
        return ()
    module = import_module(function.__module__)
    return tuple(v for v in vars(module).values() if isinstance(v, Half) and v.rule == id)


@cache
def rules() -> Mapping[str, RuleFunction]:
    """Every rule about one visit by id, in order; the modules are imported at the first call."""
    _import_all()
    return MappingProxyType(dict(sorted(_found.items())))


@cache
def story_rules() -> Mapping[str, StoryFunction]:
    """Every rule about a whole course by id, in order."""
    _import_all()
    return MappingProxyType(dict(sorted(_stories.items())))
