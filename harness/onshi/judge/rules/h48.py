"""H48 A share or limit that differs is pointed out (``003:L573``)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import (
    after,
    as_chart,
    asked,
    before,
    dropped,
    handling,
    last_result,
    took_answer,
)
from onshi.judge.rules import rule
from onshi.visit import Chart

SHARE = Half("H48", "warn", "負担割合の違いを知らせる")
LIMIT = Half("H48", "warn", "限度額区分の違いを知らせる")
NO_LIMIT = Half("H48", "warn", "限度額の情報がないことを、限度額なしとみなさない")
_ELDERLY = 70


@rule("H48")
def judge(case: Case) -> Iterator[Finding]:
    answer = last_result(case)
    sent = [as_chart(r) for r in answer.records] if answer else []
    if not sent:
        yield SHARE.unseen("資格の中身のある回答は送られていない")
        return
    share = _share_gap(case, sent)
    yield _told(case, SHARE, share) if share else SHARE.unseen("割合の違う回答は送られていない")
    stored = before(case, "limit")
    if not stored:
        return
    shown = {c.limit for c in sent if c.limit}
    if shown and stored not in shown:
        yield _told(case, LIMIT, f"カルテ {stored}、回答 {'、'.join(sorted(shown))}")
    elif not shown:
        yield _kept_limit(case)


def _share_gap(case: Case, sent: list[Chart]) -> str:
    """How the share of the answer differs from the chart or the paper; empty if it does not.

    Once 高齢受給者 are due a share, it is expected in the answer; its absence is a difference too.
    """
    charts = [*case.visit.papers.values(), *([case.visit.chart] if case.visit.chart else [])]
    held = {c.copay_percent for c in charts if c.copay_percent is not None}
    online = {c.copay_percent for c in sent if c.copay_percent is not None}
    if online and held - online:
        return f"カルテ・書類 {_percents(held)}、回答 {_percents(online)}"
    if not online and held and case.date >= _share_from(case.visit.patient.birthdate):
        return f"カルテ・書類 {_percents(held)}、回答には割合がない"
    return ""


def _share_from(birthdate: date) -> date:
    """The first of the month after the day before the 70th birthday (born on the 1st: that day)."""
    turned = date(birthdate.year + _ELDERLY, birthdate.month, 1)
    if birthdate.day == 1:
        return turned
    return (turned + timedelta(days=31)).replace(day=1)


def _percents(values: set[int]) -> str:
    return "・".join(f"{v}%" for v in sorted(values))


def _told(case: Case, half: Half, gap: str) -> Finding:
    h = handling(case)
    if asked(case) or h.warned:
        return half.met(f"尋ねた、または知らせた（{gap}）")
    if asked(case) is None or h.warned is None:
        return half.unseen("handling.asked と handling.warned の両方は報告されていない")
    if not took_answer(case):
        return half.unseen("回答を受け取ったことが見えない")
    return half.broken("違いを尋ねも知らせもしなかった", gap)


def _kept_limit(case: Case) -> Finding:
    stored, new = before(case, "limit"), after(case, "limit")
    if new is None and not dropped(case, "limit"):
        return NO_LIMIT.unseen("handling.chart_after に限度額区分がない")
    if new == stored:
        return NO_LIMIT.met(f"カルテの {stored} のまま")
    if asked(case) or handling(case).warned:
        return NO_LIMIT.met("尋ねた、または知らせた")
    return NO_LIMIT.broken(
        "限度額の情報がないだけで、カルテの区分が変わった", f"{stored} → {new or '（なし）'}"
    )
