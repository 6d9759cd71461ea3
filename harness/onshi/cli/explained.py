"""What ``onshi explain`` knows of an id, as plain values: for ``--json``, and for the text."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onshi.catalogue.records import Category, FaultUse, Profile, RuleText, Step, Trouble
    from onshi.faults.base import Fault

__all__ = ["KINDS", "category", "explained", "fault", "kind_of", "known_ids", "rule", "trouble"]

KINDS = ("trouble", "timeline", "fault", "rule", "profile", "category")
"""Whatever has an id. No two things have the same."""


def known_ids() -> dict[str, list[str]]:
    """The ids of each kind."""
    from onshi.catalogue.load import load_rules, load_troubles, profiles
    from onshi.catalogue.timelines import load_timelines
    from onshi.faults.registry import fault_names

    return {
        "trouble": list(load_troubles()),
        "timeline": list(load_timelines()),
        "fault": list(fault_names()),
        "rule": list(load_rules()),
        "profile": profiles(),
        "category": list(dict.fromkeys(c.key for p in _surveys() for c in p.category)),
    }


def kind_of(id: str) -> tuple[str, str]:
    """What has this id, and the id as it is written; those in capitals are found in either case.

    Raises :class:`UnknownNameError` with the nearest ids of every kind, saying which is which.
    """
    from onshi.errors import UnknownNameError, suggest

    known = known_ids()
    for kind, ids in known.items():
        for written in (id, id.upper()):
            if written in ids:
                return kind, written
    near = {
        one: kind
        for kind, ids in known.items()
        for one in suggest(id, ids)[:2] or suggest(id.upper(), ids)[:1]
    }
    best = suggest(id, near, 4) or list(near)[:4]
    hint = ", ".join(f"{one} is a {near[one]}" for one in best)
    raise UnknownNameError(
        "trouble, timeline, rule, fault, profile or category",
        id,
        best,
        hint or "onshi find TEXT searches troubles, timelines and rules",
    )


def explained(id: str) -> dict[str, Any]:
    """Everything about an id; ``explains`` is its kind. Raises :class:`UnknownNameError`."""
    from onshi.catalogue.load import find_rule, find_trouble, load_profile
    from onshi.cli.profiles import profile_json
    from onshi.faults.registry import find_fault

    kind, id = kind_of(id)
    if kind in ("trouble", "timeline"):
        return {"explains": kind, **trouble(find_trouble(id))}
    if kind == "fault":
        return {"explains": kind, **fault(find_fault(id))}
    if kind == "rule":
        return {"explains": kind, **rule(find_rule(id))}
    if kind == "profile":
        run = [f"pytest --profile={id}", f"onshi replay --profile {id} --encounters 1000 --rate R"]
        return {"explains": kind, **profile_json(load_profile(id)), "run": run}
    return {"explains": kind, **category(id)}


# ------------------------------------------------------------------ troubles, timelines
def trouble(about: Trouble) -> dict[str, Any]:
    """A trouble, or a timeline as a trouble: what happens, how often, what is right, how to run."""
    from onshi.catalogue.load import load_rules
    from onshi.catalogue.timelines import load_timelines
    from onshi.catalogue.words import situation_words

    rules, timeline = load_rules(), load_timelines().get(about.id)
    return {
        "id": about.id,
        "title": about.title,
        "what": about.what,
        "layer": about.layer,
        "source": list(about.source),
        "support": about.support,
        "reported": _reported(about),
        "runs": not about.why_not,
        "why_not": about.why_not,
        "partly": about.partly,
        "assumed": timeline.assumed if timeline else "",
        "about": [id for id in (timeline.trouble, *timeline.about) if id] if timeline else [],
        "process": about.process,
        "surfaces": list(about.surfaces),
        "faults": [_use(use) for use in about.fault],
        "situation": situation_words(about.situation),
        "first": about.date.isoformat() if about.date else None,
        "steps": [_step(step, about.date) for step in about.situation.step],
        "rules": [_right(rules[id]) for id in about.rules if id in rules],
        "run": [] if about.why_not else _commands(about),
    }


def _reported(about: Trouble) -> list[dict[str, Any]]:
    """Every category of every survey in which it stands, the newest survey first."""
    return [
        _counted(profile, one)
        for profile in _surveys()
        for one in profile.category
        if one.has(about.id, about.categories)
    ]


def _counted(profile: Profile, one: Category) -> dict[str, Any]:
    return {
        "profile": profile.name,
        "kind": profile.kind,
        "period": profile.period,
        "category": one.key,
        "label": one.label,
        "count": one.count,
        "share": one.share,
        "status": one.status,
        "reason": one.reason,
        "source": one.source,
        "words": _words(profile, one),
    }


def _words(profile: Profile, one: Category) -> str:
    """``で 3,541 医療機関、割合 48.2%``; what is not known is said, with why."""
    from onshi.catalogue.words import count_words, share_words

    if profile.kind == "rules":
        return "の場合分け（規則の資料で、件数はない）"
    share = share_words(one, profile.digits())
    why = f"（{one.reason}）" if one.reason else ""
    return f"で {count_words(one)} 医療機関、割合 {share}{why}"


def _surveys() -> list[Profile]:
    from onshi.catalogue.load import load_profile, profiles

    return sorted(map(load_profile, profiles()), key=lambda p: p.date, reverse=True)


def _use(use: FaultUse) -> dict[str, Any]:
    from onshi.catalogue.words import schedule_words
    from onshi.faults.registry import find_fault

    return {
        "name": use.name,
        "title": find_fault(use.name).TITLE,
        "settings": dict(use.settings),
        "surfaces": list(use.surfaces or ()),
        "when": schedule_words(use.when),
    }


def _step(step: Step, first: date | None) -> dict[str, Any]:
    from onshi.catalogue.days import day_of
    from onshi.catalogue.words import step_words

    return {
        "on": step.on,
        "date": day_of(step.on, first).isoformat() if first else None,
        "do": step.do,
        "next": step.next,
        "what": step.what,
        "words": step_words(step),
    }


def _right(text: RuleText) -> dict[str, Any]:
    return {
        "id": text.id,
        "level": text.level,
        "title": text.title,
        "must": text.must,
        "must_not": text.must_not,
        "why": text.why,
        "source": list(text.source),
    }


def _commands(about: Trouble) -> list[str]:
    from onshi.catalogue.load import troubles_of

    in_profile = [p.name for p in _surveys() if about in troubles_of(p)]
    profile = f"--profile={in_profile[0]} " if in_profile else ""
    return [
        f"onshi exec --trouble {about.id} -- CMD",
        f"pytest {profile}--onshi-trouble {about.id}",
        f'POST /desks/0/visits {{"trouble": "{about.id}"}}',
    ]


# ------------------------------------------------------------------------ faults, rules
def fault(kind: type[Fault]) -> dict[str, Any]:
    """A fault: what it does, where, with which settings, and which troubles use it."""
    import inspect

    from onshi.catalogue.load import load_troubles

    return {
        "id": kind.NAME,
        "title": kind.TITLE,
        "what": inspect.getdoc(kind) or "",
        "seam": kind.SEAM.value,
        "doors": sorted(kind.DOORS or ()),
        "settings": _settings(kind),
        "troubles": _titles(t for t in load_troubles().values() if _uses(t, kind.NAME)),
        "run": [f"onshi exec --fault {kind.NAME} -- CMD"],
    }


def _uses(about: Trouble, name: str) -> bool:
    steps = (use for step in about.situation.step for use in step.fault)
    return any(use.name == name for use in (*about.fault, *steps))


def _titles(troubles: Any) -> dict[str, str]:
    return {t.id: t.title for t in troubles}


def _settings(kind: type[Fault]) -> list[str]:
    """``seconds: float = 45.0`` for each setting."""
    import msgspec

    def default(field: Any) -> str:
        if field.default is not msgspec.NODEFAULT:
            return f" = {field.default!r}"
        if field.default_factory is not msgspec.NODEFAULT:
            return f" = {field.default_factory()!r}"
        return "（必須）"

    return [
        f"{field.encode_name}: {_type_name(field.type)}{default(field)}"
        for field in msgspec.structs.fields(kind)
    ]


def _type_name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind).replace("typing.", "")


def rule(text: RuleText) -> dict[str, Any]:
    """A rule: its words in both languages, who asks for it, and which mistake breaks it."""
    import msgspec

    from onshi.catalogue.load import load_troubles
    from onshi.catalogue.timelines import as_trouble, load_timelines
    from onshi.cli.mistakes import mistakes

    courses = map(as_trouble, load_timelines().values())
    return {
        **msgspec.to_builtins(text),
        "troubles": _titles(t for t in load_troubles().values() if text.id in t.rules),
        "timelines": _titles(t for t in courses if text.id in t.rules),
        "mistakes": [m for m in mistakes() if text.id in m["breaks"]],
    }


# -------------------------------------------------------------------------- categories
def category(key: str) -> dict[str, Any]:
    """A category: what each survey counted of it, and the troubles that play it."""
    from onshi.catalogue.load import load_troubles

    rows = [(p, c) for p in _surveys() for c in p.category if c.key == key]
    own = [t for t in load_troubles().values() if any(c.has(t.id, t.categories) for _, c in rows)]
    return {
        "id": key,
        "title": rows[0][1].label,
        "reported": [_counted(profile, one) for profile, one in rows],
        "troubles": _titles(t for t in own if not t.why_not),
        "not_run": {t.id: t.why_not for t in own if t.why_not},
        "run": [f"onshi troubles --category {key}"],
    }
