"""The catalogue read from ``profiles/``: surveys, troubles and rule texts by name.

Shipped data is read once per process. A survey of one's own is given by its path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import msgspec

from onshi.catalogue.checks import check_profile
from onshi.catalogue.citations import check_citations
from onshi.catalogue.records import Category, Profile, RuleText, Trouble
from onshi.catalogue.steps import what_is_wrong
from onshi.data import data_root, line_of, load_toml
from onshi.errors import BadFileError, UnknownNameError, suggest
from onshi.faults.registry import fault_names

__all__ = [
    "RuleFile",
    "TroubleFile",
    "find_rule",
    "find_trouble",
    "load_profile",
    "load_rules",
    "load_troubles",
    "profiles",
    "read_rules",
    "read_troubles",
    "troubles_by_category",
    "troubles_of",
]

_NOT_A_PROFILE = frozenset({"rules", "timelines"})


class TroubleFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of ``profiles/troubles``."""

    trouble: tuple[Trouble, ...] = ()


class RuleFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``profiles/rules.toml``."""

    rule: tuple[RuleText, ...] = ()


# ---------------------------------------------------------------- profiles
def profiles() -> list[str]:
    """The names of the shipped profiles, sorted."""
    found = (data_root() / "profiles").glob("*.toml")
    return sorted(p.stem for p in found if p.stem not in _NOT_A_PROFILE)


def load_profile(name_or_path: str | Path) -> Profile:
    """A shipped profile by name, or one's own by the path of its TOML file.

    Raises :class:`UnknownNameError` for a name that is not shipped, :class:`BadFileError` for a
    file that is missing or wrong.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or text.endswith(".toml") or "/" in text or "\\" in text:
        return _checked(Path(name_or_path))
    if text not in profiles():
        raise UnknownNameError(
            "profile", text, profiles(), "one of your own: give the path of its .toml file"
        )
    return _shipped(text)


@cache
def _shipped(name: str) -> Profile:
    return _checked(data_root() / "profiles" / f"{name}.toml")


def _checked(path: Path) -> Profile:
    """The profile of a file, with what the types alone cannot say checked too."""
    profile = load_toml(path, Profile)
    check_profile(path, profile, load_troubles())
    return profile


# ---------------------------------------------------------------- troubles
@cache
def load_troubles() -> Mapping[str, Trouble]:
    """Every shipped trouble by id. Raises :class:`BadFileError`."""
    return read_troubles(data_root() / "profiles" / "troubles")


def read_troubles(folder: Path) -> dict[str, Trouble]:
    """The troubles of every TOML file in a folder, by id, in the order of files and tables.

    Raises :class:`BadFileError` for a file that is wrong, for an id that is there twice or is also
    the name of a fault, and for steps that nobody can go through.
    """
    found: dict[str, Trouble] = {}
    home: dict[str, Path] = {}
    faults = set(fault_names())
    for path in sorted(folder.glob("*.toml")):
        read = load_toml(path, TroubleFile).trouble
        for i, trouble in enumerate(read):
            problem = ""
            if trouble.id in found:
                problem = f"is already in {home[trouble.id].name}; ids are unique"
            elif trouble.id in faults:
                problem = "is the name of a fault; a trouble needs another id"
            if problem:
                line = line_of(path, f"trouble[{i}].id")
                raise BadFileError(path, f"{trouble.id!r} {problem}", line=line, key="trouble.id")
            _check_steps(path, i, trouble)
            found[trouble.id], home[trouble.id] = trouble, path
        check_citations(path, _cited("trouble", (t.source for t in read)))
    return found


def _check_steps(path: Path, place: int, trouble: Trouble) -> None:
    at_work = [use.name for use in trouble.fault]
    wrong = what_is_wrong(trouble.situation.step, first=trouble.date, at_work=at_work)
    if wrong is not None:
        step, key, text = wrong
        where = f"trouble[{place}].situation.step[{step}].{key}"
        raise BadFileError(path, f"{trouble.id}: {text}", line=line_of(path, where), key=where)


