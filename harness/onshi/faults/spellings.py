"""What faults that respell an answer have in common."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from onshi.eligibility.mapping import shown
from onshi.seams import Answer, Record

__all__ = ["Spelt", "named", "registered", "respell", "said"]

Spelt = dict[str, str | None]
"""Element by its name in the message to what it says; None leaves it out."""


def respell(answer: Answer, how: Callable[[Record], Spelt]) -> Answer:
    """The answer with some elements of each record as ``how`` gives them; the rest stays."""
    records = [msgspec.structs.replace(r, fields={**r.fields, **how(r)}) for r in answer.records]
    return msgspec.structs.replace(answer, records=records)


def said(record: Record, *elements: str) -> dict[str, str]:
    """Those of the elements that the record has, with what they say; other faults' included."""
    texts = {element: shown(record, element) for element in elements}
    return {element: text for element, text in texts.items() if text}


def named(record: Record, name: str) -> Spelt:
    """氏名 as given; 被保険者氏名 as well where it is the same person's, so that neither betrays
    the other.
    """
    names = said(record, "Name", "InsuredName")
    same = names.get("InsuredName") == names.get("Name")
    return {"Name": name, "InsuredName": name} if same and names else {"Name": name}


def registered(record: Record) -> dict[str, str]:
    """Names and address as somebody registered them, before any character became ●.

    What another fault put into the record is not among them.
    """
    q = record.coverage.qualification
    texts = {
        "InsuredName": record.patient.insured_name,
        "Name": q.name_override or record.patient.name,
        "Address": q.address_override or record.patient.address,
    }
    return {e: text for e, text in texts.items() if text and e not in record.fields}
