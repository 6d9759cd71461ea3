"""No usable answer: the operator says what to go by. The chart stays as it is."""

from __future__ import annotations

from dataclasses import replace

from clinic import ways
from clinic.answers import LOST
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
from clinic.insurance import Insurance, of_page


class Fallback:
    """Documents, the last visit, a declaration: ways to receive a patient all the same."""

    def __init__(self, charts: Charts) -> None:
        self.charts = charts

    def choose(self, case: Case, *, retry: bool) -> bool:
        """The operator picks what to go by. True for 'card and inquiry once more'.

        ``retry``: whether once more could help; offered as often as the case allows.
        """
        arrival = case.arrival
        names = self._documents(case)
        case.offered = ways.offered(
            names, known=case.before is not None, brought_nothing=not arrival.papers
        )
        prompt = f"{case.message.splitlines()[0]} 何で確認しますか"
        answer = case.dialog.ask(prompt, *self._options(case, names, retry=retry))
        if answer == RETRY:
            return True
        name = chosen_document(answer)
        case.evidence = self._evidence(answer)
        if case.page is None:
            case.page = self._page_without_answer(arrival, arrival.papers.get(name or ""))
        case.insurance = self._confirmed(case, answer)
        if name == ways.MOUSHITATE:
            case.declared = arrival.declaration
        if name == ways.PORTAL:
            case.say("患者さん本人の端末に表示された画面で確認したことを記録しました。")
        self._fill_in(case)
        self._four_facts(case)
        case.share = self._share_without_answer(case, answer)
        return False

    def _options(self, case: Case, names: tuple[str, ...], *, retry: bool) -> list[str]:
        """What the operator picks from: papers, the last visit, once more, a share."""
        options = [document(d) for d in names]
        if case.page is not None:
            options += [PAST_VISIT, KEEP_CHART]
        if retry and case.retries_left:
            options.append(RETRY)
        return [*options, *(share(v) for v in SHARES)]

    def _documents(self, case: Case) -> tuple[str, ...]:
        """What can be gone by today. A paper that does not serve alone asks for the card."""
        arrival = case.arrival
        shown = (of_page(p) for p in (*arrival.papers.values(), case.page))
        plan = next((i.plan for i in shown if i), "")
        names = ways.documents(arrival.day, plan=plan, with_card=arrival.with_card)
        for name in arrival.papers:
            if name in ways.WAY_OF and name not in names:
                case.dialog.warn(
                    f"{name}だけでは、この日の資格確認に使えません。"
                    "マイナンバーカードか資格確認書も示してもらってください"
                )
        return names

    def _evidence(self, answer: str) -> tuple[str, ...]:
        """What the acceptance rests on, by the operator's answer."""
        name = chosen_document(answer)
        if name:
            return (ways.WAY_OF[name],)
        if answer in (PAST_VISIT, KEEP_CHART):
            return (PAST_VISIT,)
        if chosen_share(answer) == 100:
            return ("ten_wari",)
        return ("other",) if chosen_share(answer) is not None else ()

    def _confirmed(self, case: Case, answer: str) -> Insurance | None:
        """The numbers that this answer confirms: a paper's, what was heard, or the chart's.

        A chart that is only kept as it is confirms nothing where the system says that its
        qualification is lost, unless the patient says that it is unchanged.
        """
        arrival, name = case.arrival, chosen_document(answer)
        if name and name != ways.MOUSHITATE:
            return of_page(arrival.papers.get(name))
        if arrival.told is not None:
            return arrival.told
        if answer == PAST_VISIT or (answer == KEEP_CHART and arrival.unchanged):
            return of_page(case.page)
        if answer == KEEP_CHART and case.status not in (*LOST, "not_found"):
            return of_page(case.page)
        return None

    def _four_facts(self, case: Case) -> None:
        """No line to the system: what a look-up afterwards needs, as the patient wrote it."""
        page, form = case.page, case.arrival.form
        if case.status != "system_unreachable" or page is None:
            return
        whole = replace(
            page,
            name=page.name or without_kuromaru(form.name),
            sex=page.sex or form.sex,
            birthdate=page.birthdate or form.birthdate,
            address=page.address or form.address,
        )
        if whole != page:
            case.page = self.charts.save(whole)
        case.say(
            "氏名・性別・生年月日・住所を控えています。通信が戻ったら照会し直します"
            "(緊急時の照会機能は申し出て開放されてから使えます)。"
        )

    def _fill_in(self, case: Case) -> None:
        """Numbers that were shown or heard go into a chart that has none."""
        found = case.insurance
        if found is None or case.page is None or of_page(case.page) is not None:
            return
        case.page = self.charts.save(
            replace(
                case.page,
                insurer_number=found.insurer_number,
                symbol=found.symbol or None,
                number=found.number,
                branch=found.branch or None,
            )
        )

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
                status="未確認",
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
