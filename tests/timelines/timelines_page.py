"""docs/timelines.md from the data.

``PYTHONPATH=tests/timelines .venv/bin/python tests/timelines/timelines_page.py`` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from onshi.catalogue.load import load_rules
from onshi.catalogue.records import Situation, Step, Timeline
from onshi.catalogue.timelines import days, load_timelines
from onshi.catalogue.words import SHOWN, situation_words

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[2] / "docs" / "timelines.md"
_WEEKDAYS = "月火水木金土日"
_DONE = {"visit": "受診", "claim": "請求", "returns": "返戻"}
_PLANS = {"kokuho": "国保", "shaho": "社保", "kouki": "後期", "seiho": "医療扶助"}
_HEAD = """\
# 日付のある経過

`profiles/timelines.toml` から `tests/timelines/timelines_page.py` が作る。手で直さない。

一つのトラブルを、日を追って通る。資格が変わってから登録されるまで、請求してから返戻が届くまで、
機器や回線が止まってから戻るまで。トラブルと同じように、番号で実行する。

一つだけ通すには `pytest --onshi-trouble=T8`、または `onshi exec --trouble T22 -- CMD`。

```sh
onshi timelines
onshi explain T8
```

`onshi exec` と `desk.apply` が起こすのは最初の段階だけで、先へ進むのは pytest と制御 API である。
医院全体に及ぶ故障は、そのあいだに来る患者のすべてに当たる（次の患者）。

- **照会の答え**は、その日に患者のカードで照会すると返る資格有効性、資格の種類、負担割合。
  カルテの番号は前の保険者のものなので、番号での照会では無効（新しい資格あり）になる日がある。
- **カード**は、その日にリーダーで使えるか。空欄はどちらでもよい。
- Python の製品の時計は、日付と時刻に合わせて動く（`in_process`）。
  ほかの製品には `set_date`、Visit の日付、照会の電文が日付を伝える。
- 日付と期間のうち資料にないものは「仮定」に書いた。
- 規則は [rules.md](rules.md)、資料は [troubles.md](troubles.md) にある。
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for timeline in sorted(load_timelines().values(), key=lambda t: int(t.id[1:])):
        parts += [*_timeline(timeline), ""]
    return "\n".join(parts).rstrip("\n") + "\n"


def _timeline(timeline: Timeline) -> Iterator[str]:
    rules = load_rules()
    yield f"## {timeline.id} {timeline.title}"
    yield ""
    yield timeline.what
    yield ""
    yield f"- 出典: {'、'.join(timeline.source)}"
    yield f"- 仮定: {timeline.assumed}"
    if timeline.trouble:
        yield f"- もとのトラブル: `{timeline.trouble}`（ここに書いていないことはそのとおり）"
    if timeline.about:
        yield f"- 関係するトラブル: {_names(timeline.about)}"
    if timeline.rules:
        yield f"- 規則: {'、'.join(f'{id} {rules[id].title}' for id in timeline.rules)}"
    if timeline.surfaces:
        yield f"- サーフェス: {' '.join(timeline.surfaces)}"
    if timeline.situation != Situation():
        yield f"- 場面: {'、'.join(situation_words(timeline.situation))}"
    if timeline.fault:
        yield f"- はじめの故障: {_names(use.name for use in timeline.fault)}"
    yield ""
    yield "| 日 | | 何があるか | 照会の答え | カード | ここから | ここまで |"
    yield "|---|---|---|---|---|---|---|"
    yield from map(_step, timeline.step, days(timeline))


def _step(step: Step, on: date) -> str:
    hour = f" {step.at:%H:%M}" if step.at else ""
    done = "次の患者" if step.next else _DONE[step.do]
    share = f"{step.share // 10}割" if step.share is not None else ""
    shown = [SHOWN.get(step.shows, ""), _PLANS.get(step.plan, ""), share]
    reads = {None: "", True: "使える", False: "使えない"}[step.reads]
    what = step.what + (f"（{step.reason}）" if step.reason else "")
    cells = [
        f"{on} {_WEEKDAYS[on.weekday()]}{hour}",
        done,
        what,
        "・".join(word for word in shown if word),
        reads,
        _names(use.name for use in step.fault),
        _names(step.lift),
    ]
    return f"| {' | '.join(cells)} |".replace("  ", " ")


def _names(names: Iterator[str] | tuple[str, ...]) -> str:
    return " ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
