"""Many people in one request: what is handed in, and what a download brings.

Everything is asked when the list is handed in; the result waits under its 受付番号 until the work
counts as done (facts: oqs page, section 2.5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from onshi.eligibility import bulk, registration
from onshi.eligibility import messages as m
from onshi.eligibility.bulk_units import BulkUnits, listed
from onshi.eligibility.codes import ITEM_ERROR, NO_RECEPTION, Segment, Status
from onshi.eligibility.elements import Element
from onshi.eligibility.envelope import Envelope, Reply
from onshi.eligibility.jobs import Jobs
from onshi.eligibility.kinds import Kind
from onshi.people.records import Coverage
from onshi.seams import HangUpError

__all__ = ["BulkService", "Tell"]

Tell = Callable[..., None]
"""Puts an event into the journal's lane of the request."""

_Work = Callable[[], tuple[Element, float]]


class BulkService:
    """``coverages`` and ``seconds``, how long the system works on a list, are read each time."""

    def __init__(
        self,
        units: BulkUnits,
        jobs: Jobs,
        coverages: Callable[[], Sequence[Coverage]],
        *,
        seconds: Callable[[], float],
    ) -> None:
        self._units, self._jobs = units, jobs
        self._coverages, self._seconds = coverages, seconds

    def upload(self, kind: Kind, asked: Element, data: bytes, env: Envelope, tell: Tell) -> Reply:
        """Accept a list, ``data`` being the bytes of it. Its work may never end."""
        wrong, work = self._work(_family(kind), asked, env, tell)
        body = bulk.ReceptionResultBody()
        if wrong:
            code, text = ITEM_ERROR
            code, text = env.codes.told((code, f"{text}: {wrong}"))
            body.processing_result_status = Status.ERROR
            body.processing_result_code, body.processing_result_message = code, text
            tell("answer", status=Status.ERROR)
        else:
            units, delay = _done(work)
            taken = self._jobs.accept(
                _family(kind),
                data,
                units,
                seconds=self._seconds() + delay,
                identifier=env.identifier,
            )
            body.reception_number, body.reception_date_time = taken.number, env.stamp
            tell("answer", received=len(work))
        told = m.Told(message_header=env.header(), message_body=body)
        return Reply(bulk.ReceptionResult(xml_msg=told), env.identifier)

    def _work(
        self, family: str, asked: Element, env: Envelope, tell: Tell
    ) -> tuple[str, list[_Work]]:
        """The element that is wrong, or ``""``; and what there is to do, unit by unit."""
        units = self._units

        def ask(answer: Callable[[Any, Envelope], Any], about: Any) -> tuple[Element, float]:
            unit, told = answer(about, env)
            tell("unit", status=told.status, validity=told.validity, records=len(told.records))
            return unit, told.delay

        def register(one: registration.Registration) -> tuple[Element, float]:
            unit = units.registered(one, env)
            tell("unit", status=unit.processing_result_status)
            return unit, 0.0

        if isinstance(asked, bulk.BulkRequest):
            searches = asked.xml_msg.message_body.searches
            wrong = "" if searches else "QualificationConfirmSearchInfo"
            return wrong, [partial(ask, units.named, s) for s in searches]
        if isinstance(asked, registration.RegistrationRequest):
            given = asked.xml_msg.message_body.registrations
            wrong = "" if given else "ReferenceNumberRegistrationInfo"
            return wrong, [partial(register, g) for g in given]
        assert isinstance(asked, bulk.ListRequest)
        info = asked.xml_msg.message_body.qualification_confirm_search_info
        today = env.now.date()
        wrong, keys = listed(family, info or bulk.ListSearchInfo(), self._coverages(), today)
        return wrong, [partial(ask, units.found, k) for k in keys]

    def download(self, kind: Kind, asked: bulk.DownloadRequest, env: Envelope, tell: Tell) -> Reply:
        """What an upload came to, 処理中, or 異常終了 for a 受付番号 that was never given."""
        number = (asked.xml_msg.message_body.reception_number or "").strip()
        found = self._jobs.find(_family(kind), number)
        if found is None:
            tell("answer", segment=Segment.FAILED)
            header = env.header(error=NO_RECEPTION, reception_number=number or None)
            return _fetched(kind, header, None, env)
        env = replace(env, identifier=env.identifier or found.identifier)
        if not self._jobs.done(found):
            tell("answer", segment=Segment.PENDING)
            header = env.header(segment=Segment.PENDING, reception_number=found.number)
            return _fetched(kind, header, None, env)
        units = found.result
        failed = sum(u.processing_result_status == Status.ERROR for u in units)
        tell("answer", segment=Segment.DONE, units=len(units), failed=failed)
        header = env.header(
            segment=Segment.DONE,
            qualification_confirmation_date=f"{env.on:%Y%m%d}",
            reception_number=found.number,
            number_of_processing_result=str(len(units)),
            number_of_normal_processing=str(len(units) - failed),
            number_of_error=str(failed),
        )
        return _fetched(kind, header, units, env)


def _family(kind: Kind) -> str:
    """The family of both phases: ``muquc``."""
    return kind.family[:-2]


def _fetched(kind: Kind, header: m.MessageHeader, units: list[Any] | None, env: Envelope) -> Reply:
    """The result file of a download; without ``units`` it has no body."""
    if kind.result is registration.BulkRegistrationResult:
        body = registration.BulkRegistrationBody(units=units) if units is not None else None
        registered = m.Told(message_header=header, message_body=body)
        return Reply(registration.BulkRegistrationResult(xml_msg=registered), env.identifier)
    found = bulk.BulkResultBody(units=units) if units is not None else None
    told = m.Told(message_header=header, message_body=found)
    return Reply(bulk.BulkResult(xml_msg=told), env.identifier)


def _done(work: Sequence[_Work]) -> tuple[list[Element] | None, float]:
    """The units and the longest of their delays; None when one of them never comes."""
    units, delay = [], 0.0
    for one in work:
        try:
            unit, late = one()
        except HangUpError:
            return None, 0.0
        units.append(unit)
        delay = max(delay, late)
    return units, delay
