"""Reading a case: what was sent, what the chart said before and after, what the operator chose.

Every function answers from what the harness sent or the adapter reported, and says None where
neither tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from onshi.eligibility.blackdot import dot
from onshi.judge.case import Case
from onshi.judge.compare import day, percent, same
from onshi.judge.papers import PROVISIONAL_END, serves
from onshi.people.numbers import Scheme
from onshi.seams import Answer, Record
from onshi.visit import DOCUMENTS, RESPONSE_OF_DOCUMENT, Chart, Handling

IDENTITY = ("kana", "birthdate", "sex")
NUMBERS = ("insurer_number", "symbol", "number")
WORDS = {
    "name": "氏名",
    "kana": "カナ",
    "birthdate": "生年月日",
    "sex": "性別",
    "address": "住所",
    "insurer_number": "保険者番号",
    "symbol": "記号",
    "number": "番号",
    "copay_percent": "負担割合",
    "limit": "限度額区分",
    "public": "公費",
    "status": "資格の状態",
}
_INSURANCE = frozenset({*NUMBERS, "branch", "copay_percent", "limit", "public", "status"})
_NOT_RECEIVED = frozenset({"pending", "request_error", "device_unusable", "system_unreachable"})
_BULK_INQUIRIES = frozenset({"muquc01", "muquc02"})
_OWN_LANES = frozenset({"", "desk", "fault", "card", "reader", "folder", "face", "terminal"})


def handling(case: Case) -> Handling:
    """What the product did; all fields left out when the adapter returned nothing."""
    return case.handling or Handling()


# ------------------------------------------------------------------ what was sent
def results(case: Case) -> list[Answer]:
    """The answers that carry a result: 正常終了, no error, a 資格有効性 (OQSCD006)."""
    return [
        a
        for a in case.answers
        if a.segment == "1" and a.status == "1" and a.error is None and a.validity is not None
    ]


def last_result(case: Case) -> Answer | None:
    """The result that counts: the last one."""
    found = results(case)
    return found[-1] if found else None


def records(case: Case) -> Iterator[Record]:
    """Every record of every result that was sent."""
    for answer in results(case):
        yield from answer.records


def as_chart(record: Record) -> Chart:
    """A record as its message shows it; None where the message leaves the item out.

    ``copay_percent`` only where the message names a share (後期 or 高齢受給者), in percent.
    """
    p, q = record.patient, record.coverage.qualification
    ratio = _sent(record, "InsuredPartialContributionRatio", _three(q.late_ratio))
    if ratio is None and _sent(record, "ElderlyRecipientCertificateInfo", "") is not None:
        ratio = _sent(record, "ElderlyRecipientContributionRatio", _three(q.elderly_ratio))
    birth = _sent(record, "Birthdate", p.birthdate.strftime("%Y%m%d"))
    return Chart(
        name=_sent(record, "Name", dot(q.name_override or p.name)),
        kana=_sent(record, "NameKana", q.kana_override or p.kana),
        birthdate=day(birth) if birth else None,
        sex=_sent(record, "Sex1", p.sex),
        address=_sent(record, "Address", dot(q.address_override or p.address)),
        insurer_number=_sent(record, "InsurerNumber", q.insurer_number),
        symbol=_sent(record, "InsuredCardSymbol", q.symbol),
        number=_sent(record, "InsuredIdentificationNumber", q.number),
        branch=_sent(record, "InsuredBranchNumber", q.branch),
        copay_percent=percent(ratio) if ratio else None,
        limit=_limit(record),
        relation=_sent(record, "PersonalFamilyClassification", q.relation),
        valid_from=_sent(record, "InsuredCardValidDate", f"{q.acquired:%Y%m%d}"),
        valid_to=_sent(
            record, "InsuredCardExpirationDate", f"{q.valid_to:%Y%m%d}" if q.valid_to else None
        ),
    )


def _limit(record: Record) -> str | None:
    q = record.coverage.qualification
    block = _sent(record, "LimitApplicationCertificateRelatedInfo", "")
    if not record.limit_shown or block is None:
        return None
    bracket = q.limit.bracket if q.limit else None
    return _sent(record, "LimitApplicationCertificateClassificationFlag", bracket)


def _sent(record: Record, element: str, otherwise: str | None) -> str | None:
    return record.fields.get(element, otherwise)


def _three(ratio: int | None) -> str | None:
    return None if ratio is None else f"{ratio:03d}"


def took_answer(case: Case) -> bool:
    """Whether the product can have taken in what was sent: it does not say that it failed."""
    return handling(case).status not in _NOT_RECEIVED


# ------------------------------------------------------------------------- charts
def before(case: Case, field: str) -> object:
    """One field of the chart as the product showed it, else as it was prepared; None: no chart."""
    shown = handling(case).chart_before
    value = getattr(shown, field) if shown is not None else None
    if value is None and case.visit.chart is not None:
        value = getattr(case.visit.chart, field)
    return value


def after(case: Case, field: str) -> object:
    """One field of the chart as the product shows it now; None: not reported."""
    shown = handling(case).chart_after
    return getattr(shown, field) if shown is not None else None


def changed(case: Case, field: str) -> bool | None:
    """Whether a field that had a value says something else now; None: not seen."""
    old, new = before(case, field), after(case, field)
    if old in (None, ""):
        return None
    if new is None:
        return True if dropped(case, field) else None
    return not same(field, old, new)


def dropped(case: Case, field: str) -> bool:
    """Whether the product showed a field of the insurance before and shows it no more.

    A field left out is normally just not reported. It was dropped when the same adapter reported
    it before, and now reports everything else that it reported then.
    """
    shown = handling(case)
    if shown.chart_before is None or shown.chart_after is None:
        return False
    old, new = _reported(shown.chart_before), _reported(shown.chart_after)
    return field in old and field not in new and bool(new) and old - _INSURANCE <= new


def _reported(chart: Chart) -> set[str]:
    return {f for f in chart.__struct_fields__ if getattr(chart, f) is not None}


# ----------------------------------------------------------------------- operator
def operator_answers(case: Case) -> list[str]:
    """What the operator answered, in order."""
    return [answer for _, _, answer in case.visit.asked]


def unseen_questions(case: Case) -> list[str]:
    """Questions the adapter reports but did not put through ``visit.decide``: answers unknown."""
    put = {prompt for prompt, _, _ in case.visit.asked}
    return [q for q in handling(case).asked or () if q not in put]


def asked(case: Case) -> bool | None:
    """Whether anything was asked; None: nothing seen and ``asked`` was left out."""
    if case.visit.asked or handling(case).asked:
        return True
    return None if handling(case).asked is None else False


def accepted(case: Case) -> bool | None:
    """Whether the operator chose to take over what the inquiry returned.

    True: ``use_online`` or a candidate that was offered. None: questions were asked whose
    answers are not seen. False otherwise.
    """
    for answer in operator_answers(case):
        if answer not in (
            "keep_chart",
            "past_visit",
            "retry",
            "cancel",
            "ten_wari",
        ) and not answer.startswith(("copay:", "document:")):
            return True
    return None if unseen_questions(case) else False


def documents_chosen(case: Case) -> list[str]:
    """The documents by which the operator confirmed the qualification."""
    return [a.partition(":")[2] for a in operator_answers(case) if a.startswith("document:")]


def copay_chosen(case: Case) -> int | None:
    """The share that the operator chose last, in percent."""
    chosen = [a.partition(":")[2] for a in operator_answers(case) if a.startswith("copay:")]
    if chosen and chosen[-1].isdecimal():
        return int(chosen[-1])
    return 100 if "ten_wari" in operator_answers(case) else None


# ---------------------------------------------------------------------- situation
def scheme(case: Case) -> Scheme:
    """The scheme in which the patient really is."""
    return case.scene.truth.qualification.plan


def brought(case: Case) -> list[str]:
    """What the patient shows that confirms a qualification on this date (:mod:`.papers`)."""
    brings, plan = set(case.visit.brings), scheme(case)
    found = [
        d
        for d in DOCUMENTS
        if d in brings and serves(d, plan, case.date, with_card="card" in brings)
    ]
    if brings & {"phone", "マイナポータル"}:
        found.append("マイナポータル")
    return found


def offered(case: Case) -> set[str] | None:
    """Ids of RESPONSES that the operator was offered, also as options of a question.

    None when nothing tells: ``offered`` was left out and no question had such options.
    """
    found = {_as_response(option) for _, options, _ in case.visit.asked for option in options}
    found.discard("")
    shown = handling(case).offered
    if shown is None:
        return found or None
    return found | set(shown)


def _as_response(option: str) -> str:
    kind, _, what = option.partition(":")
    if kind == "document":
        return RESPONSE_OF_DOCUMENT.get(what, "other")
    if option in ("copay:100", "ten_wari"):
        return "ten_wari"
    return "past_visit" if option == "keep_chart" else ""


def ways_on(case: Case) -> set[str] | None:
    """The offered ways to go on, other than 10割, that are of use on this date."""
    found = offered(case)
    if found is None:
        return None
    return found - {"ten_wari"} - ({"hokensho"} if case.date > PROVISIONAL_END else set())


def said(case: Case) -> str | None:
    """All that the operator was told, in one text; None when none of it was reported."""
    h = handling(case)
    parts = [h.message, *(h.warned or ()), *(h.asked or ()), *(p for p, _, _ in case.visit.asked)]
    if h.message is None and h.warned is None and not case.visit.asked:
        return None
    return "\n".join(p for p in parts if p)


def end_of_grace(cert_until: date) -> date:
    """The last day on which an expired certificate still confirms a qualification.

    End of the third month after expiry (facts: card page, section 6).
    """
    month = cert_until.month + 4
    year = cert_until.year + (month - 1) // 12
    return date(year, (month - 1) % 12 + 1, 1) - timedelta(days=1)


# ------------------------------------------------------------------------ journal
def faults_struck(case: Case) -> bool:
    """Whether a fault of this visit was at work; True where no journal was given.

    A card that nobody brought is met by everybody who looks for it, and strikes nowhere.
    """
    if not case.events or not case.trouble.fault:
        return True
    if "card" not in case.visit.brings and case.surfaces <= {"pcsc", "face"}:
        return True
    return any(e.get("event") == "fault" for e in case.events)


def inquired(case: Case) -> bool:
    """Whether the product asked for a qualification, one by one or in bulk, answered or not."""
    return bool(case.answers) or any(map(_is_inquiry, case.events))


def asked_by(case: Case) -> set[str]:
    """By what was asked, as OQSCD002: ``1`` card, ``2`` numbers; nothing where it is not seen."""
    found = {e.get("by") or e.get("inquiry", {}).get("by") for e in case.events if _is_inquiry(e)}
    return {str(by) for by in found if by}


def _is_inquiry(event: Mapping[str, Any]) -> bool:
    """One of the two doors to the system: folder (``kind`` only where it is another) or HTTP."""
    if event.get("event") != "request":
        return False
    if event.get("service") == "search":
        return True
    return event["kind"] in _BULK_INQUIRIES if "kind" in event else "by" in event


def touched(case: Case) -> bool:
    """Whether the product did anything that the harness saw, or says what it saw itself."""
    if case.answers or case.verifies or handling(case).status is not None:
        return True
    lanes = {str(e.get("lane", "")).partition("/")[0] for e in case.events}
    return bool(case.visit.asked) or bool(lanes - _OWN_LANES)


def pin_was_near(case: Case) -> bool:
    """Whether a PIN was asked for, or the card was asked for the tries left."""
    for event in case.events:
        command = str(event.get("c", ""))
        if event.get("event") == "pin":
            return True
        if event.get("event") == "apdu" and re.fullmatch(r"0020[0-9A-F]{4}(00)?", command):
            return True
    return case.visit.pins_entered > 0


def one_try_left(case: Case) -> bool:
    """Whether the card said that one try is left after a wrong PIN (63C1)."""
    return any(
        (e.get("event") == "verify" and e.get("tries") == 1 and not e.get("ok"))
        or (e.get("event") == "apdu" and str(e.get("r", "")).endswith("63C1"))
        for e in case.events
    )


def fault_families(case: Case) -> set[str]:
    """``card``, ``wire`` …: the kinds of faults that this visit's surfaces could meet."""
    return {
        use.name.partition(".")[0]
        for use in case.trouble.fault
        if use.surfaces is None or set(use.surfaces) & case.surfaces
    }


def clean(case: Case, answer: Answer) -> bool:
    """Whether an answer went out at once and nothing on the way was tampered with."""
    return answer.delay == 0 and not fault_families(case) & {"wire", "file"}
