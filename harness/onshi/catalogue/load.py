"""The catalogue read from ``profiles/``: surveys, troubles and rule texts by name.

Shipped data is read once per process. A survey of one's own is given by its path.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from random import Random
from typing import Literal

import msgspec

from onshi.catalogue.records import Category, Profile, RuleText, Trouble
from onshi.data import data_root, load_toml
from onshi.errors import BadFileError, OnshiError, UnknownNameError, suggest
from onshi.faults.registry import fault_names

__all__ = [
    "Weight",
    "category_weight",
    "draw",
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

Weight = Literal["a", "b"]
"""``a``: normalised counts of institutions; ``b``: normalised -ln(1 - count / answered)."""

_NOT_A_PROFILE = frozenset({"rules", "timelines"})


class _TroubleFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    trouble: tuple[Trouble, ...] = ()


class _RuleFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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
    seen: set[str] = set()
    for i, category in enumerate(profile.category):
        where = f"category[{i}]"
        if category.key in seen:
            raise BadFileError(
                path,
                f"the category {category.key!r} is there twice",
                line=_line(path, f'"{category.key}"', nth=2),
                key=f"{where}.key",
            )
        seen.add(category.key)
        most = profile.n_troubled if profile.answered is None else profile.answered
        if category.count is not None and not 0 <= category.count <= (most or 0):
            raise BadFileError(
                path,
                f"a count between 0 and answered ({most}), not {category.count}",
                line=_line(path, f"count = {category.count}"),
                key=f"{where}.count",
            )
    for wanted in profile.extra_troubles:
        if wanted not in load_troubles():
            near = suggest(wanted, load_troubles())
            raise BadFileError(
                path,
                f"there is no trouble {wanted!r}"
                + (f"; did you mean {' or '.join(near)}?" if near else ""),
                line=_line(path, f'"{wanted}"'),
                key="extra_troubles",
            )
    return profile


def _line(path: Path, text: str, nth: int = 1) -> int | None:
    """The line (1-based) on which ``text`` stands for the nth time."""
    lines = path.read_text(encoding="utf-8").splitlines()
    hits = [i + 1 for i, line in enumerate(lines) if text in line]
    return hits[nth - 1] if len(hits) >= nth else None


# ---------------------------------------------------------------- troubles
@cache
def load_troubles() -> Mapping[str, Trouble]:
    """Every shipped trouble by id. Raises :class:`BadFileError`."""
    return read_troubles(data_root() / "profiles" / "troubles")


def read_troubles(folder: Path) -> dict[str, Trouble]:
    """The troubles of every TOML file in a folder, by id, in the order of files and tables.

    Raises :class:`BadFileError` for a file that is wrong and for an id that is there twice or
    is also the name of a fault.
    """
    found: dict[str, Trouble] = {}
    home: dict[str, Path] = {}
    faults = set(fault_names())
    for path in sorted(folder.glob("*.toml")):
        for trouble in load_toml(path, _TroubleFile).trouble:
            problem = ""
            if trouble.id in found:
                problem = f"is already in {home[trouble.id].name}; ids are unique"
            elif trouble.id in faults:
                problem = "is the name of a fault; a trouble needs another id"
            if problem:
                again = 2 if home.get(trouble.id) == path else 1
                line = _line(path, f'id = "{trouble.id}"', again)
                raise BadFileError(path, f"{trouble.id!r} {problem}", line=line, key="trouble.id")
            found[trouble.id], home[trouble.id] = trouble, path
    return found


def find_trouble(id: str) -> Trouble:
    """The trouble of that id.

    Raises :class:`UnknownNameError` with the nearest troubles and faults, saying which is which.
    """
    known = load_troubles()
    if id in known:
        return known[id]
    faults = fault_names()
    if id in faults:
        hint = f"{id} is a fault: use --fault {id}"
        raise UnknownNameError("trouble", id, known, hint)
    near = [*suggest(id, known)[:2], *suggest(id, faults)[:1]]
    kinds = [f"{n} is a {'trouble' if n in known else 'fault'}" for n in near]
    hint = ", ".join(kinds) or "onshi find TEXT searches them"
    raise UnknownNameError("trouble", id, near, hint)


def troubles_of(profile: Profile) -> list[Trouble]:
    """The troubles to run for a profile: one that can be injected and belongs to an injectable
    category of the survey, or is named in ``extra_troubles``.

    Ordered by the size of their largest category, largest first, then by id; extra ones last.
    """
    size = {c.key: c.count or 0 for c in profile.category if c.injectable}

    def rank(trouble: Trouble) -> tuple[int, str]:
        return -max((size.get(k, 0) for k in trouble.categories), default=0), trouble.id

    chosen = [
        t
        for t in load_troubles().values()
        if not t.why_not and (t.id in profile.extra_troubles or size.keys() & set(t.categories))
    ]
    return sorted(chosen, key=rank)


def troubles_by_category(profile: Profile) -> dict[str, list[Trouble]]:
    """The troubles of each injectable category, in the order of :func:`troubles_of`."""
    all_of_them = troubles_of(profile)
    return {
        c.key: [t for t in all_of_them if c.key in t.categories]
        for c in sorted(profile.category, key=lambda c: -(c.count or 0))
        if c.injectable
    }


# ----------------------------------------------------------------- weights
def category_weight(profile: Profile, key: str, weight: Weight = "a") -> float:
    """The weight of one category among the injectable ones, 0 to 1; they add up to 1.

    The stored weights if every injectable category has one, else from the counts: ``a`` is
    count / sum of counts; ``b`` is -ln(1 - count / answered), normalised. Neither is a rate per
    encounter; the profile's ``limits`` say what they can be used for. 0 for a category that
    cannot be injected. Raises :class:`UnknownNameError`, or :class:`OnshiError` where ``b`` has
    no value.
    """
    known = {c.key: c for c in profile.category}
    if key not in known:
        raise UnknownNameError("category", key, known)
    if not known[key].injectable:
        return 0.0
    injectable = [c for c in profile.category if c.injectable]
    raw: dict[str, float] = {}
    for c in injectable:
        stored = c.weight_a if weight == "a" else c.weight_b
        if stored is None:
            raw = {c.key: _from_count(c, profile, weight) for c in injectable}
            break
        raw[c.key] = stored
    total = math.fsum(raw.values())
    return raw[key] / total if total else 0.0


def _from_count(category: Category, profile: Profile, weight: Weight) -> float:
    if category.count is None:
        return 0.0
    if weight == "a":
        return float(category.count)
    if profile.answered is None:
        raise OnshiError(
            f"profile {profile.name}: weight b has no value, since the source does not say how "
            "many institutions answered; use weight a"
        )
    if category.count >= profile.answered:
        raise OnshiError(
            f"profile {profile.name}: weight b of {category.key!r} has no value, since every "
            "institution that answered has met it; use weight a"
        )
    return -math.log(1 - category.count / profile.answered)


def draw(profile: Profile, rng: Random, *, weight: Weight = "a") -> Trouble:
    """One trouble of the profile's mix: first a category by its weight, then a trouble in it.

    Whether an encounter is troubled at all is the caller's decision: the surveys give no such
    rate. Inside a category a trouble's share is its ``support`` + 1, which is editorial. Troubles
    in no category of the survey (``extra_troubles``) are never drawn. Raises :class:`OnshiError`
    when there is none to draw.
    """
    weights, troubles = _mix(profile, weight)
    chosen = rng.choices(troubles, weights)[0]
    return rng.choices(chosen, [t.support + 1 for t in chosen])[0]


@lru_cache(maxsize=8)
def _mix(profile: Profile, weight: Weight) -> tuple[list[float], list[list[Trouble]]]:
    """The weights of the categories that have troubles, and those troubles."""
    filled = {key: found for key, found in troubles_by_category(profile).items() if found}
    if not filled:
        raise OnshiError(f"profile {profile.name} has no trouble to draw")
    return [category_weight(profile, key, weight) for key in filled], list(filled.values())


# ------------------------------------------------------------------- rules
@cache
def load_rules() -> Mapping[str, RuleText]:
    """The text of every rule by id (``H44``). Raises :class:`BadFileError`."""
    return read_rules(data_root() / "profiles" / "rules.toml")


def read_rules(path: Path) -> dict[str, RuleText]:
    """The rule texts of one file, by id. Raises :class:`BadFileError`."""
    found: dict[str, RuleText] = {}
    for rule in load_toml(path, _RuleFile).rule:
        if rule.id in found:
            line = _line(path, f'id = "{rule.id}"', 2)
            raise BadFileError(path, f"{rule.id!r} is there twice", line=line, key="rule.id")
        found[rule.id] = rule
    return found


def find_rule(id: str) -> RuleText:
    """The rule of that id, in either case. Raises :class:`UnknownNameError`."""
    rules = load_rules()
    if id.upper() not in rules:
        raise UnknownNameError("rule", id, rules)
    return rules[id.upper()]
