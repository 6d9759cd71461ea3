"""What the 連携アプリケーション asks the system for, without files: a request in, a reply out.

Every kind of :data:`~onshi.eligibility.kinds.KINDS` is answered here; the folder door finds,
unpacks and writes the files.
"""

from __future__ import annotations

from typing import Any

import msgspec

from onshi.clock import Clock
from onshi.eligibility import bulk, medical, medical_messages, registration
from onshi.eligibility import messages as m
from onshi.eligibility.api import inquiry_note
from onshi.eligibility.bulk_service import BulkService, Tell
from onshi.eligibility.bulk_units import BulkUnits, numbers_of
from onshi.eligibility.codes import ITEM_ERROR, NO_CONSENT, UNREADABLE, Segment, Status
from onshi.eligibility.elements import Element
from onshi.eligibility.envelope import Envelope, Pair, Reply
from onshi.eligibility.jobs import Jobs
from onshi.eligibility.kinds import Kind
from onshi.eligibility.mapping import answer_document, inquiry_of
from onshi.eligibility.medical_pdf import pdf_of
from onshi.eligibility.medical_service import MedicalService
from onshi.eligibility.registrations import Registrations
from onshi.eligibility.service import parse_day
from onshi.people.records import Patient
from onshi.scene import Scene, Site
from onshi.seams import Answer, Inquiries, Inquiry

__all__ = ["ExchangeService"]

_PDF, _XML = "1", "2"
"""FileCategory."""


