"""How a month of visits is to be claimed: normally, as 旧資格情報, as 不詳, or not yet.

One decision for each method. In this order: what was confirmed, at the visit or afterwards; what
the patient said; a qualification that is known to be lost; only then 不詳, and only with a
declaration and after the patient was asked once more. Whatever fits nowhere is held back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clinic import claim_file, ways
from clinic.case import MonthEndCase
from clinic.declaration import Declaration
from clinic.dialog import CANCEL, KEEP_CHART, PAST_VISIT, USE_ONLINE, document
from clinic.insurance import Insurance, of_page
from clinic.ledger import Attendance
from clinic.recheck import differences
from clinic.standing import Standing

NORMAL, OLD, UNKNOWN, DISASTER = "通常", "旧資格情報", "不詳", "災害"

_OLD_NOTE, _UNKNOWN_NOTE = "820000245", "820000246"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """``kind``, with which numbers, of which ``plan``; ``notes`` as in claim_file.Receipt,
    ``limit`` the 限度額区分.

    ``basis`` says what it rests on, as it is kept with the claim.
    """

    kind: str
    insurance: Insurance
    plan: str
    basis: str
    share: int | None = None
    limit: str = ""
    notes: tuple[tuple[str, str], ...] = ()


class ClaimKind:
    """Decides; what the operator has to know or say goes through the case."""

    def decide(self, case: MonthEndCase, standing: Standing) -> Decision | None:
        """How to claim; None: not now, and the case says why."""
        confirmed = self.confirmed(case, standing)
        if case.stopped:
            return None
        if confirmed is not None:
            share = self.share(case, standing)
            return Decision(
                kind=NORMAL,
                insurance=confirmed,
                plan=confirmed.plan,
                basis=self.basis(case, standing, confirmed),
                share=share,
                limit=self.limit(case, standing),
            )
        if standing.paid_in_full or standing.share is None:
            case.hold(
                f"{_days(standing)}は会計が済んでいません。資格が分かるまで請求を保留します。"
            )
            return None
        if standing.refuted:
            case.hold("前と同じ内容では再請求しません。資格を確かめてください。")
            return None
        if standing.disaster and standing.lost is None:
            return self.disaster(standing)
        return self.former(case, standing) or self.unknown(case, standing)

    # ------------------------------------------------------------ confirmed
    def confirmed(self, case: MonthEndCase, standing: Standing) -> Insurance | None:
        """The numbers of a normal claim; asked about where two sources differ."""
        then = None if standing.refuted else standing.confirmed
        shown = standing.shown_later
        if shown is None or shown.insurance is None:
            if then is not None:
                return self.as_at_the_visit(case, standing, then)
            return standing.valid_again or self.as_in_the_chart(case, standing)
        if then is None:
            return self.afterwards(case, standing, shown)
        if shown.insurance.same_as(then):
            return self.as_at_the_visit(case, standing, then)
        return self.then_or_later(case, standing, then, shown)

    def basis(self, case: MonthEndCase, standing: Standing, confirmed: Insurance) -> str:
        """What showed these numbers: a visit with its moment, or the inquiry before the claim."""
        for visit in (*reversed(standing.visits), *reversed(standing.later)):
            if visit.insurance is not None and visit.insurance.same_as(confirmed):
                case.rests_on(visit.evidence)
                return f"{visit.at}の確認({'、'.join(visit.evidence)})"
        if standing.valid_again is None:
            case.rests_on((PAST_VISIT,))
            return f"{case.errand.day}の口頭での確認"
        case.rests_on(("online",))
        return f"{case.errand.day}の再照会"

    def afterwards(
        self, case: MonthEndCase, standing: Standing, shown: Attendance
    ) -> Insurance | None:
        """Confirmed after the visit. After a return, numbers without a beginning are asked about:
        they may be of a later time only."""
        later = shown.insurance
        if standing.refuted and later is not None and later.valid_from is None:
            text = f"{_days(standing)}も、{shown.day}に確認した資格({later})でしたか"
            if case.dialog.ask(text, USE_ONLINE, *_papers(shown)) == CANCEL:
                case.hold("返戻された分の資格を確かめるまで、請求を保留します。")
                return None
        case.dialog.warn(f"受診のあとに確認できた資格で請求します: {later}")
        return later

    def then_or_later(
        self, case: MonthEndCase, standing: Standing, then: Insurance, shown: Attendance
    ) -> Insurance | None:
        """A later visit showed another insurance, with effect before this one."""
        text = f"{_days(standing)}の資格: 受付時「{then}」 {shown.day}の確認「{shown.insurance}」"
        case.dialog.warn(text)
        answer = case.dialog.ask(
            f"{text} どちらで請求しますか", KEEP_CHART, USE_ONLINE, *_papers(shown)
        )
        if answer == CANCEL:
            case.hold("どちらの資格で請求するか決まっていません。")
            return None
        return then if answer == KEEP_CHART else shown.insurance

    def as_at_the_visit(
        self, case: MonthEndCase, standing: Standing, then: Insurance
    ) -> Insurance | None:
        """Nothing newer: the visit's numbers, unless the operator stops at a difference."""
        found = self.changes(standing, then)
        if not found:
            return then
        text = "請求前の再確認で受付時と違いがあります: " + "、".join(found)
        case.dialog.warn(text)
        options = (KEEP_CHART, USE_ONLINE) if standing.valid_again else (KEEP_CHART,)
        case.by_recheck = case.dialog.ask(f"{text} どれで請求しますか", *options)
        if case.by_recheck == CANCEL:
            case.hold("受付時との違いを確かめるまで請求を保留します。")
        return then

    def as_in_the_chart(self, case: MonthEndCase, standing: Standing) -> Insurance | None:
        """The system could never be asked: what the patient says of the chart's numbers."""
        known = of_page(standing.page)
        unpaid = standing.share is None or standing.paid_in_full
        if known is None or unpaid or standing.doubted or standing.back is not None:
            return None
        prompt = (
            f"{_days(standing)}の資格は照会できていません。"
            f"カルテの資格({known})から変わりないことを患者に確かめましたか"
        )
        if case.dialog.ask(prompt, KEEP_CHART) == KEEP_CHART:
            return known
        case.hold("資格を照会するか患者に確かめるまで、請求を保留します。")
        return None

    def changes(self, standing: Standing, then: Insurance) -> list[str]:
        """What the inquiry before the claim shows otherwise than the visit."""
        if standing.again is None:
            return []
        return differences(standing.again, then, standing.share, standing.visits[-1])

    def share(self, case: MonthEndCase, standing: Standing) -> int | None:
        """What was charged; what the system says now, where nothing was or the operator says so."""
        now = standing.share_again
        if standing.share is None or (now is not None and case.by_recheck == USE_ONLINE):
            return now if now is not None else standing.page.copay_percent
        if standing.back is not None and standing.again is None:
            return self.share_after_return(case, standing)
        return standing.share

    def share_after_return(self, case: MonthEndCase, standing: Standing) -> int | None:
        """It came back and nobody can be asked: a later visit may have shown another share."""
        later = next((v.share for v in reversed(standing.later) if "online" in v.evidence), None)
        if later in (None, 100, standing.share):
            return standing.share
        text = f"負担割合: 受付時「{standing.share}%」 その後の受診「{later}%」"
        case.dialog.warn(text)
        answer = case.dialog.ask(f"{text} どちらで再請求しますか", KEEP_CHART, USE_ONLINE)
        return later if answer == USE_ONLINE else standing.share

    def limit(self, case: MonthEndCase, standing: Standing) -> str:
        """As known at the visit; what the system says now, where the operator says so."""
        now = standing.again.record.limit if standing.again and standing.again.record else ""
        return now if now and case.by_recheck == USE_ONLINE else standing.limit

    # ---------------------------------------------------------------- known
    def former(self, case: MonthEndCase, standing: Standing) -> Decision | None:
        """旧資格情報: the current one is not confirmed, a former one is known."""
        if standing.lost is None:
            return None
        case.say(f"現在の資格が確認できないため、旧資格情報({standing.lost})で請求します。")
        return Decision(
            kind=OLD,
            insurance=standing.lost,
            plan=standing.lost.plan,
            basis="喪失した資格、または過去の来院の資格",
            share=standing.share,
            notes=((_OLD_NOTE, ""),),
        )

    # -------------------------------------------------------------- unknown
    def unknown(self, case: MonthEndCase, standing: Standing) -> Decision | None:
        """不詳: nothing else is possible, and what it asks for is there."""
        declared = standing.declared
        if standing.empty_handed:
            case.hold("何も持参しなかった方の受診は、不詳で請求する場合に当たりません。")
            return None
        if declared is None or declared.declaration is None:
            case.hold("被保険者資格申立書がないため、不詳では請求できません。")
            return None
        contacted = self.contacted(case, standing, declared.declaration)
        if contacted is None:
            case.hold("患者に連絡して資格を確かめるまで、請求を保留します。")
            return None
        plan = self.plan(standing, declared.declaration)
        late = plan == "late"
        return Decision(
            kind=UNKNOWN,
            insurance=claim_file.NOT_KNOWN_LATE if late else claim_file.NOT_KNOWN,
            plan=plan,
            basis=f"{declared.day}の被保険者資格申立書、{contacted}の連絡",
            share=standing.share,
            notes=self.declared_notes(declared.declaration, contacted),
        )

    def contacted(
        self, case: MonthEndCase, standing: Standing, declaration: Declaration
    ) -> date | None:
        """The day on which the patient was asked again: told before, or said now."""
        day = declaration.contacted or case.errand.day
        prompt = (
            f"{_days(standing)}の資格が確認できていません。番号や過去の資格を患者に連絡して"
            f"確かめてください。連絡しても分からず、申立書により不詳で請求しますか(連絡日 {day})"
        )
        case.dialog.warn(prompt.partition("。")[0] + "。")
        answer = case.dialog.ask(prompt, document(ways.MOUSHITATE))
        return day if answer == document(ways.MOUSHITATE) else None

    def declared_notes(self, d: Declaration, contacted: date) -> tuple[tuple[str, str], ...]:
        """不詳 first, below it everything that was declared, all addresses, the day of contact."""
        items = [
            ("830000501", d.kana),
            ("830000502", d.plan),
            ("830000503", d.insurer_name),
            ("830000504", d.employer),
            *(("830000506" if i else "830000505", a) for i, a in enumerate(d.addresses)),
            ("830000507", d.phone),
            ("830000508", japanese(contacted)),
        ]
        return ((_UNKNOWN_NOTE, ""), *((code, text) for code, text in items if text))

    def disaster(self, standing: Standing) -> Decision:
        """Papers lost in a disaster: 不詳 by the notice for it, with nines."""
        declared = standing.declared
        plan = self.plan(standing, declared.declaration if declared else None)
        numbers = (
            claim_file.NOT_KNOWN_DISASTER_LATE if plan == "late" else claim_file.NOT_KNOWN_DISASTER
        )
        return Decision(
            kind=DISASTER,
            insurance=numbers,
            plan=plan,
            basis="災害時の取扱い",
            share=standing.share,
            notes=((_UNKNOWN_NOTE, ""),),
        )

    def plan(self, standing: Standing, declaration: Declaration | None) -> str:
        """Whose it may be, without numbers: 後期 from 75 on, else as the patient declared."""
        born, day = standing.page.birthdate, standing.days[-1]
        if born is not None and (born.year + 75, born.month, born.day) <= (
            day.year,
            day.month,
            day.day,
        ):
            return "late"
        said = declaration.plan if declaration else ""
        if "後期" in said:
            return "late"
        return "kokuho" if "国" in said and "共済" not in said else "shaho"


def japanese(day: date) -> str:
    """令和７年１１月１０日, as the 摘要 has it."""
    return f"令和{day.year - 2018}年{day.month}月{day.day}日"


def _papers(visit: Attendance) -> list[str]:
    """The answers that name the papers of a visit."""
    return [document(name) for name, way in ways.WAY_OF.items() if way in visit.evidence]


def _days(standing: Standing) -> str:
    return "、".join(f"{day.month}月{day.day}日" for day in standing.days)
