"""Result files about other people than the one at the desk, as file faults lay them down."""

from __future__ import annotations

import base64
from datetime import datetime
from random import Random

from onshi.eligibility.codes import Reference, Validity
from onshi.eligibility.mapping import Heading, answer_document
from onshi.eligibility.xml import to_xml
from onshi.faults.base import FaultRun
from onshi.people.records import Coverage
from onshi.seams import Answer, Inquiry, Record

__all__ = ["face_file", "other_person", "result_of"]


def other_person(run: FaultRun) -> Coverage:
    """Somebody else, whom the system knows from now on; the same for the same seed."""
    scene = run.scene
    assert scene.make_person is not None
    patient, coverage = scene.make_person()
    scene.others = [*scene.others, patient]
    scene.coverages = [*scene.coverages, coverage]
    return coverage


def result_of(
    run: FaultRun,
    coverage: Coverage,
    *,
    now: datetime,
    identifier: str | None,
    echo: Inquiry | None = None,
    shuffle: Random | None = None,
) -> bytes:
    """The result file that says ``coverage`` is valid; without ``echo`` it is a face file's."""
    site = run.site
    record = Record(patient=coverage.patient, coverage=coverage)
    heading = Heading(
        institution=site.institution_code,
        on=now.date(),
        now=now,
        identifier=identifier,
        by=Reference.CARD if echo is None else Reference.NUMBERS,
        encoding=site.encoding,
        echo=echo,
        codes=site.codes,
    )
    document = answer_document(Answer(validity=Validity.VALID, records=[record]), heading)
    return to_xml(document, site.encoding, shuffle=shuffle)


def face_file(run: FaultRun, coverage: Coverage, now: datetime) -> tuple[str, bytes]:
    """Name and bytes of a face file about somebody else."""
    rng = run.rng
    identifier = base64.b64encode(rng.randbytes(11)).decode("ascii")
    content = result_of(run, coverage, now=now, identifier=identifier, shuffle=rng)
    middle = f"{run.site.institution_code:0>10}{rng.getrandbits(80):020X}"
    return f"OQSsiquc01res_face_{middle}_{now:%Y%m%d%H%M%S}.xml", content
