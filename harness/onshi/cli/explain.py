"""``onshi explain``: everything about one trouble, timeline, rule, fault, profile or category."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["explain_id"]


def explain_id(
    id: Annotated[
        str, typer.Argument(help="a trouble, a timeline (T1), a rule (H44), a fault, a survey, or "
                            "a category of one")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:  # fmt: skip
    """Say what happens, how often clinics report it, what is right, and how to run it."""
    from onshi.cli.explained import explained
    from onshi.cli.output import console, print_json

    about = explained(id)
    if as_json:
        print_json(about)
        return
    out = console()
    if about["explains"] == "profile":
        _profile(out, about)
        return
    kind = about["explains"] + (f", {about['level']}" if "level" in about else "")
    out.print(f"{about['id']}  {about['title']}  ({kind})", style="bold", soft_wrap=True)
    for title, lines in _PARTS[about["explains"]](about):
        _part(out, title, lines)


Part = tuple[str, Iterable[str]]


def _part(out: Console, title: str, lines: Iterable[str]) -> None:
    """A heading and its lines; nothing where there are none."""
    shown = [line for line in lines if line]
    if shown:
        out.print(title, style="bold")
        for line in shown:
            out.print(f"  {line}", soft_wrap=True)


def _trouble(about: dict[str, Any]) -> list[Part]:
    added = about["source"] == ["added"]
    cases = f"（引用された事例 {about['support']}）" if about["support"] else ""
    where = "調査の事例ではなく、追加したもの" if added else " ".join(about["source"]) + cases
    head: list[Part] = [
        ("何が起きるか", [about["what"]]),
        ("種類", _reported(about["reported"]) or ["調査の種類には入らない"]),
        ("出典", [where]),
    ]
    if not about["runs"]:
        return [*head, ("注入できない理由", [about["why_not"]])]
    return [
        *head,
        ("注入できない部分", [about["partly"]]),
        ("仮定", [about["assumed"]]),
        ("もとのトラブル", about["about"]),
        ("サーフェス", [" ".join(about["surfaces"])]),
        ("故障", map(_use, about["faults"])),
        ("場面", about["situation"]),
        ("経過", _steps(about)),
        ("正しいレセコン", (line for rule in about["rules"] for line in _right(rule))),
        ("実行", about["run"]),
    ]


def _reported(rows: list[dict[str, Any]]) -> list[str]:
    """What each survey counted, and what its share is of; what is not known is said, with why."""
    from onshi.catalogue.words import SHARE_IS

    lines = [
        f"{row['label']}（{row['category']}）: {row['profile']} {row['words']}" for row in rows
    ]
    counted = any(row["kind"] == "survey" for row in rows)
    return [*lines, f"割合は、{SHARE_IS}。"] if counted else lines


def _use(use: dict[str, Any]) -> str:
    from onshi.catalogue.words import settings_words

    settings = settings_words(use["settings"])
    where = f" [{' '.join(use['surfaces'])}]" if use["surfaces"] else ""
    name = f"{use['name']}({settings})" if settings else use["name"]
    return f"{name}{where} {use['title']}: {use['when']}"


def _steps(about: dict[str, Any]) -> list[str]:
    """The first visit and what follows it, by date where the trouble has one."""
    if not about["steps"]:
        return []
    later = [
        s["words"] if s["date"] in (None, s["on"]) else f"{s['date']} {s['words']}"
        for s in about["steps"]
    ]
    return [" ".join(filter(None, [about["first"], "最初の来院"])), *later]


def _right(rule: dict[str, Any]) -> list[str]:
    """A rule in lines: what must be, what must not, why, and where that stands."""
    source = " ".join(rule["source"])
    return [
        f"{rule['id']} [{rule['level']}] {rule['title']}",
        *(f"  ○ {line}" for line in rule["must"].splitlines()),
        *(f"  × {line}" for line in rule["must_not"].splitlines()),
        *(f"  理由: {line}" for line in rule["why"].splitlines()),
        f"  出典: {source}" if source else "",
    ]


def _fault(about: dict[str, Any]) -> list[Part]:
    return [
        ("説明", about["what"].splitlines()),
        ("継ぎ目", [about["seam"]]),
        ("届けられるドア", about["doors"]),
        ("設定", about["settings"]),
        ("使うトラブル", _named(about["troubles"])),
        ("実行", about["run"]),
    ]


def _rule(about: dict[str, Any]) -> list[Part]:
    dates = [about["valid_from"] or "", about["valid_to"] or ""]
    return [
        ("しなければならない", about["must"].splitlines()),
        ("してはならない", about["must_not"].splitlines()),
        ("理由", about["why"].splitlines()),
        ("英語 (English)", _english(about)),
        ("見るもの", [" ".join(about["observes"])]),
        ("サーフェス", [" ".join(about["surfaces"])]),
        ("期間", ["～".join(dates)] if any(dates) else []),
        ("出典", [" ".join(about["source"])]),
        ("照らすトラブル", _named(about["troubles"])),
        ("照らす経過 (timelines)", _named(about["timelines"])),
        (
            "この規則を破る例（examples/naive で ONSHI_NAIVE=名前）",
            map(_mistake, about["mistakes"]),
        ),
    ]


def _english(about: dict[str, Any]) -> list[str]:
    return [
        about["title_en"],
        *(f"must: {line}" for line in about["must_en"].splitlines()),
        *(f"must not: {line}" for line in about["must_not_en"].splitlines()),
    ]


def _mistake(one: dict[str, Any]) -> str:
    return f"{one['name']}  {one['ja']}"


def _category(about: dict[str, Any]) -> list[Part]:
    return [
        ("調査", _reported(about["reported"])),
        ("出典", [" ".join(dict.fromkeys(row["source"] for row in about["reported"]))]),
        ("トラブル", _named(about["troubles"])),
        ("注入できないもの", _named(about["not_run"])),
        ("実行", about["run"]),
    ]


def _named(titles: dict[str, str]) -> list[str]:
    return [f"{id}  {title}" for id, title in titles.items()]


def _profile(out: Console, about: dict[str, Any]) -> None:
    """As ``onshi profiles`` shows it, with the weights of the mix and the limits of the data."""
    from onshi.catalogue.load import load_profile
    from onshi.cli.profiles import show_profile

    show_profile(out, load_profile(about["name"]))
    _part(out, "この調査から言えないこと", about["limits"])
    _part(out, "混ぜる重み (a / b)", filter(None, map(_weight, about["categories"])))
    _part(out, "ほかの数字", [f"{len(about['figures'])} 件: onshi profiles {about['name']} --json"])
    _part(out, "実行", about["run"])


def _weight(row: dict[str, Any]) -> str:
    given = [row["weight_a"], row["weight_b"]]
    if given == [None, None]:
        return ""
    return f"{row['key']}  " + " / ".join("－" if w is None else f"{w:.4f}" for w in given)


_PARTS = {
    "trouble": _trouble,
    "timeline": _trouble,
    "fault": _fault,
    "rule": _rule,
    "category": _category,
}
