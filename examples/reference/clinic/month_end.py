"""The month is closed: what is claimed for whom, and what is held back and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path

from clinic import claim_file, fold
from clinic.case import Errand, MonthEndCase
from clinic.chart import Charts, Page
from clinic.claim_file import Receipt, Site
from clinic.claim_kind import NORMAL, ClaimKind, Decision
from clinic.dialog import Dialog
from clinic.errors import SystemTrouble
from clinic.ledger import Attendance, Ledger, Sent
from clinic.receipt import FEE_YEN
from clinic.recheck import Recheck
from clinic.standing import Standing, parts


class MonthEnd:
    """Claims go into ``folder``, one file for each 審査支払機関."""

    def __init__(
        self, charts: Charts, ledger: Ledger, recheck: Recheck, *, site: Site, folder: Path
    ) -> None:
        self.charts, self.ledger, self.recheck = charts, ledger, recheck
        self.site, self.folder = site, folder
        self.kinds = ClaimKind()

    def claim(self, errand: Errand) -> MonthEndCase:
        """Everything of one patient that is due. Always returns; troubles become part of it."""
        case = MonthEndCase(errand, Dialog(errand.ask), self.charts.get(errand.chart_no))
        due = self.ledger.open_visits(errand.chart_no, errand.day)
        if case.page is None or not due:
            case.say("請求するものはありません。")
            return case
        case.evidence = tuple(dict.fromkeys(e for visit in due for e in visit.evidence))
        made = [self.receipt(case, case.page, visits) for visits in parts(due)]
        self.export(case, [one for one in made if one is not None])
        return case

    def receipt(
        self, case: MonthEndCase, page: Page, visits: Sequence[Attendance]
    ) -> tuple[Decision, Receipt] | None:
        """Decision and レセプト for some visits of one month; None: held back."""
        case.next_part()
        if lacking := self.lacking(page):
            case.hold(f"カルテに{'・'.join(lacking)}がないため、請求できません。")
            return None
        standing = self.standing(case, page, visits)
        decision = self.kinds.decide(case, standing)
        if decision is None:
            return None
        receipt = self.receipt_of(case, standing, decision)
        if self.same_as_returned(standing, receipt):
            case.hold("返戻されたときと同じ内容になるため、再請求しません。")
            return None
        self.settle(case, standing, decision)
        return decision, receipt

    def lacking(self, page: Page) -> list[str]:
        """What no レセプト goes without, and the chart does not say: nothing is made up for it."""
        needed = {
            "氏名": page.name or page.kana,
            "性別": fold.fold_sex(page.sex or ""),
            "生年月日": page.birthdate,
        }
        return [word for word, value in needed.items() if not value]

    def standing(self, case: MonthEndCase, page: Page, visits: Sequence[Attendance]) -> Standing:
        """What is known of these visits, the system asked once more."""
        everything = self.ledger.attendances(page.chart_no)
        known = Standing(
            page=page,
            visits=visits,
            later=[v for v in everything if v.day > visits[-1].day],
            back=self.ledger.open_return(page.chart_no, visits[0].day),
        )
        try:
            return replace(known, again=self.recheck.ask(page, known.numbers, visits[-1]))
        except SystemTrouble as trouble:
            case.dialog.warn(f"請求前の資格の再確認ができませんでした({trouble.text})")
            return known

    def settle(self, case: MonthEndCase, standing: Standing, decision: Decision) -> None:
        """What was paid in full is given back once it is claimed; other differences are told."""
        share, charged = decision.share, standing.share
        if decision.kind != NORMAL or share is None:
            return
        if standing.paid_in_full and self.charts.owed(standing.page.chart_no):
            case.refund = self.charts.settle(standing.page.chart_no, share)
        if charged is not None and charged != share:
            yen = FEE_YEN * len(standing.days) * abs(share - charged) // 100
            word = "追加でいただく額" if share > charged else "お返しする額"
            case.dialog.warn(f"窓口負担 {charged}% → {share}%: {word} {yen:,}円")

    def receipt_of(self, case: MonthEndCase, standing: Standing, decision: Decision) -> Receipt:
        """The レセプト, with what the decision says."""
        page, insurance = standing.page, decision.insurance
        assert page.birthdate is not None
        share = decision.share if decision.share is not None else 30
        aid = decision.plan == "aid"
        public = tuple((number, "") for number in page.public or ())
        if public:
            case.dialog.warn("公費の受給者番号を受給者証で確かめてください")
        made = Receipt(
            chart_no=page.chart_no or "",
            month=standing.month,
            name=page.name or page.kana or "",
            kana=page.kana or "",
            sex=fold.fold_sex(page.sex or ""),
            birthdate=page.birthdate,
            days=standing.days,
            plan=decision.plan,
            insurance=None if aid else insurance,
            relation=insurance.relation or page.relation or "",
            share=share,
            marks=claim_file.marks(decision.plan, decision.limit, share),
            public=((insurance.insurer_number, insurance.number), *public) if aid else public,
            notes=decision.notes,
            confirmed=decision.kind == NORMAL,
        )
        return self.as_reclaim(standing, made)

    def as_reclaim(self, standing: Standing, receipt: Receipt) -> Receipt:
        """What came back keeps its 検索番号 and history, where it goes to the same place again."""
        back = standing.back
        if back is None or back.payer != claim_file.payer(receipt):
            return receipt
        return replace(receipt, search_no=back.search_no, history=back.history)

    def same_as_returned(self, standing: Standing, receipt: Receipt) -> bool:
        """Whether it says nothing else than the claim that came back."""
        if standing.back is None:
            return False
        before = self.ledger.claims(standing.page.chart_no, standing.first)
        return bool(before) and content(before[-1].lines) == content(claim_file.lines_of(receipt))

    def export(self, case: MonthEndCase, made: list[tuple[Decision, Receipt]]) -> None:
        """One file for each 審査支払機関; ``case.path`` is the one with the latest visits."""
        made.sort(key=lambda one: (claim_file.payer(one[1]), one[1].days))
        for to, group in groupby(made, key=lambda one: claim_file.payer(one[1])):
            some = list(group)
            path = self.folder / to / claim_file.NAME
            try:
                self.write(path, to, case.errand.day, [receipt for _, receipt in some])
            except OSError as e:
                case.hold(f"請求ファイルを書けません({e.strerror})。")
                continue
            for decision, receipt in some:
                self.keep(case, to, decision, receipt)
            newest = max(day for _, receipt in some for day in receipt.days)
            if newest > case.newest:
                case.path, case.newest = path, newest
        case.held = case.path is None

    def write(self, path: Path, to: str, day: date, receipts: list[Receipt]) -> None:
        """The file appears whole: written under another name, then renamed."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        draft.write_bytes(claim_file.file_of(self.site, to, day, receipts))
        draft.replace(path)

    def keep(self, case: MonthEndCase, to: str, decision: Decision, receipt: Receipt) -> None:
        """What went out is kept, so that nothing goes out twice."""
        case.say(f"{receipt.month:%Y年%m月}分を{decision.kind}の請求として書き出しました。")
        self.ledger.sent(
            Sent(
                chart_no=receipt.chart_no,
                days=receipt.days,
                sent_on=case.errand.day,
                kind=decision.kind,
                basis=decision.basis,
                payer=to,
                lines=tuple(claim_file.lines_of(receipt)),
            )
        )


def content(lines: Sequence[str]) -> list[str]:
    """What a レセプト says, without its place in the file and its 検索番号."""
    kept = []
    for line in lines:
        fields = line.split(",")
        if fields[0] == "RE":
            fields[1] = fields[18] = ""
        if fields[0] in ("RE", "HO", "KO", "SN", "JD", "CO", "SI"):
            kept.append(",".join(fields))
    return kept
