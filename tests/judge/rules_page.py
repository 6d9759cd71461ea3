"""docs/rules.md: every rule with what of it fails and what warns, below a mark.

``PYTHONPATH=tests/judge .venv/bin/python tests/judge/rules_page.py`` writes the page anew; a test
compares it. Texts come from ``profiles/rules.toml``, halves from the modules of the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from onshi.catalogue.load import load_rules, load_troubles
from onshi.catalogue.records import RuleText
from onshi.catalogue.timelines import as_trouble, load_timelines
from onshi.judge.rules import halves, story_rules

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"

BEGIN = "<!-- rules: begin -->"
"""What stands above it is written by hand, what stands below comes from the data."""

LEVELS = {"fail": "失敗 (fail)", "warn": "警告 (warn)", "context": "参考 (context)"}


def page() -> str:
    """The whole page."""
    introduction = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    texts = load_rules().values()
    parts = ["\n".join(_overview(texts)), *("\n".join(_rule(text)) for text in texts)]
    return introduction + BEGIN + "\n\n" + "\n".join(part.rstrip("\n") + "\n" for part in parts)


def asked_for_by(id: str) -> list[str]:
    """The troubles that ask for a rule."""
    return [t.id for t in load_troubles().values() if id in t.rules]


def timelines_with(id: str) -> list[str]:
    """The timelines that ask for a rule, of their own or by their trouble."""
    return [t.id for t in load_timelines().values() if id in as_trouble(t).rules]


def _overview(texts: Iterable[RuleText]) -> Iterator[str]:
    yield "## 一覧\n"
    yield "| 規則 | 名前 | 水準 | 失敗 | 警告 | 経路 | 期間 | トラブル |"
    yield "|---|---|---|---|---|---|---|---|"
    for text in texts:
        levels = [half.level for half in halves(text.id)]
        cells = (
            f"[{text.id}](#{text.id.lower()})",
            text.title,
            LEVELS[text.level],
            str(levels.count("fail")),
            str(levels.count("warn")),
            _surfaces(text),
            _dates(text) or "いつでも",
            str(len(asked_for_by(text.id))),
        )
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _rule(text: RuleText) -> Iterator[str]:
    yield f"## {text.id}\n"
    yield f"**{text.title}** ({text.title_en}): {LEVELS[text.level]}\n"
    yield f"- すること: {text.must}"
    if text.must_not:
        yield f"- しないこと: {text.must_not}"
    yield f"- なぜ: {text.why}"
    yield f"- Must: {text.must_en}"
    if text.must_not_en:
        yield f"- Must not: {text.must_not_en}"
    whole = "（受診から請求・返戻までを通して）" if text.id in story_rules() else ""
    yield f"- 判定{whole}:"
    for half in halves(text.id):
        yield f"  - {LEVELS[half.level]}: {half.expected}"
    yield "- 見るもの: " + " · ".join(f"`{name}`" for name in text.observes)
    yield f"- 経路: {_surfaces(text)}"
    if dates := _dates(text):
        yield f"- 期間: {dates}"
    yield "- 出典: " + "、".join(text.source)
    asking = asked_for_by(text.id)
    yield "- トラブル: " + (" · ".join(f"`{id}`" for id in asking) or "なし")
    if courses := timelines_with(text.id):
        yield "- タイムライン: " + " · ".join(courses)
    yield ""


def _surfaces(text: RuleText) -> str:
    return " · ".join(text.surfaces) or "すべて"


def _dates(text: RuleText) -> str:
    if text.valid_from is None and text.valid_to is None:
        return ""
    return f"{text.valid_from or ''}〜{text.valid_to or ''}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
