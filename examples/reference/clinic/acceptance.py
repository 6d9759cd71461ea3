"""A single valid qualification: what differs is shown, and nothing is written without a yes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clinic import compare, ways
from clinic.case import Case
from clinic.chart import Charts, Page
from clinic.dialog import (
    KEEP_CHART,
    PAST_VISIT,
    SHARES,
    USE_ONLINE,
    chosen_document,
    document,
    share,
)
from clinic.fold import KUROMARU, all_kana, without_kuromaru
from clinic.insurance import of_page, of_record
from clinic.messages import Record


class Acceptance:
    """Takes an answer into the reception of one visit, as far as the operator lets it."""

    def __init__(self, charts: Charts) -> None:
        self.charts = charts

    def accept(self, case: Case, record: Record, notice: str) -> bool:
        """Go through whatever differs. False when it is about somebody else."""
        dialog, day = case.dialog, case.arrival.day
        if notice:
            dialog.warn(f"システムからの通知: {notice}")
        case.say(f"有効期限: {record.valid_to or '記載なし'}")
        for text in compare.oddities(record, day):
            dialog.warn(text)
        strangers = compare.person(case.page or case.arrival.form, record)
        if strangers and not self._accept_person(case, strangers):
            case.message = "本人と異なる情報が返ったため、この結果は使いません。"
            return False
        if case.page is None:
            case.page = self._new_page(case, record)
        else:
            self._accept_name(case, record)
            self._accept_address(case, record)
        case.evidence, case.insurance = ("online",), of_record(record)
        self._fill_in(case, record)
        self._accept_insurance(case, record)
        self._accept_limit(case, record)
        self._accept_share(case, record)
        if case.page.public or "医療証" in case.arrival.papers:
            dialog.warn("公費は医療証・受給者証で別に確認してください")
        return True

    def _accept_person(self, case: Case, differences: list[compare.Difference]) -> bool:
        """Another person's data is used only on the operator's explicit word."""
        for difference in differences:
            case.dialog.warn(str(difference))
        case.dialog.warn("別人の情報の可能性があります。薬剤情報なども本人に確認してください")
        prompt = "本人と異なる情報が返りました。この結果を使いますか: " + _join(differences)
        return case.dialog.ask(prompt, KEEP_CHART, USE_ONLINE) == USE_ONLINE

    def _new_page(self, case: Case, record: Record) -> Page:
        """A first visit: insurance from the answer, the name as the patient writes it."""
        form, day = case.arrival.form, case.arrival.day
        return self.charts.save(
            Page(
                name=self._first_name(case, record),
                kana=form.kana or record.kana or None,
                birthdate=form.birthdate or record.birthdate,
                sex=form.sex or record.sex or None,
                address=form.address or without_kuromaru(record.address),
                copay_percent=compare.share_of(record, day),
                limit=record.limit or None,
                public=(),
                status=case.status,
                **_numbers(record),
            )
        )

    def _first_name(self, case: Case, record: Record) -> str | None:
        """The spelling for a new chart; asked for where the answer cannot give it."""
        if record.name and KUROMARU not in record.name and not all_kana(record.name):
            return record.name
        papers = {d: p for d, p in case.arrival.papers.items() if without_kuromaru(p.name)}
        case.dialog.warn("氏名に表示できない文字(●)があるか、漢字の氏名がありません")
        answer = case.dialog.ask(
            "氏名の正しい表記を問診票・本人確認書類で確かめてください",
            *(document(d) for d in papers),
        )
        paper = papers.get(chosen_document(answer) or "")
        return paper.name if paper else without_kuromaru(case.arrival.form.name)

    def _accept_name(self, case: Case, record: Record) -> None:
        """A ● never replaces a confirmed spelling, and no other spelling does unasked."""
        assert case.page is not None
        if KUROMARU in record.name:
            case.dialog.warn("氏名に●があります。カルテの表記を使います")
        differences = compare.name(case.page, record)
        if differences and KUROMARU not in record.name:
            case.dialog.warn(_join(differences))
            prompt = "氏名の表記が異なります。カルテを書き換えますか: " + _join(differences)
            if case.dialog.ask(prompt, KEEP_CHART, USE_ONLINE) == USE_ONLINE:
                case.page = self.charts.save(replace(case.page, name=record.name))

    def _accept_address(self, case: Case, record: Record) -> None:
        assert case.page is not None
        differences = compare.address(case.page, record)
        if differences:
            case.dialog.warn(_join(differences))
            prompt = "住所が異なります。カルテを書き換えますか: " + _join(differences)
            if case.dialog.ask(prompt, KEEP_CHART, USE_ONLINE) == USE_ONLINE:
                case.page = self.charts.save(replace(case.page, address=record.address))

    def _fill_in(self, case: Case, record: Record) -> None:
        """A chart that has no insurance yet gets it as at a first visit."""
        assert case.page is not None
        if of_page(case.page) is None and of_record(record) is not None:
            share = case.page.copay_percent
            case.page = self.charts.save(
                replace(
                    case.page,
                    status=case.status,
                    copay_percent=(
                        compare.share_of(record, case.arrival.day) if share is None else share
                    ),
                    **_numbers(record),
                )
            )

    def _accept_insurance(self, case: Case, record: Record) -> None:
        """Numbers that differ from chart or paper: both are shown, the operator's word is kept."""
        assert case.page is not None
        sources = {"": case.page, **case.arrival.papers}
        differences = {
            d: f for d, f in ((d, compare.insurance(p, record)) for d, p in sources.items()) if f
        }
        if not differences:
            return
        text = " / ".join(f"{d or 'カルテ'} {_join(f)}" for d, f in differences.items())
        case.dialog.warn(f"保険の記号・番号が異なります: {text}")
        shown = [document(d) for d in differences if d]
        answer = case.dialog.ask(
            f"保険が異なります。どれによりますか: {text}", KEEP_CHART, USE_ONLINE, *shown
        )
        paper = chosen_document(answer)
        if answer == USE_ONLINE:
            case.page = self.charts.save(replace(case.page, **_numbers(record)))
        elif paper:
            case.evidence = (ways.WAY_OF.get(paper, "other"),)
            case.insurance = of_page(case.arrival.papers.get(paper))
        elif answer == KEEP_CHART:
            case.evidence, case.insurance = (PAST_VISIT,), of_page(case.page)
        else:
            case.evidence, case.insurance = (), None

    def _accept_limit(self, case: Case, record: Record) -> None:
        """限度額: absence means 'no limit' to nobody; a change is asked about."""
        assert case.page is not None
        ours, theirs = case.page.limit or "", record.limit
        if ours == theirs:
            return
        asked_for = case.arrival.query.get("LimitApplicationCertificateRelatedConsFlg") == "1"
        if not theirs and not asked_for:
            case.dialog.warn(f"限度額情報は未同意のため取得していません(カルテ {ours})")
            return
        text = f"限度額区分: カルテ「{ours or 'なし'}」 オンライン「{theirs or 'なし'}」"
        case.dialog.warn(text)
        answer = case.dialog.ask(f"{text} 書き換えますか", KEEP_CHART, USE_ONLINE)
        if answer == USE_ONLINE:
            case.page = self.charts.save(replace(case.page, limit=theirs or None))

    def _accept_share(self, case: Case, record: Record) -> None:
        """負担割合: charged as chart, paper and answer agree on, else as the operator says."""
        assert case.page is not None
        ours, theirs = case.page.copay_percent, compare.share_of(record, case.arrival.day)
        papers = {d: p.copay_percent for d, p in case.arrival.papers.items()}
        values = {v for v in (ours, theirs, *papers.values()) if v is not None}
        if len(values) == 1 and theirs is not None:
            case.share = theirs
            return
        text = f"負担割合: カルテ「{_percent(ours)}」 オンライン「{_percent(theirs)}」" + "".join(
            f" {d}「{_percent(v)}」" for d, v in papers.items()
        )
        case.dialog.warn(text)
        by_answer = {
            USE_ONLINE: theirs,
            KEEP_CHART: ours,
            **{document(d): v for d, v in papers.items()},
            **{share(v): v for v in SHARES},
        }
        known = [answer for answer, value in by_answer.items() if value is not None]
        answer = case.dialog.ask(f"{text} どれで計算しますか", *known)
        case.share = by_answer.get(answer, ours)
        paper = chosen_document(answer)
        if paper:
            way = ways.WAY_OF.get(paper, "other")
            case.evidence = tuple(dict.fromkeys((*case.evidence, way)))
        if answer == USE_ONLINE:
            case.page = self.charts.save(replace(case.page, copay_percent=theirs))


def _join(differences: list[compare.Difference]) -> str:
    return "、".join(map(str, differences))


def _numbers(record: Record) -> dict[str, Any]:
    """What an answer says of the insurance; what it leaves out stays empty."""
    return {
        "insurer_number": record.insurer_number or None,
        "symbol": record.symbol or None,
        "number": record.number or None,
        "branch": record.branch or None,
        "relation": record.relation,
        "valid_from": record.valid_from.isoformat() if record.valid_from else "",
        "valid_to": record.valid_to,
    }


def _percent(value: int | None) -> str:
    return "記載なし" if value is None else f"{value}%"