def _cited(table: str, sources: Iterable[tuple[str, ...]]) -> Iterable[tuple[str, str]]:
    """Each citation with the key under which it stands, for tables of one kind in their order."""
    return (
        (f"{table}[{i}].source", citation)
        for i, source in enumerate(sources)
        for citation in source
    )


def find_trouble(id: str) -> Trouble:
    """The trouble of that id; a timeline's (``T1``, in either case) is the timeline as a trouble.

    Raises :class:`UnknownNameError` with the nearest troubles, timelines and faults, saying which
    is which.
    """
    from onshi.catalogue.timelines import as_trouble, load_timelines

    known = load_troubles()
    if id in known:
        return known[id]
    timelines = load_timelines()
    if id.upper() in timelines:
        return as_trouble(timelines[id.upper()])
    faults = fault_names()
    if id in faults:
        hint = f"{id} is a fault: use --fault {id}"
        raise UnknownNameError("trouble", id, known, hint)
    near = [*suggest(id, known)[:2], *suggest(id.upper(), timelines)[:2], *suggest(id, faults)[:1]]
    kinds = [f"{n} is a {_kind_of(n)}" for n in near]
    hint = ", ".join(kinds) or "onshi find TEXT searches them"
    raise UnknownNameError("trouble", id, near, hint)


def _kind_of(id: str) -> str:
    from onshi.catalogue.timelines import load_timelines

    if id in load_troubles():
        return "trouble"
    return "timeline" if id in load_timelines() else "fault"


def troubles_of(profile: Profile) -> list[Trouble]:
    """The troubles to run for a profile: one that can be injected and belongs to an injectable
    category of the survey, or is named in ``extra_troubles``.

    Ordered by the size of their largest category, largest first, then by id; extra ones last. A
    category whose count is not known comes after those with one.
    """
    injectable = [c for c in profile.category if c.injectable]

    def rank(trouble: Trouble) -> tuple[int, str]:
        sizes = [_size(c) for c in injectable if c.has(trouble.id, trouble.categories)]
        return -max(sizes, default=-2), trouble.id

    chosen = [
        t
        for t in load_troubles().values()
        if not t.why_not
        and (t.id in profile.extra_troubles or any(c.has(t.id, t.categories) for c in injectable))
    ]
    return sorted(chosen, key=rank)


def troubles_by_category(profile: Profile) -> dict[str, list[Trouble]]:
    """The troubles of each injectable category, in the order of :func:`troubles_of`."""
    all_of_them = troubles_of(profile)
    return {
        c.key: [t for t in all_of_them if c.has(t.id, t.categories)]
        for c in sorted(profile.category, key=lambda c: -_size(c))
        if c.injectable
    }


def _size(category: Category) -> int:
    return -1 if category.count is None else category.count


# ------------------------------------------------------------------- rules
@cache
def load_rules() -> Mapping[str, RuleText]:
    """The text of every rule by id (``H44``). Raises :class:`BadFileError`."""
    return read_rules(data_root() / "profiles" / "rules.toml")


def read_rules(path: Path) -> dict[str, RuleText]:
    """The rule texts of one file, by id. Raises :class:`BadFileError`."""
    found: dict[str, RuleText] = {}
    read = load_toml(path, RuleFile).rule
    for i, rule in enumerate(read):
        if rule.id in found:
            line = line_of(path, f"rule[{i}].id")
            raise BadFileError(path, f"{rule.id!r} is there twice", line=line, key="rule.id")
        found[rule.id] = rule
    check_citations(path, _cited("rule", (r.source for r in read)))
    return found


def find_rule(id: str) -> RuleText:
    """The rule of that id, in either case. Raises :class:`UnknownNameError`."""
    rules = load_rules()
    if id.upper() not in rules:
        raise UnknownNameError("rule", id, rules)
    return rules[id.upper()]
