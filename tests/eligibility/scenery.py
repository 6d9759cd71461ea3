"""A desk's eligibility side put together by hand: scene, faults, system."""

from __future__ import annotations

from datetime import date
from typing import Any

from onshi.clock import Clock, VirtualClock
from onshi.eligibility.mapping import Heading, answer_document
from onshi.eligibility.service import EligibilityService
from onshi.faults.board import FaultBoard
from onshi.faults.registry import make_fault
from onshi.journal import Journal
from onshi.people.generate import make_card_spec, make_person
from onshi.people.records import Coverage
from onshi.scene import Scene
from onshi.schedule import Schedule
from onshi.seams import Answer, Inquiry, Seam
from onshi.terminal.app import FaceTerminal

TODAY = date(2025, 10, 20)


class Stage:
    """One scene with its fault board; ``ask`` goes through the faults."""

    def __init__(self, *, seed: int = 1, kind: str = "", on: date = TODAY) -> None:
        self.clock: Clock = VirtualClock(on)
        self.journal = Journal()
        patient, coverage = make_person(seed, "p0", on=on, kind=kind)
        self.scene = Scene(
            patient=patient,
            card=make_card_spec(seed, "p0", on),
            coverages=[coverage],
            truth=coverage,
            date=on,
        )
        self.board = FaultBoard(
            seed=seed,
            clock=self.clock,
            journal=self.journal,
            deadline=90.0,
            doors=frozenset({"webapi", "responses", "folder", "face"}),
        )
        self.service = EligibilityService(self.scene, self.clock)
        self.inquiries = self.board.inquiries(self.service)
        self.terminal = self.board.terminal(FaceTerminal(self.clock))

    def inject(self, name: str, when: Schedule | None = None, **settings: Any) -> None:
        fault = make_fault(name, settings)
        run = self.board.add(fault, when or Schedule())
        if fault.SEAM is Seam.SCENE:
            self.board.edit(run, self.scene)

    def ask(self, inquiry: Inquiry | None = None) -> Answer:
        return self.inquiries.ask(inquiry or by_card(self.scene))

    def message(self, answer: Answer, *, by: str = "2", echo: Inquiry | None = None) -> Any:
        heading = Heading(
            institution="1312345670",
            on=self.clock.today,
            now=self.clock.now(),
            identifier="clinic_1",
            by=by,
            echo=echo,
        )
        return answer_document(answer, heading)

    def record(self, answer: Answer, index: int = 0) -> Any:
        """One record of the answer as it would stand in a message."""
        body = self.message(answer).xml_msg.message_body
        return body.result_list[index].result_of_qualification_confirmation


def by_card(scene: Scene) -> Inquiry:
    return Inquiry(by="1", by_card=scene.patient.key)


def by_numbers(coverage: Coverage, **changes: Any) -> Inquiry:
    q = coverage.qualification
    told = {
        "insurer_number": q.insurer_number,
        "symbol": q.symbol,
        "number": q.number,
        "branch": q.branch,
        "birthdate": coverage.patient.birthdate.strftime("%Y%m%d"),
    }
    return Inquiry(**{**told, **changes})
