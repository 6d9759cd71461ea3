"""``onshi explain``: everything about one trouble, fault or rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from onshi.catalogue.records import Category, FaultUse, Profile, RuleText, Trouble
    from onshi.faults.base import Fault

__all__ = ["explain_id"]


def explain_id(
    id: Annotated[str, typer.Argument(help="a trouble, a fault or a rule such as H44")],
) -> None:
    """Say what a trouble, fault or rule is, where it comes from and how to run it."""
    from onshi.catalogue.load import find_trouble, load_rules, load_troubles
    from onshi.catalogue.timelines import load_timelines
    from onshi.cli.output import console
    from onshi.errors import UnknownNameError, suggest
    from onshi.faults.registry import fault_names, find_fault

    out = console()
    if id in load_troubles() or id.upper() in load_timelines():
        _explain_trouble(out, find_trouble(id))
    elif id in fault_names():
        _explain_fault(out, find_fault(id))
    elif id.upper() in load_rules():
        _explain_rule(out, load_rules()[id.upper()])
    else:
        near = [*suggest(id, load_troubles())[:2], *suggest(id, fault_names())[:1]]
        near += suggest(id.upper(), [*load_rules(), *load_timelines()])[:1]
        hint = "onshi find TEXT searches the troubles"
        raise UnknownNameError("trouble, fault or rule", id, near, hint)


def _head(out: Console, kind: str, id: str, title: str) -> None:
    out.print(f"{id}  {title}  ({kind})", style="bold", soft_wrap=True)


def _part(out: Console, title: str, lines: list[str]) -> None:
    """A heading and its lines; nothing where there are none."""
    if lines:
        out.print(title, style="bold")
        for line in lines:
            out.print(f"  {line}", soft_wrap=True)


def _explain_trouble(out: Console, trouble: Trouble) -> None:
    from onshi.catalogue.load import load_rules
    from onshi.catalogue.words import situation_words

    _head(out, "trouble", trouble.id, trouble.title)
    _part(out, "何が起きるか", [trouble.what])
    _part(out, "種類", _categories(trouble) or ["調査の種類には入らない"])
    cases = f"（引用された事例 {trouble.support}）" if trouble.support else ""
    added = trouble.source == ("added",)
    where = "調査の事例ではなく、追加したもの" if added else " ".join(trouble.source) + cases
    _part(out, "出典", [where])
    if trouble.why_not:
        _part(out, "注入できない理由", [trouble.why_not])
        return
    _part(out, "サーフェス", [" ".join(trouble.surfaces)])
    _part(out, "故障", [_use(use) for use in trouble.fault])
    _part(out, "場面", situation_words(trouble.situation))
    rules = load_rules()
    known = [rules[i] for i in trouble.rules if i in rules]
    _part(out, "照らす規則", [f"{r.id} [{r.level}] {r.title}" for r in known])
    _part(out, "実行", _commands(trouble))


def _categories(trouble: Trouble) -> list[str]:
    """Each category with what the surveys counted of it."""
    from onshi.catalogue.words import SHARE_IS

    found = [
        f"{c.label}（{c.key}）: {profile.name} {_counted(profile, c)}"
        for profile in _newest_first()
        for c in profile.category
        if c.has(trouble.id, trouble.categories)
    ]
    return [*found, f"割合は、{SHARE_IS}。"] if found else []


def _counted(profile: Profile, category: Category) -> str:
    """``で 3,541 医療機関、48.2%``; what is not known is said, with why."""
    from onshi.catalogue.words import count_words, share_words

    if profile.kind == "rules":
        return "の場合分け（規則の資料で、件数はない）"
    why = f"（{category.reason}）" if category.reason else ""
    share = share_words(category, profile.digits())
    return f"で {count_words(category)} 医療機関、割合 {share}{why}"


def _newest_first() -> list[Profile]:
    from onshi.catalogue.load import load_profile, profiles

    return sorted(map(load_profile, profiles()), key=lambda p: p.date, reverse=True)


def _use(use: FaultUse) -> str:
    from onshi.catalogue.words import schedule_words, settings_words
    from onshi.faults.registry import find_fault

    settings = settings_words(use.settings)
    where = f" [{' '.join(use.surfaces)}]" if use.surfaces else ""
    title = find_fault(use.name).TITLE
    return f"{use.name}{f'({settings})' if settings else ''}{where} {title}: " + schedule_words(
        use.when
    )


def _commands(trouble: Trouble) -> list[str]:
    from onshi.catalogue.load import troubles_of

    in_profile = [p.name for p in _newest_first() if trouble in troubles_of(p)]
    profile = f"--profile={in_profile[0]} " if in_profile else ""
    return [
        f"onshi exec --trouble {trouble.id} -- CMD",
        f"pytest {profile}--onshi-trouble {trouble.id}",
    ]


def _explain_fault(out: Console, fault: type[Fault]) -> None:
    import inspect

    from onshi.catalogue.load import load_troubles

    _head(out, "fault", fault.NAME, fault.TITLE)
    _part(out, "説明", (inspect.getdoc(fault) or "").splitlines())
    _part(out, "継ぎ目", [fault.SEAM.value])
    _part(out, "届けられるドア", sorted(fault.DOORS or ()))
    _part(out, "設定", _settings(fault))
    users = [t for t in load_troubles().values() if any(u.name == fault.NAME for u in t.fault)]
    _part(out, "使うトラブル", [f"{t.id}  {t.title}" for t in users])
    _part(out, "実行", [f"onshi exec --fault {fault.NAME} -- CMD"])


def _settings(fault: type[Fault]) -> list[str]:
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
        for field in msgspec.structs.fields(fault)
    ]


def _type_name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind).replace("typing.", "")


def _explain_rule(out: Console, rule: RuleText) -> None:
    from onshi.catalogue.load import load_troubles

    _head(out, f"rule, {rule.level}", rule.id, rule.title)
    _part(out, "英語", [rule.title_en])
    _part(out, "しなければならない", rule.must.splitlines())
    _part(out, "してはならない", rule.must_not.splitlines())
    _part(out, "理由", rule.why.splitlines())
    _part(out, "見るもの", [" ".join(rule.observes)] if rule.observes else [])
    dates = [d.isoformat() if d else "" for d in (rule.valid_from, rule.valid_to)]
    _part(out, "期間", ["～".join(dates)] if any(dates) else [])
    _part(out, "出典", [" ".join(rule.source)] if rule.source else [])
    users = [t for t in load_troubles().values() if rule.id in t.rules]
    _part(out, "照らすトラブル", [f"{t.id}  {t.title}" for t in users])