class ExchangeService:
    """One desk's system behind the exchange folder.

    ``inquiries`` answers single requests and ``registrations``, the same system, the units of
    bulk ones: what becomes of those is not what was sent to a patient at the desk.
    """

    def __init__(
        self,
        inquiries: Inquiries,
        registrations: Registrations,
        scene: Scene,
        clock: Clock,
        site: Site,
        seed: int,
    ) -> None:
        self._inquiries, self._registrations = inquiries, registrations
        self._clock, self._site = clock, site
        self.medical = MedicalService(scene, clock)
        self._bulk = BulkService(
            BulkUnits(registrations, registrations),
            Jobs(clock, seed),
            lambda: scene.coverages,
            seconds=lambda: site.bulk_seconds,
        )

    def answer(self, kind: Kind, asked: Element, data: bytes, tell: Tell) -> Reply:
        """The reply to a request of this kind, ``data`` being its bytes.

        Passes on what a fault on the inquiry raises (HangUpError).
        """
        if isinstance(asked, m.RequestDocument):
            return self._single(asked, tell)
        if isinstance(asked, medical.MedicalRequest):
            return self._medical(kind, asked, tell)
        whole: Any = asked
        env = self._envelope(whole.xml_msg.message_header)
        tell("request", kind=kind.family)
        if isinstance(asked, bulk.DownloadRequest):
            return self._bulk.download(kind, asked, env, tell)
        if kind.bulk:
            return self._bulk.upload(kind, asked, data, env, tell)
        assert isinstance(asked, registration.RegistrationRequest)
        return self._register(asked, env, tell)

    def refuse(self, kind: Kind, why: str, tell: Tell) -> Reply:
        """The reply to bytes that are no request of their kind; ``why`` goes to the journal."""
        tell("request", kind=kind.family, malformed=True, why=why)
        env = self._envelope(m.MessageHeader())
        if kind.request is m.RequestDocument:
            failed = Answer(
                segment=Segment.FAILED,
                status=Status.ERROR,
                has_list=False,
                error=UNREADABLE,
                processing=UNREADABLE,
            )
            return Reply(answer_document(failed, env.heading()))
        if kind.request is medical.MedicalRequest:
            return Reply(medical_messages.failure(kind.result, env, UNREADABLE))
        told: Any = m.Told(message_header=env.header(error=UNREADABLE), message_body=None)
        made: Any = kind.result
        return Reply(made(xml_msg=told))

    def _envelope(self, header: m.MessageHeader | medical.MedicalHeader) -> Envelope:
        on = getattr(header, "qualification_confirmation_date", None)
        return Envelope(
            institution=header.medical_institution_code or self._site.institution_code,
            identifier=header.arbitrary_file_identifier,
            on=parse_day(on or "") or self._clock.today,
            now=self._clock.now(),
            encoding=self._site.encoding,
            codes=self._site.codes,
        )

    # ------------------------------------------------------------ one patient
    def _single(self, asked: m.RequestDocument, tell: Tell) -> Reply:
        inquiry = inquiry_of(asked)
        tell("request", **inquiry_note(inquiry))
        answer = self._inquiries.ask(inquiry)
        tell(
            "answer",
            segment=answer.segment,
            status=answer.status,
            validity=answer.validity,
            records=len(answer.records),
        )
        env = self._envelope(asked.xml_msg.message_header)
        document = answer_document(answer, env.heading(inquiry))
        return Reply(document, env.identifier, inquiry, answer.delay)

    def _register(
        self, asked: registration.RegistrationRequest, env: Envelope, tell: Tell
    ) -> Reply:
        """照会番号 of one patient; there has to be one registration in it."""
        given = asked.xml_msg.message_body.registrations
        one = given[0] if given else registration.Registration()
        inquiry = numbers_of(one)
        if len(given) > 1:
            code, text = ITEM_ERROR
            status: str = Status.ERROR
            error: Pair | None = (code, f"{text}: ReferenceNumberRegistrationInfo")
        else:
            status, error = self._registrations.register(inquiry, one.reference_number or "")
        tell("answer", status=status)
        code_told, text_told = env.told(error)
        body = registration.RegistrationResultBody(
            reference_number=one.reference_number,
            processing_result_status=status,
            processing_result_code=code_told,
            processing_result_message=text_told,
        )
        told = m.Told(message_header=env.header(segment=Segment.DONE), message_body=body)
        made = registration.RegistrationResult(xml_msg=told)
        return Reply(made, env.identifier, self._about(inquiry))

    # ------------------------------------------------------ 薬剤情報, 特定健診
    def _medical(self, kind: Kind, asked: medical.MedicalRequest, tell: Tell) -> Reply:
        """What the system shows of one patient, for whom consent is there."""
        header, body = asked.xml_msg.message_header, asked.xml_msg.message_body
        env, numbers = self._envelope(header), _numbers(header)
        tell("request", kind=kind.family, **inquiry_note(numbers))
        patient, error = self._seen(numbers, body)
        if patient is None:
            tell("answer", refused=error[0])
            document = medical_messages.failure(kind.result, env, error)
            return Reply(document, env.identifier, self._about(numbers))
        view = self.medical.view(
            patient, parse_day(body.start_date or ""), parse_day(body.end_date or "")
        )
        if kind.result is medical.MedicineResult:
            tell("answer", prescriptions=len(view.prescriptions))
            made: Element = medical_messages.medicines(view, env)
            lines = medical_messages.medicine_lines(view)
        else:
            tell("answer", checkups=len(view.checkups))
            made, lines = medical_messages.checkups(view, env), medical_messages.checkup_lines(view)
        pdf = pdf_of(lines) if body.file_category == _PDF else None
        return Reply(made, env.identifier, self._about(numbers), pdf=pdf)

    def _about(self, numbers: Inquiry) -> Inquiry:
        """Numbers without a birthdate, with the person whose they are."""
        patient = self.medical.whose(numbers)
        return msgspec.structs.replace(numbers, by_card=patient.key) if patient else numbers

    def _seen(
        self, numbers: Inquiry, body: medical.MedicalRequestBody
    ) -> tuple[Patient | None, Pair]:
        """Whose information is shown; nobody's, and why not."""
        code, text = ITEM_ERROR
        if wrong := _wrong(body):
            return None, (code, f"{text}: {wrong}")
        patient = self.medical.whose(numbers)
        if patient is None:
            return None, (code, f"{text}: InsuredPersonIdentificationNumber")
        agreed = self.medical.agreed(patient, body.medical_treatment_flag or "")
        return (patient if agreed else None), NO_CONSENT


def _numbers(header: medical.MedicalHeader) -> Inquiry:
    return Inquiry(
        insurer_number=(header.insurer_number or "").strip(),
        symbol=header.insurance_card_symbol or "",
        number=(header.insured_person_identification_number or "").strip(),
        branch=(header.branch_number or "").strip(),
    )


def _wrong(body: medical.MedicalRequestBody) -> str:
    """The element that cannot be used, or ``""``. Days may be left out."""
    start, end = parse_day(body.start_date or ""), parse_day(body.end_date or "")
    if body.start_date and start is None:
        return "StartDate"
    if body.end_date and (end is None or (start is not None and end < start)):
        return "EndDate"
    return "" if body.file_category in (_PDF, _XML, None) else "FileCategory"
