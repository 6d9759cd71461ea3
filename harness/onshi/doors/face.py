"""Result files of the face reader: they appear in ``face`` without having been asked for.

Name, order of elements and what such a file leaves out as in public programs that read them
(facts: oqs page, sections 1.2 and 2).
"""

from __future__ import annotations

import base64
import threading
from random import Random

import msgspec

from onshi.clock import Released
from onshi.doors.folder import FolderDoor
from onshi.doors.folder_session import FolderSession
from onshi.eligibility.codes import Reference
from onshi.eligibility.mapping import Heading, answer_document
from onshi.eligibility.xml import to_xml
from onshi.people.records import Patient
from onshi.schedule import stream
from onshi.seams import Answer, Delivery, HangUpError, Inquiry, TerminalOutcome

__all__ = ["FaceDoor"]

_AT_ONCE = 1.0
"""Seconds to wait for a file that is not late; only a broken disk takes so long."""


class FaceDoor:
    """Drops face files into the folder of the desk that is attached there."""

    def __init__(self, folder: FolderDoor) -> None:
        self._folder = folder

    def drop(self, outcome: TerminalOutcome, patient: Patient) -> None:
        """What comes of one presentation: a file, or nothing when nobody was identified.

        Returns once the file is there; what comes late or in pieces is left to a thread. Names and
        identifiers follow the patient, who follows the seed. Raises :class:`OnshiError` when no
        desk is attached.
        """
        session = self._folder.session
        lane = session.backstage.journal.lane("face")
        if outcome.method is None:
            lane.event("nobody", screen=outcome.screen)
            return
        back = session.backstage
        inquiry = Inquiry(
            by=Reference.CARD, by_card=patient.key, limit_consent=outcome.limit_consent
        )
        try:
            answer = _with_consent(back.inquiries.ask(inquiry), outcome.info_consent)
        except (HangUpError, Released):
            lane.event("nothing", where="face")
            return
        if outcome.info_consent and back.exchange is not None:
            back.exchange().medical.consent(patient)
        lane.event(
            "answer",
            patient=patient.key,
            method=outcome.method,
            segment=answer.segment,
            status=answer.status,
            validity=answer.validity,
            records=len(answer.records),
        )
        rng = stream(0, f"face/{patient.mynumber}/{patient.key}/{next(session.faces)}")
        now = back.clock.now()
        heading = Heading(
            institution=back.site.institution_code,
            on=back.clock.today,
            now=now,
            identifier=_identifier(rng),
            by=Reference.CARD,
            encoding=back.site.encoding,
            codes=back.site.codes,
        )
        middle = f"{back.site.institution_code:0>10}{rng.getrandbits(80):020X}"
        name = f"OQSsiquc01res_face_{middle}_{now:%Y%m%d%H%M%S}.xml"
        content = to_xml(answer_document(answer, heading), back.site.encoding, shuffle=rng)
        if (wrapping := self._folder.wrapping).wraps(None):
            content = wrapping.wrap(None, name, content, now)
            name = name.replace(".xml", ".zip")
        delivery = Delivery(
            where="face",
            name=name,
            content=content,
            kind="face",
            identifier=heading.identifier,
            inquiry=inquiry,
        )
        delay = outcome.delay + answer.delay
        settled = threading.Event()

        def work(at: FolderSession) -> None:
            try:
                at.deliver(delivery, lane, delay, settled)
            finally:
                settled.set()

        session.run(work)
        settled.wait(timeout=_AT_ONCE)


def _identifier(rng: Random) -> str:
    """16 characters that look like base64, as face files carry them."""
    return base64.b64encode(rng.randbytes(11)).decode("ascii")


def _with_consent(answer: Answer, info_consent: bool) -> Answer:
    records = [msgspec.structs.replace(r, info_consent=info_consent) for r in answer.records]
    return msgspec.structs.replace(answer, records=records)
