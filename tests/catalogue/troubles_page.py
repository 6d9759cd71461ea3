"""docs/troubles.md from the data.

``PYTHONPATH=tests/catalogue .venv/bin/python tests/catalogue/troubles_page.py`` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from onshi.catalogue.citations import DOCUMENTS
from onshi.catalogue.load import load_profile, load_rules, load_troubles, profiles
from onshi.catalogue.records import FaultUse, Trouble
from onshi.catalogue.words import (
    SHARE_IS,
    schedule_words,
    settings_words,
    situation_words,
    step_words,
)
from onshi.faults.registry import find_fault

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[2] / "docs" / "troubles.md"
LAYERS = {
    "reader": "カードリーダー",
    "card": "カード",
    "patient-operation": "患者の操作",
    "terminal PC": "資格確認端末",
    "network": "回線",
    "backend data": "資格確認の答えの中身",
    "backend availability": "資格確認のシステムの稼働",
    "billing-after-the-fact": "請求のあとに分かること",
    "human-process": "人の側の出来事",
    "integration": "レセコン・電子カルテとの連携",
}
_HEAD = """\
# トラブルの一覧

`profiles/troubles/*.toml` から `tests/catalogue/troubles_page.py` が作る。手で直さない。

五つの資料が語るトラブルを、一つずつ注入できる形にしたもの。注入できないものも、理由を添えて載せる。

- **種類**は調査の表の区分。割合は{share}。数字は [profiles.md](profiles.md) にある。
- **出典**は資料と行。「事例」は資料に引用された別々の事例の数で、種類の中での重みになる。
- **規則**は [rules.md](rules.md) にある。fail は終了コードを変え、warn は報告、context は表示だけ。
- **場面**、日付、故障の設定は試験のための設定で、資料の記述ではない。
- **サーフェス**は製品がトラブルに出会う面。製品が使う面にないトラブルは、その製品では試さない。

一つだけ試すには `onshi exec --trouble ID -- CMD` か `pytest --onshi-trouble ID`。

```sh
onshi troubles --category invalid
onshi explain billing.fusho_returned
```
"""


def page() -> str:
    """The whole page."""
    found = list(load_troubles().values())
    parts = [_HEAD.format(share=SHARE_IS), *_documents(), *_counts(found)]
    for layer, name in LAYERS.items():
        parts += ["", f"## {name}（{layer}）"]
        for trouble in found:
            if trouble.layer == layer:
                parts += ["", *_trouble(trouble)]
    return "\n".join(parts).rstrip("\n") + "\n"


def _documents() -> Iterator[str]:
    yield "| 資料 | |"
    yield "|---|---|"
    yield from (f"| {number} | {what} |" for number, what in DOCUMENTS.items())


def _counts(found: list[Trouble]) -> Iterator[str]:
    yield ""
    yield "| 層 | 件数 | 実行できる | 調査にない追加 |"
    yield "|---|---|---|---|"
    for layer, name in LAYERS.items():
        yield _count(f"{name}（{layer}）", [t for t in found if t.layer == layer])
    yield _count("計", found)


def _count(name: str, of: list[Trouble]) -> str:
    running = sum(not t.why_not for t in of)
    return f"| {name} | {len(of)} | {running} | {sum(_added(t) for t in of)} |"


def _added(trouble: Trouble) -> bool:
    return trouble.source == ("added",)


def _trouble(t: Trouble) -> Iterator[str]:
    yield f"### `{t.id}` {t.title}"
    yield ""
    yield t.what
    yield ""
    yield f"- 種類: {_categories(t)}"
    yield f"- 出典: {_sources(t)}"
    if t.rules:
        yield f"- 規則: {_rules(t)}"
    if t.why_not:
        yield f"- 注入できない: {t.why_not}"
        return
    if t.partly:
        yield f"- 注入していないこと: {t.partly}"
    site = "、施設全体（続けて来る患者にも及ぶ）" if t.process == "site" else ""
    yield f"- サーフェス: {' '.join(t.surfaces)}{site}"
    day = [t.date.isoformat()] if t.date else []
    yield f"- 場面: {'、'.join([*day, *situation_words(t.situation)])}"
    yield from (f"- 故障: {_use(use)}" for use in t.fault)
    yield from (f"- その後: {step_words(step)}" for step in t.situation.step)


def _categories(t: Trouble) -> str:
    labels = _labels()
    return "、".join(f"{labels[key]}（{key}）" for key in t.categories) or "調査の区分の外"


def _labels() -> dict[str, str]:
    """The printed label of each category, as the newest document has it."""
    newest_last = sorted(map(load_profile, profiles()), key=lambda p: p.date)
    return {c.key: c.label for profile in newest_last for c in profile.category}


def _sources(t: Trouble) -> str:
    if _added(t):
        return "調査の事例ではなく、追加したもの"
    return "、".join(t.source) + (f"（事例 {t.support}）" if t.support else "")


def _rules(t: Trouble) -> str:
    texts = load_rules()
    return "、".join(f"{id} {texts[id].title}（{texts[id].level}）" for id in t.rules)


def _use(use: FaultUse) -> str:
    settings = settings_words(use.settings)
    where = f"［{' '.join(use.surfaces)}］" if use.surfaces else ""
    named = f"`{use.name}`" + (f"（{settings}）" if settings else "")
    return f"{named}{where} {find_fault(use.name).TITLE}: {schedule_words(use.when)}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
