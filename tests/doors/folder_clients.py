"""Requests of every kind for a :class:`Stage`, and a client of the exchange folder for each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from eligstage import TODAY, Stage, eventually

from onshi.doors.folder import FolderDoor
from onshi.eligibility import bulk, medical, registration
from onshi.eligibility import messages as m
from onshi.eligibility.elements import Element
from onshi.eligibility.mapping import search_info
from onshi.eligibility.xml import parse, to_xml
from onshi.people.generate import make_person
from onshi.people.records import Coverage
from onshi.seams import Inquiry

Doc = TypeVar("Doc", bound=Element)
_numbers = itertools.count(1)


def put(door: FolderDoor, prefix: str, content: bytes, extension: str = "xml") -> str:
    """As a careful client does it: written elsewhere, then renamed. Returns the suffix."""
    suffix = f"20251020{next(_numbers):04d}"
    part = door.root / f"{suffix}.tmp"
    part.write_bytes(content)
    part.rename(door.root / "req" / f"{prefix}_{suffix}.{extension}")
    return suffix


def taken(door: FolderDoor, prefix: str, content: bytes, extension: str = "xml") -> Path:
    """Hand a request in and wait for its result, whatever its extension; it is whole at once."""
    suffix = put(door, prefix, content, extension)
    name = f"{prefix[:-3]}res_{suffix}."
    res = door.root / "res"
    return eventually(lambda: next((p for p in res.iterdir() if p.name.startswith(name)), None))


def exchanged(door: FolderDoor, prefix: str, content: bytes, result: type[Doc]) -> Doc:
    """The result of a request as a message."""
    return parse(taken(door, prefix, content).read_bytes(), result, limit=1 << 24)


# --------------------------------------------------------------- what is asked
def header(stage: Stage, identifier: str | None = "id-1", **more: Any) -> m.MessageHeader:
    return m.MessageHeader(
        medical_institution_code=stage.site.institution_code,
        arbitrary_file_identifier=identifier,
        **more,
    )


def asked(
    stage: Stage, kind: type[Element], body: Element, identifier: str | None = "id-1"
) -> bytes:
    message: Any = m.Asked(message_header=header(stage, identifier), message_body=body)
    return to_xml(kind(xml_msg=message), stage.site.encoding)


def inquiry(coverage: Coverage, **more: Any) -> Inquiry:
    q = coverage.qualification
    return Inquiry(
        insurer_number=q.insurer_number,
        symbol=q.symbol,
        number=q.number,
        branch=q.branch,
        birthdate=f"{coverage.patient.birthdate:%Y%m%d}",
        **more,
    )


def list_of(stage: Stage, *coverages: Coverage, limit: bool = False) -> bytes:
    searches = [
        search_info(inquiry(c, arbitrary_identifier=f"row-{n}", limit_consent=limit))
        for n, c in enumerate(coverages)
    ]
    return asked(stage, bulk.BulkRequest, bulk.BulkRequestBody(searches=searches))


def all_who(stage: Stage, **fields: str) -> bytes:
    info = bulk.ListSearchInfo(**fields)
    body = bulk.ListRequestBody(qualification_confirm_search_info=info)
    return asked(stage, bulk.ListRequest, body)


def fetch(stage: Stage, number: str, identifier: str | None = None) -> bytes:
    body = bulk.DownloadRequestBody(reception_number=number)
    return asked(stage, bulk.DownloadRequest, body, identifier)


def registering(stage: Stage, *pairs: tuple[str, Coverage], branch: bool = True) -> bytes:
    rows = [
        registration.Registration(
            reference_number=number,
            insurer_number=c.qualification.insurer_number.rjust(8),
            insured_card_symbol=c.qualification.symbol or None,
            insured_identification_number=c.qualification.number,
            insured_branch_number=(c.qualification.branch or None) if branch else None,
        )
        for number, c in pairs
    ]
    body = registration.RegistrationBody(registrations=rows)
    return asked(stage, registration.RegistrationRequest, body)


def medicines_of(stage: Stage, coverage: Coverage, **fields: str) -> bytes:
    q = coverage.qualification
    told = medical.MedicalHeader(
        medical_institution_code=stage.site.institution_code,
        insurer_number=q.insurer_number.rjust(8),
        insurance_card_symbol=q.symbol or None,
        insured_person_identification_number=q.number,
        branch_number=q.branch or None,
        arbitrary_file_identifier="id-1",
    )
    body = medical.MedicalRequestBody(
        **{"file_category": "2", "pr_di_inf_classification": "1", "medical_treatment_flag": "1"}
        | fields
    )
    message = medical.MedicalRequestMessage(message_header=told, message_body=body)
    return to_xml(medical.MedicalRequest(xml_msg=message), stage.site.encoding)


def number_of(result: bulk.ReceptionResult) -> str:
    body = result.xml_msg.message_body
    assert body is not None
    assert body.reception_number
    return body.reception_number


@contextmanager
def opened(settle: float = 0.05, site: dict[str, Any] | None = None, **how: Any) -> Iterator[
    tuple[FolderDoor, Stage]
]:  # fmt: skip
    """A folder of its own with a desk's back end at it; ``site`` sets fields of the clinic."""
    stage, door = Stage(**how), FolderDoor(settle=settle)
    for name, value in (site or {}).items():
        setattr(stage.site, name, value)
    try:
        door.start()
        door.attach(stage.backstage)
        yield door, stage
    finally:
        door.close()


def another(stage: Stage, kind: str = "late_elderly", key: str = "p7") -> Coverage:
    """One more person whom the system knows."""
    coverage = make_person(9, key, on=TODAY, kind=kind)[1]
    stage.scene.coverages.append(coverage)
    return coverage
