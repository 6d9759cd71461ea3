"""A desk's eligibility side put together by hand, with doors to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from onshi.clock import Clock, RealClock, VirtualClock
from onshi.doors.backstage import Backstage
from onshi.eligibility.api import ApiService
from onshi.eligibility.exchange import ExchangeService
from onshi.eligibility.mapping import request_document
from onshi.eligibility.registrations import Registrations
from onshi.eligibility.service import EligibilityService
from onshi.eligibility.xml import to_xml
from onshi.faults.board import FaultBoard
from onshi.faults.registry import make_fault
from onshi.journal import Journal
from onshi.people.generate import make_card_spec, make_person
from onshi.scene import Scene, Site
from onshi.schedule import Schedule
from onshi.seams import Inquiry, Seam

TODAY = date(2025, 10, 20)
T = TypeVar("T")


class Stage:
    def __init__(
        self,
        *,
        seed: int = 1,
        kind: str = "",
        encoding: str = "utf-8",
        real: bool = False,
        scale: float = 1.0,
        deadline: float = 90.0,
    ) -> None:
        make_clock: type[Clock] = RealClock if real else VirtualClock
        self.clock = make_clock(TODAY, scale=scale)
        self.journal = Journal()
        self.site = Site(encoding=encoding)
        patient, coverage = make_person(seed, "p0", on=TODAY, kind=kind)
        self.scene = Scene(
            patient=patient,
            card=make_card_spec(seed, "p0", TODAY),
            coverages=[coverage],
            truth=coverage,
            date=TODAY,
            site=self.site,
        )
        self.board = FaultBoard(
            seed=seed,
            clock=self.clock,
            journal=self.journal,
            deadline=deadline,
            doors=frozenset({"webapi", "responses", "folder", "face"}),
        )
        self.board.scene = self.scene
        system = self.board.inquiries(EligibilityService(self.scene, self.clock))
        self.inquiries = Registrations(system, lambda: self.scene.coverages)
        self.exchange = ExchangeService(
            self.inquiries, self.inquiries, self.scene, self.clock, self.site, seed
        )
        self.backstage = Backstage(
            inquiries=self.inquiries,
            http=ApiService(self.inquiries, self.clock, self.site, seed),
            at=self.board.at,
            deliver=self.board.deliver,
            exchange=lambda: self.exchange,
            takes=self.board.takes,
            ground=self.board.folder_opened,
            clock=self.clock,
            journal=self.journal,
            site=self.site,
            deadline=deadline,
        )

    def inject(self, name: str, when: Schedule | None = None, **settings: Any) -> None:
        fault = make_fault(name, settings)
        run = self.board.add(fault, when or Schedule())
        if fault.SEAM is Seam.SCENE:
            self.board.edit(run, self.scene)

    def inquiry(self, **changes: Any) -> Inquiry:
        q = self.scene.truth.qualification
        told = {
            "insurer_number": q.insurer_number,
            "symbol": q.symbol,
            "number": q.number,
            "branch": q.branch,
            "birthdate": self.scene.patient.birthdate.strftime("%Y%m%d"),
        }
        return Inquiry(**{**told, **changes})

    def request(self, identifier: str = "afi-1", **changes: Any) -> bytes:
        """The bytes of a request file in the site's encoding."""
        document = request_document(
            self.inquiry(**changes),
            institution=self.site.institution_code,
            identifier=identifier,
        )
        return to_xml(document, self.site.encoding)


def eventually(check: Callable[[], T], seconds: float = 10.0) -> T:
    """What ``check`` gives once it is true; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.003)
