"""No usable answer: the operator says what to go by. The chart stays as it is."""

from __future__ import annotations

from dataclasses import replace

from clinic import ways
from clinic.case import Arrival, Case
from clinic.chart import Charts, Page
from clinic.dialog import (
    KEEP_CHART,
    PAST_VISIT,
    RETRY,
    SHARES,
    chosen_document,
    chosen_share,
    document,
    share,
)
from clinic.fold import without_kuromaru


class Fallback:
    """Documents, the last visit, a declaration: ways to receive a patient all the same."""

    def __init__(self, charts: Charts) -> None:
        self.charts = charts

    def choose(self, case: Case, *, retry: bool) -> bool:
        """The operator picks what to go by. True for 'card and inquiry once more'.

        ``retry``: whether once more could help; offered as often as the case allows.
        """
        arrival = case.arrival
        case.offered = ways.offered(
            arrival.day, known=case.before is not None, brought_nothing=not arrival.papers
        )
        options = [document(d) for d in ways.documents(arrival.day)]
        if case.page is not None:
            options += [PAST_VISIT, KEEP_CHART]
        if retry and case.retries_left:
            options.append(RETRY)
        prompt = f"{case.message.splitlines()[0]} 何で確認しますか"
        answer = case.dialog.ask(prompt, *options, *(share(v) for v in SHARES))
        if answer == RETRY:
            return True
        name = chosen_document(answer)
        if name:
            case.evidence = (ways.WAY_OF[name],)
        elif answer in (PAST_VISIT, KEEP_CHART):
            case.evidence = (PAST_VISIT,)
        elif chosen_share(answer) == 100:
            case.evidence = ("ten_wari",)
        elif chosen_share(answer) is not None:
            case.evidence = ("other",)
        if case.page is None:
            case.page = self._page_without_answer(arrival, arrival.papers.get(name or ""))
        case.share = self._share_without_answer(case, answer)
        return False

    def _page_without_answer(self, arrival: Arrival, paper: Page | None) -> Page:
        """A first visit without an answer: what the document shows, else the 問診票 alone."""
        source, form = paper or Page(), arrival.form
        return self.charts.save(
            replace(
                source,
                chart_no=None,
                name=without_kuromaru(form.name) or without_kuromaru(source.name),
                kana=form.kana or source.kana,
                birthdate=form.birthdate or source.birthdate,
                sex=form.sex or source.sex,
                address=form.address or source.address,
                status=None,
            )
        )

    def _share_without_answer(self, case: Case, answer: str) -> int | None:
        """As the operator said, as the document shows, as at the last visit; else asked for.

        10割 is charged only when the operator says so.
        """
        said = chosen_share(answer)
        if said is not None:
            return said
        name = chosen_document(answer)
        paper = case.arrival.papers.get(name or "")
        if paper is not None and paper.copay_percent is not None:
            return paper.copay_percent
        before = case.page.copay_percent if case.evidence and case.page else None
        if before is not None and name != ways.MOUSHITATE:
            return before
        declared = case.dialog.ask("窓口の負担割合を選んでください", *(share(v) for v in SHARES))
        return before if chosen_share(declared) is None else chosen_share(declared)
