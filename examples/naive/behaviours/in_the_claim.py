"""Mistakes in claims: whose numbers, which remarks, what was checked before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from clinic import claim_file
from clinic.answers import GOOD
from clinic.case import MonthEndCase
from clinic.claim_kind import NORMAL, UNKNOWN, ClaimKind, Decision
from clinic.dialog import PAST_VISIT
from clinic.month_end import MonthEnd
from clinic.recheck import Again, Recheck
from clinic.returns import Returns, ReturnsCase
from clinic.standing import Standing

from behaviours.registry import Behaviour, mistake

_OUTAGE = ("device_unusable", "system_unreachable")
_OLD_NOTE, _UNKNOWN_NOTE = "820000245", "820000246"
Made = tuple[Decision, claim_file.Receipt]
Usual = Callable[..., Decision | None]


def _remarked(decision: Decision | None) -> Decision | None:
    return decision and replace(decision, notes=((_OLD_NOTE, ""), *decision.notes))


remarks_what_was_confirmed = mistake(
    "remarks_what_was_confirmed",
    "H13",
    ja="念のため、どのレセプトにも旧資格情報と書いておく。",
    en="To be sure, 旧資格情報 is written on every claim.",
)


@remarks_what_was_confirmed.instead_of(ClaimKind, "decide")
def _to_be_sure(
    usual: Usual, kinds: ClaimKind, case: MonthEndCase, standing: Standing
) -> Decision | None:
    decision = usual(kinds, case, standing)
    online = all("online" in visit.evidence for visit in standing.visits)
    return _remarked(decision) if decision and decision.kind == NORMAL and online else decision


heard_is_unknown = mistake(
    "heard_is_unknown",
    "H14",
    ja="口頭で聞いただけの資格は、不詳で請求する。",
    en="A qualification that was only heard is claimed as 不詳.",
)


@heard_is_unknown.instead_of(ClaimKind, "decide")
def _heard(
    usual: Usual, kinds: ClaimKind, case: MonthEndCase, standing: Standing
) -> Decision | None:
    decision = usual(kinds, case, standing)
    heard = all(PAST_VISIT in visit.evidence for visit in standing.visits)
    if decision is None or decision.kind != NORMAL or not heard:
        return decision
    notes = ((_UNKNOWN_NOTE, ""),)
    return replace(decision, kind=UNKNOWN, insurance=claim_file.NOT_KNOWN, notes=notes)


outage_is_never_resolved = mistake(
    "outage_is_never_resolved",
    "H11",
    ja="照会できなかった受診は、前の資格のまま旧資格情報で請求する。",
    en="What could not be asked at the visit is claimed as 旧資格情報, whatever came later.",
)


@outage_is_never_resolved.instead_of(ClaimKind, "decide")
def _unresolved(
    usual: Usual, kinds: ClaimKind, case: MonthEndCase, standing: Standing
) -> Decision | None:
    decision = usual(kinds, case, standing)
    open_then = standing.visits[0].insurance is None
    late = open_then and standing.visits[0].status in _OUTAGE and decision is not None
    return _remarked(decision) if late else decision


claims_old_numbers_without_remark = mistake(
    "claims_old_numbers_without_remark",
    "H15",
    ja="番号が分かっているのだから、そのまま請求する。",
    en="The numbers are known, and so they are claimed as they are.",
)


@claims_old_numbers_without_remark.instead_of(ClaimKind, "former")
def _no_remark(
    usual: Usual, kinds: ClaimKind, case: MonthEndCase, standing: Standing
) -> Decision | None:
    decision = usual(kinds, case, standing)
    return decision and replace(decision, notes=())


asked_before_the_visit = mistake(
    "asked_before_the_visit",
    "H18",
    ja="連絡した日は、空でなければ何日でもよい。",
    en="The day of contact may be any, as long as it is not empty.",
)


@asked_before_the_visit.instead_of(ClaimKind, "contacted")
def _any_day(
    usual: Callable[..., date | None],
    kinds: ClaimKind,
    case: MonthEndCase,
    standing: Standing,
    *more: Any,
) -> date | None:
    day = usual(kinds, case, standing, *more)
    return day and standing.first - timedelta(days=30)


def _unknown(behaviour: Behaviour, change: Callable[[Decision], Decision]) -> Behaviour:
    """A mistake in the レセプト of an unknown insurance."""

    @behaviour.instead_of(ClaimKind, "unknown")
    def _changed(
        usual: Usual, kinds: ClaimKind, case: MonthEndCase, standing: Standing
    ) -> Decision | None:
        decision = usual(kinds, case, standing)
        return decision and change(decision)

    return behaviour


def _numbered(decision: Decision, **numbers: str) -> Decision:
    return replace(decision, insurance=replace(decision.insurance, **numbers))


unknown_with_zeros = _unknown(
    mistake(
        "unknown_with_zeros",
        "H19",
        ja="不詳の保険者番号は、0で埋める。",
        en="The 保険者番号 of an unknown insurance is filled with zeros.",
    ),
    lambda d: _numbered(d, insurer_number="00000000"),
)
unknown_number_short = _unknown(
    mistake(
        "unknown_number_short",
        "H20",
        ja="番号も保険者番号と同じ8桁でよい。",
        en="The 番号 may have eight digits, as the 保険者番号 has.",
    ),
    lambda d: _numbered(d, number="77777777"),
)
unknown_without_the_word = _unknown(
    mistake(
        "unknown_without_the_word",
        "H21",
        ja="7が並んでいれば不詳と分かるので、書かなくてよい。",
        en="Sevens say that it is unknown, and so the word is not needed.",
    ),
    lambda d: replace(d, notes=tuple(n for n in d.notes if n[0] != _UNKNOWN_NOTE)),
)
unknown_without_contact = _unknown(
    mistake(
        "unknown_without_contact",
        "H22",
        ja="連絡した日は、台帳にあればよい。",
        en="The day of contact is in our own book; that is enough.",
    ),
    lambda d: replace(d, notes=tuple(n for n in d.notes if n[0] != "830000508")),
)

no_card_is_unknown = mistake(
    "no_card_is_unknown",
    "H28",
    ja="保険が分からない患者は、みな不詳で請求できる。",
    en="Whose insurance is not known can always be claimed as 不詳.",
)


@no_card_is_unknown.instead_of(ClaimKind, "unknown")
def _anyone(
    usual: Usual, kinds: ClaimKind, case: MonthEndCase, standing: Standing
) -> Decision | None:
    if not standing.empty_handed:
        return usual(kinds, case, standing)
    page = standing.page
    notes = ((_UNKNOWN_NOTE, ""), ("830000501", page.kana or ""), ("830000505", page.address or ""))
    return Decision(
        kind=UNKNOWN,
        insurance=claim_file.NOT_KNOWN,
        plan="shaho",
        basis="",
        share=standing.share,
        notes=notes,
    )


claims_unasked = mistake(
    "claims_unasked",
    "H47",
    ja="受付のときに有効だったのだから、もう照会しない。",
    en="It was valid at the visit and is not asked for again.",
)


@claims_unasked.instead_of(Recheck, "ask")
def _unasked(
    usual: Callable[..., Again | None], recheck: Recheck, page: Any, insurance: Any, visit: Any
) -> Again | None:
    return None if visit.status in GOOD else usual(recheck, page, insurance, visit)


returned_reason_unsaid = mistake(
    "returned_reason_unsaid",
    "H27",
    ja="返戻の件数だけ出せばよい。",
    en="How many came back is enough to show.",
)


@returned_reason_unsaid.instead_of(Returns, "take")
def _unsaid(usual: Callable[..., ReturnsCase], returns: Returns, *file: Any) -> ReturnsCase:
    case = usual(returns, *file)
    if case.reasons:
        case.reasons, case.message = [], "返戻のレセプトがあります。"
    return case


disaster_half_nines = mistake(
    "disaster_half_nines",
    "H61",
    ja="災害のときも、番号は不詳と同じ7でよい。",
    en="In a disaster, too, the 番号 are sevens as for 不詳.",
)


@disaster_half_nines.instead_of(ClaimKind, "disaster")
def _half(usual: Callable[..., Decision], kinds: ClaimKind, standing: Standing) -> Decision:
    return _numbered(usual(kinds, standing), number="777777777")


claims_both = mistake(
    "claims_both",
    "H54",
    ja="会計を保留した受診は、分かった保険のほかに、不詳でも請求しておく。",
    en="A visit that was not settled is claimed as 不詳, too, beside the insurance known later.",
)


@claims_both.instead_of(MonthEnd, "export")
def _both(
    usual: Callable[..., None], office: MonthEnd, case: MonthEndCase, made: list[Made]
) -> None:
    twice = list(made)
    for decision, receipt in made:
        days = set(receipt.days)
        visits = [v for v in office.ledger.attendances(receipt.chart_no) if v.day in days]
        if any(v.insurance is None and v.share is None for v in visits):
            notes = ((_UNKNOWN_NOTE, ""),)
            other = replace(receipt, insurance=claim_file.NOT_KNOWN, notes=notes)
            twice.append((decision, other))
    usual(office, case, twice)
