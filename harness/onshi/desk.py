"""One isolated world: opens doors, owns clock, seed and journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date as Date
from datetime import time as Time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from onshi.card import VirtualCard
from onshi.clock import Clock, RealClock, VirtualClock, parse_date, today
from onshi.doors.pyscard_flavour import flavour_named
from onshi.eligibility.api import ApiService
from onshi.eligibility.registrations import Registrations
from onshi.eligibility.service import EligibilityService
from onshi.endpoints import Endpoints
from onshi.entrance import DOORS, SURFACES, Entrance, check_doors
from onshi.errors import OnshiError
from onshi.faults import FaultBoard, FaultRun
from onshi.handouts import Handouts
from onshi.injections import Injections
from onshi.journal import Journal, Lane
from onshi.newcomers import Newcomers
from onshi.people.records import Coverage, Patient
from onshi.reader import ReaderEngine, load_reader
from onshi.scene import Scene, Site
from onshi.schedule import Schedule
from onshi.seams import Answer, CardLink, Inquiries, Inquiry, ReaderCalls
from onshi.terminal.app import FaceTerminal
from onshi.tray import Tray

if TYPE_CHECKING:
    from onshi.catalogue.records import Profile, Trouble
    from onshi.doors.backstage import Backstage
    from onshi.doors.webapi import WebApiDoor
    from onshi.eligibility.exchange import ExchangeService
    from onshi.judge.case import Finding
    from onshi.reception import Reception
    from onshi.trace import Trace
    from onshi.visit import Handling, Visit

__all__ = ["DOORS", "SURFACES", "Desk"]

_READER = "SONY FeliCa RC-S300/P (1000000) 00 00"


class _Recorder:
    """Keeps the answers that were really sent: what the rules may judge by."""

    def __init__(self, inquiries: Inquiries) -> None:
        self._inquiries = inquiries
        self.answers: list[Answer] = []

    def ask(self, inquiry: Inquiry) -> Answer:
        answer = self._inquiries.ask(inquiry)
        self.answers.append(answer)
        return answer


class Desk:
    """A patient, a card, a reader, an eligibility system, and the doors to them.

    ``doors`` are opened at once; ``webapi``, ``folder`` and ``responses`` also open when they
    are first used. ``date`` is a date, ``"YYYY-MM-DD"`` or ``"now"``; without one it is the
    profile's, and without a profile today's. ``time="virtual"``: waiting costs nothing where a
    door can do without; ``"real"``: it takes what it takes, times ``time_scale``. ``deadline`` is
    the longest, in simulated seconds, that a fault may hold anything. ``keep_contexts``: a program
    that outlives its desks may go on with its SCARDCONTEXT; card handles never live on. ``card``
    makes the first card on the reader, in place of the patient's own (a recorded one); it is given
    the card's lane of the journal. ``trace`` is told what program and card say to each other.
    ``flavour`` (``linux``, ``macos``, ``windows``; the running platform's if left out) is how
    PC/SC answers at the door ``pyscard``.

    Raises :class:`OnshiError` (unknown profile or door, a port in use, a folder that cannot be
    written).
    """

    def __init__(
        self,
        *,
        profile: str | Profile | None = None,
        seed: int = 0,
        date: Date | str | None = None,
        doors: Iterable[str] = ("pcsc",),
        time: Literal["virtual", "real"] = "virtual",
        time_scale: float = 1.0,
        deadline: float = 90.0,
        site: Site | None = None,
        reader_name: str | None = None,
        endpoints: Endpoints | None = None,
        in_process: bool | None = None,
        flavour: str | None = None,
        keep_contexts: bool = False,
        card: Callable[[Lane], CardLink] | None = None,
        trace: Trace | None = None,
    ) -> None:
        self.seed = seed
        self.doors = tuple(doors)
        check_doors(*self.doors)
        self.profile = _profile(profile)
        kind: type[Clock] = VirtualClock if time == "virtual" else RealClock
        self.clock = kind(self._first_date(date), scale=time_scale)
        self.deadline = deadline
        self.site = site or Site()
        self.journal = Journal(
            self.site.codes.hide if self.site.codes else None, trace.heard if trace else None
        )
        self._lane = self.journal.only("desk")
        self._newcomers = Newcomers(seed, self.clock, self.site)
        self.scene = self._newcomers.scene()
        self.board = FaultBoard(
            seed=seed,
            clock=self.clock,
            journal=self.journal,
            deadline=deadline,
            doors=frozenset(self.doors),
        )
        wrap = trace.around(self.board.card) if trace else self.board.card
        self.reader = ReaderEngine(
            journal=self.journal, wrap=wrap, on_event=self.board.happened, clock=self.clock
        )
        if trace:
            trace.watch(self.reader)
        self.reader.add_reader(reader_name or _reader_of(flavour))
        self.board.hands, self.board.site = self.reader, self.site
        self.board.scene = self.scene
        self.hands = self.board.moved(self.reader)
        self.tray = Tray(
            self.scene, self.reader, self.hands, journal=self.journal, seed=seed, given=card
        )
        self.injections = Injections(self)
        system = self.board.inquiries(EligibilityService(self.scene, self.clock))
        self._registrations = Registrations(system, lambda: self.scene.coverages)
        self._recorder = _Recorder(self._registrations)
        self._exchange: ExchangeService | None = None
        self._http = ApiService(self._recorder, self.clock, self.site, seed)
        self._face = FaceTerminal(self.clock)
        self.terminal = self.board.terminal(self._face)
        self._reception: Reception | None = None
        self.handouts = Handouts(self)
        self._closed = False

        def chain(calls: ReaderCalls) -> ReaderCalls:
            faulty = self.board.reader(calls)
            return trace.calls(faulty) if trace else faulty

        self._entrance = Entrance(
            self.doors,
            endpoints=endpoints,
            in_process=in_process,
            backstage=self._backstage,
            reader=self.reader,
            chain=chain,
            flavour=flavour,
            journal=self.journal,
            keep_contexts=keep_contexts,
        )
        self.endpoints = self._entrance.endpoints
        self.board.doors = self._entrance.within_reach
        self.insert_card()
        try:
            for door in self.doors:
                self.open(door)
        except BaseException:
            self.close()
            raise

    # ------------------------------------------------------------ composition
    def _first_date(self, given: Date | str | None) -> Date:
        if isinstance(given, str):
            try:
                return parse_date(given)
            except ValueError as e:
                raise OnshiError(str(e)) from None
        if given is not None:
            return given
        return self.profile.date if self.profile else today()

    def _set_scene(self, fresh: Scene) -> None:
        """Change the scene in place: engines hold a reference to it."""
        for name, value in vars(fresh).items():
            setattr(self.scene, name, value)

    def open(self, door: str) -> None:
        """Open a door now. Raises :class:`UnknownNameError`, :class:`OnshiError`."""
        self._entrance.open(door)
        self.board.doors = self._entrance.within_reach

    def _backstage(self) -> Backstage:
        from onshi.doors.backstage import Backstage

        return Backstage(
            inquiries=self._recorder,
            http=self._http,
            at=self.board.at,
            deliver=self.board.deliver,
            exchange=self._exchange_service,
            takes=self.board.takes,
            ground=self.board.folder_opened,
            ports=self.board.ports_opened,
            clock=self.clock,
            journal=self.journal,
            site=self.site,
            deadline=self.deadline,
        )

    def _exchange_service(self) -> ExchangeService:
        """What answers in the exchange folder, made at its first use."""
        if self._exchange is None:
            from onshi.eligibility.exchange import ExchangeService

            self._exchange = ExchangeService(
                self._recorder,
                self._registrations,
                self.scene,
                self.clock,
                self.site,
                self.seed,
            )
        return self._exchange

    # ---------------------------------------------------------------- people
    @property
    def patient(self) -> Patient:
        """Who is at the desk."""
        return self.scene.patient

    @property
    def coverage(self) -> Coverage:
        """The qualification that is really theirs."""
        return self.scene.truth

    @property
    def card(self) -> VirtualCard:
        """Their card."""
        return self.tray.card

    def insert_card(self) -> None:
        """Put the patient's card on the reader: the same one until the scene says otherwise.

        One that the desk was given lies there until the next patient comes. Faults of the seam
        hands may come in between.
        """
        self.tray.insert()

    def remove_card(self) -> None:
        """Take the card off the reader; nothing happens when there is none.

        Faults of the seam hands may come in between.
        """
        self.tray.remove()

    def lay_down(self, kind: str) -> None:
        """Put a card of another kind on the reader, a name of ``devices/cards``, as the patient's.

        Raises :class:`UnknownNameError`.
        """
        self.tray.change_kind(kind)

    def next_patient(self, kind: str = "") -> Patient:
        """The next person comes to the desk, with a card of their own on the reader.

        One that was left behind there stays until theirs is laid down (:meth:`insert_card`).
        """
        self.remove_card()
        self.change_patient(kind)
        if not self.reader.has_card():
            self.insert_card()
        return self.patient

    def change_patient(self, kind: str = "") -> None:
        """Another person stands at the desk, their card in hand."""
        self._set_scene(self._newcomers.scene(kind))
        self.injections.forget_scene()
        self.tray.next_patient()
        self._lane.event("patient", key=self.patient.key)
        self.handouts.refresh()

    def travel(self, to: Date | str, at: Time | None = None) -> None:
        """Move the business date, to opening time or the time ``at`` of that day.

        Raises :class:`OnshiError` for what is not a date.
        """
        try:
            when = parse_date(to) if isinstance(to, str) else to
        except ValueError as e:
            raise OnshiError(str(e)) from None
        self.clock.travel(when, at)
        self.scene.move(when)
        hour = {"at": f"{at:%H:%M}"} if at is not None else {}
        self._lane.event("date", date=when.isoformat(), **hour)
        self.handouts.refresh()

    # ---------------------------------------------------------------- faults
    def inject(
        self, fault: str, when: Schedule | Mapping[str, Any] | None = None, **settings: Any
    ) -> FaultRun:
        """Put a fault to work by name; ``when`` is a schedule or its table.

        Raises :class:`UnknownNameError`, :class:`OnshiError` (settings, schedule) and
        :class:`CannotDeliverError`.
        """
        run = self.injections.inject(fault, when, settings)
        if self.tray.anew:
            self.tray.settle()
        return run

    def show_card_again(self) -> None:
        """The scene has changed: the card on the reader and the patient file follow.

        Raises :class:`CannotDeliverError` where that cannot be (:meth:`Tray.show_again`).
        """
        self.tray.show_again()
        self.handouts.refresh()

    def apply(self, trouble: str | Trouble, surfaces: Iterable[str] | None = None) -> None:
        """Bring a catalogued trouble about: its person, its scene, its faults.

        Faults for surfaces that this desk does not have are left out. Raises
        :class:`UnknownNameError` and what :meth:`inject` raises.
        """
        from onshi.bringing import apply_trouble

        apply_trouble(self, _trouble(trouble), frozenset(surfaces or self.surfaces))
        if self.tray.anew:
            self.tray.settle()

    @property
    def surfaces(self) -> frozenset[str]:
        """What a program can use here: of ``pcsc``, ``webapi``, ``folder``, ``face``."""
        return self._entrance.surfaces

    # ---------------------------------------------------------------- visits
    def visit(
        self, trouble: str | Trouble | None = None, surfaces: Iterable[str] | None = None
    ) -> Visit:
        """The patient comes to the desk; with a trouble, that trouble is applied first."""
        from onshi.reception import Reception

        found = _trouble(trouble) if trouble is not None else None
        self._reception = Reception(self, found, frozenset(surfaces or self.surfaces))
        return self._reception.visit

    def judge(self, handling: Handling | None, **more: Any) -> list[Finding]:
        """The verdicts on the last visit. Raises :class:`OnshiError` without a visit."""
        if self._reception is None:
            raise OnshiError("there was no visit yet: call desk.visit() first")
        return self._reception.judge(handling, **more)

    @property
    def answers(self) -> list[Answer]:
        """The answers really sent so far, in order."""
        return self._recorder.answers

    # ----------------------------------------------------------------- doors
    @property
    def webapi(self) -> WebApiDoor:
        """The HTTPS door, opened at its first use: ``.url``, ``.search_url``."""
        self.open("webapi")
        return self.endpoints.webapi

    @property
    def folder(self) -> Path:
        """The exchange folder, opened at its first use: ``req``, ``res``, ``face`` inside."""
        self.open("folder")
        return self.endpoints.folder.root

    def drop_face_file(self, *, limit_consent: bool = False) -> None:
        """The patient identifies at the face reader: a result file appears, or does not."""
        from onshi.doors.face import FaceDoor

        self.open("folder")
        self._face.limit_consent = limit_consent
        outcome = self.terminal.present(self.patient, self.scene.card)
        self._lane.event("terminal", method=outcome.method, screen=outcome.screen)
        whose = outcome.patient or self.scene.card.holder or self.patient
        FaceDoor(self.endpoints.folder).drop(outcome, whose)

    def let_late_files_arrive(self) -> None:
        """Files still on their way arrive now, whoever stands at the desk."""
        if "folder" in self._entrance.open_doors:
            self.endpoints.folder.hurry()

    def env(self) -> dict[str, str]:
        """What a program's environment needs to reach this desk (design, section 6)."""
        found = {"ONSHI_TIME_SCALE": str(self.clock.scale), **self._entrance.env()}
        found["ONSHI_INSTITUTION_CODE"] = self.site.institution_code
        if "ONSHI_FOLDER" in found:
            found["ONSHI_FOLDER_ENCODING"] = self.site.encoding
        found["ONSHI_PATIENT"] = str(self.handouts.patient())
        return found

    def close(self) -> None:
        """Release every wait, detach from every door. Idempotent; nothing in a forked child."""
        if self._closed or not self.endpoints.ours:
            return
        self._closed = True
        self.clock.release()
        self.board.clear()
        self.handouts.take_back()
        self._entrance.close()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _reader_of(flavour: str | None) -> str:
    """The reader's name as the platform shows it. Raises :class:`UnknownNameError`."""
    windows = flavour_named(flavour).name == "windows"
    return load_reader().windows_name if windows else _READER


def _profile(profile: str | Profile | None) -> Profile | None:
    if isinstance(profile, str):
        from onshi.catalogue.load import load_profile

        return load_profile(profile)
    return profile


def _trouble(trouble: str | Trouble) -> Trouble:
    if isinstance(trouble, str):
        from onshi.catalogue.load import find_trouble

        return find_trouble(trouble)
    return trouble
