"""照会番号: the clinic's own number for a person, which later answers about that person carry.

A product registers it once (its patient number, as a rule) and finds the patient by it when a
face file comes. For whom none was registered, answers have no ReferenceNumber (facts: oqs page,
sections 2.4 and 7). That the number stays with the person and not with the qualification, and
that another person may have the same one, is ours: no public source says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import msgspec

from onshi.eligibility.codes import ITEM_ERROR, Status
from onshi.eligibility.register import matches
from onshi.people.records import Coverage
from onshi.seams import Answer, Inquiries, Inquiry, Record

__all__ = ["Outcome", "Registrations", "holders"]

MOST = 50
"""Characters of a ReferenceNumber, as a public client bounds it."""

Outcome = tuple[str, tuple[str, str] | None]
"""ProcessingResultStatus, and code and message of what went wrong."""


class Registrations:
    """The eligibility system with its memory of 照会番号: an Inquiries around ``inquiries``.

    It stands outside the faults, so that a number follows whom an answer is about, whoever a
    fault has put there. ``coverages`` is read at every registration.
    """

    def __init__(self, inquiries: Inquiries, coverages: Callable[[], Sequence[Coverage]]) -> None:
        self._inquiries, self._coverages = inquiries, coverages
        self._numbers: dict[str, str] = {}
        self._lock = threading.Lock()

    def ask(self, inquiry: Inquiry) -> Answer:
        """The answer, with the 照会番号 of everybody in it who has one."""
        answer = self._inquiries.ask(inquiry)
        if not self._numbers or not answer.records:
            return answer
        return msgspec.structs.replace(answer, records=[self._named(r) for r in answer.records])

    def _named(self, record: Record) -> Record:
        number = self._numbers.get(record.patient.key)
        if number is None or "ReferenceNumber" in record.fields:
            return record
        return msgspec.structs.replace(record, fields={**record.fields, "ReferenceNumber": number})

    def register(self, numbers: Inquiry, reference: str) -> Outcome:
        """Remember ``reference`` for whom the numbers belong to; the newest one counts.

        Numbers that fit nobody, or several people for want of a 枝番, are an item error.
        """
        if not reference.strip() or len(reference) > MOST:
            return _refused("ReferenceNumber")
        for element, value in (
            ("InsurerNumber", numbers.insurer_number),
            ("InsuredIdentificationNumber", numbers.number),
        ):
            if not value.strip():
                return _refused(element)
        people = {c.patient.key for c in holders(self._coverages(), numbers)}
        if len(people) != 1:
            return _refused("InsuredBranchNumber" if people else "InsuredIdentificationNumber")
        with self._lock:
            self._numbers = {**self._numbers, people.pop(): reference}
        return Status.DONE, None

    def reference_of(self, key: str) -> str | None:
        """The 照会番号 of a person, by the person's key."""
        return self._numbers.get(key)


def holders(coverages: Sequence[Coverage], numbers: Inquiry) -> list[Coverage]:
    """The qualifications that numbers belong to, for messages that give no birthdate."""
    return [
        c
        for c in coverages
        if matches(c, msgspec.structs.replace(numbers, birthdate=f"{c.patient.birthdate:%Y%m%d}"))
    ]


def _refused(element: str) -> Outcome:
    code, text = ITEM_ERROR
    return Status.ERROR, (code, f"{text}: {element}")
