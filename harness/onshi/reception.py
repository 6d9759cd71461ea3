"""A visit at a desk: who stands there with what, and what is known of it afterwards."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from onshi.bringing import apply_trouble, bring_about
from onshi.judge.case import Case, Finding
from onshi.judge.papers import of_its_day
from onshi.people.records import Coverage, Patient
from onshi.scene import Scene
from onshi.seams import Answer
from onshi.visit import DOCUMENTS, Chart, Decision, Handling, Visit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from onshi.catalogue.records import Situation, Step, Trouble
    from onshi.claims.records import Settled
    from onshi.desk import Desk

__all__ = [
    "Reception",
    "chart_of",
    "inquiry_of",
]

_GLANCE = 0.1
"""Seconds in which a program that watches the reader has certainly looked."""
_MANY = 1000
_ABOUT_FILES = frozenset({"H34", "H35"})


def chart_of(patient: Patient, coverage: Coverage, on: Any) -> Chart:
    """The chart or paper that says of ``patient`` what ``coverage`` says, on a date."""
    q = coverage.qualification
    return Chart(
        chart_no=f"C-{patient.key}",
        name=patient.name,
        kana=patient.kana,
        birthdate=patient.birthdate,
        sex=patient.sex,
        address=patient.address,
        insurer_number=q.insurer_number,
        symbol=q.symbol,
        number=q.number,
        branch=q.branch,
        copay_percent=q.share(patient.birthdate, on),
        limit=q.limit.bracket if q.limit else None,
        public=(),
        status="valid",
    )


def inquiry_of(chart: Chart, *, limit_consent: bool) -> dict[str, str]:
    """The ready ``QualificationConfirmSearchInfo``; the insurer number padded to 8."""
    found = {
        "InsurerNumber": (chart.insurer_number or "").rjust(8),
        "InsuredCardSymbol": chart.symbol or "",
        "InsuredIdentificationNumber": chart.number or "",
        "InsuredBranchNumber": chart.branch or "",
        "Birthdate": chart.birthdate.strftime("%Y%m%d") if chart.birthdate else "",
        "LimitApplicationCertificateRelatedConsFlg": "1" if limit_consent else "0",
    }
    return {k: v for k, v in found.items() if v}


class Reception:
    """One visit (and the patient after it, if the situation has one)."""

    def __init__(
        self,
        desk: Desk,
        trouble: Trouble | None,
        surfaces: frozenset[str],
        *,
        following: bool = False,
        step: Step | None = None,
        earlier: Reception | None = None,
        chart: Chart | None = None,
        settled: Sequence[Settled] = (),
        returns: Path | None = None,
    ) -> None:
        self.desk, self.trouble, self.surfaces = desk, trouble, surfaces
        self.step, self.settled = step, settled
        self._following, self._earlier = following, earlier
        self._from_event = len(desk.journal)
        self._from_answer = len(desk.answers)
        self._before: Coverage
        if earlier is not None:
            self._before = earlier._before
        elif trouble is not None and step is None:
            self._before = apply_trouble(desk, trouble, surfaces)
        else:
            self._before = desk.scene.truth
            if trouble is not None and step is not None:
                bring_about(desk, trouble.id, step.fault, surfaces)
        if not following:
            desk.tray.clear()
        self._seen: _Seen | None = None
        self.visit = self._make_visit(chart)
        self.visit.returns = returns
        self.next_visit: Visit | None = None
        self._next: Reception | None = None

    def again(
        self,
        chart: Chart | None,
        step: Step | None = None,
        settled: Sequence[Settled] = (),
        returns: Path | None = None,
    ) -> Reception:
        """The same patient another time; ``chart`` is what the product has of them by now.

        ``settled`` and ``returns`` go with a step in which a claim comes back.
        """
        self.finish()
        return Reception(
            self.desk,
            self.trouble,
            self.surfaces,
            step=step,
            earlier=self,
            chart=chart,
            settled=settled,
            returns=returns,
        )

    def another(self, step: Step) -> Reception:
        """Somebody else comes, while what troubles the site goes on."""
        self.finish()
        self.desk.remove_card()
        usual = self.trouble.situation.person if self.trouble else ""
        self.desk.change_patient(step.person or usual)
        return Reception(self.desk, self.trouble, self.surfaces, step=step)

    @property
    def situation(self) -> Situation:
        """The trouble's, with what the step says otherwise."""
        from onshi.catalogue.records import Situation

        usual = self.trouble.situation if self.trouble else Situation()
        if self.step is None:
            return usual
        fields = ("brings", "says", "pins", "decisions", "limit_consent")
        given = {name: getattr(self.step, name) for name in fields}
        return msgspec.structs.replace(usual, **{k: v for k, v in given.items() if v is not None})

    def _make_visit(self, kept: Chart | None) -> Visit:
        desk, scene, situation = self.desk, self.desk.scene, self.situation
        today = desk.clock.today
        stored = chart_of(scene.patient, self._before, today)
        unlike = situation.chart if self.step is None or self._earlier else {}
        stored = kept or msgspec.convert({**msgspec.to_builtins(stored), **unlike}, Chart)
        paper = chart_of(scene.patient, scene.truth, today)
        brings = tuple(dict.fromkeys(of_its_day(d, today) for d in situation.brings))
        papers = {d: paper for d in brings if d in DOCUMENTS}
        new_here = situation.first_visit and self._earlier is None
        return Visit(
            trouble=self.trouble.id if self.trouble else "",
            patient=scene.patient,
            brings=brings,
            says=situation.says,
            first_visit=new_here,
            chart=stored if kept or not situation.first_visit else None,
            date=today,
            surfaces=self.surfaces,
            inquiry=inquiry_of(
                paper if new_here or self._still_unknown(kept) else stored,
                limit_consent=situation.limit_consent,
            ),
            papers=papers,
            pins=situation.pins,
            decisions=(*(_of_its_day(d, today) for d in situation.decisions), *_usual(papers)),
            present=self._present,
            take_away=desk.remove_card,
            note=desk.journal.only("desk").event,
            purpose=self.step.do if self.step is not None else "visit",
        )

    def _still_unknown(self, kept: Chart | None) -> bool:
        """Whether the product has no numbers of theirs yet: then they are asked for by what the
        patient brings, as at a first visit.

        Of a new patient of whom it has shown nothing either, nobody knows any others.
        """
        if kept is None:
            return self.situation.first_visit
        here = self.step is None or self.step.do == "visit"
        return here and not kept.number

    def _present(self) -> None:
        """The card on the reader; where the product knows only face files, the face reader.

        A phone is held to the face reader only. Who brings neither has nothing to present, and
        nobody is here when a claim is due.
        """
        desk, brings = self.desk, self.visit.brings
        if self.visit.purpose != "visit":
            return
        if self._following:
            desk.let_late_files_arrive()
        if "face" in self.surfaces and "pcsc" not in self.surfaces:
            if {"card", "phone"} & set(brings):
                desk.drop_face_file(limit_consent=self.situation.limit_consent)
        elif "card" in brings:
            if desk.reader.has_card():
                _take_out(desk)
            desk.insert_card()

    def finish(self) -> None:
        """The patient leaves: what was sent and seen up to now belongs to this visit."""
        if self._seen is None:
            desk = self.desk
            self._seen = _Seen(
                scene=copy.copy(desk.scene),
                answers=desk.answers[self._from_answer :],
                events=[event for _, event in desk.journal.since(self._from_event)],
                left=_left_in_folder(desk, self.trouble),
            )

    @property
    def seen(self) -> _Seen:
        """What belongs to this visit, which is over now."""
        self.finish()
        assert self._seen is not None
        return self._seen

    def follow(self) -> Visit:
        """The next patient: another person, and none of this visit's faults any more.

        A card that this one left behind lies there until the next is laid down.
        """
        self.finish()
        self.desk.remove_card()
        self.desk.injections.clear()
        self.desk.change_patient()
        following = Reception(self.desk, None, self.surfaces, following=True)
        self.next_visit, self._next = following.visit, following
        return following.visit

    def followed(self) -> list[dict[str, Any]]:
        """The next patient leaves, too; the journal of that visit (none: nobody came)."""
        return self._next.seen.events if self._next else []

    def judge(
        self, handling: Handling | None, trouble: Trouble | None = None, **more: Any
    ) -> list[Finding]:
        """The verdicts by the rules of ``trouble`` (None: the visit's own).

        ``more`` goes into the Case (next_handling, next_events, returned, alive, limits).
        """
        from onshi.judge.verdict import judge_case

        levels = more.pop("levels", {})
        return judge_case(self.case(handling, trouble, **more), levels)

    def case(self, handling: Handling | None, trouble: Trouble | None = None, **more: Any) -> Case:
        """This visit as the rules see it; arguments as for :meth:`judge`."""
        from onshi.catalogue.records import Trouble

        seen = self.seen
        trouble = trouble or self.trouble
        if trouble is None:
            trouble = Trouble(id="", title="", layer="", categories=(), source=(), what="")
        return Case(
            trouble=trouble,
            visit=self.visit,
            scene=seen.scene,
            handling=handling,
            surfaces=self.surfaces,
            date=self.visit.date,
            answers=seen.answers,
            events=seen.events,
            verifies=sum(1 for e in seen.events if _is_verify(e)),
            left=seen.left,
            next_visit=self.next_visit,
            **more,
        )


@dataclass(frozen=True)
class _Seen:
    """What the harness itself sent and saw during one visit."""

    scene: Scene
    answers: list[Answer]
    events: list[dict[str, Any]]
    left: list[str] | None


def _left_in_folder(desk: Desk, trouble: Trouble | None) -> list[str] | None:
    """What lies in the exchange folder now, where a rule of the trouble wants to know.

    None without a folder, or while it is out of reach.
    """
    wanted = trouble is not None and not _ABOUT_FILES.isdisjoint(trouble.rules)
    if not wanted or not desk.surfaces & {"folder", "face"}:
        return None
    try:
        found = [p for where in ("res", "face") for p in (desk.folder / where).iterdir()]
    except OSError:
        return None
    return sorted(f"{p.parent.name}/{p.name}" for p in found)


def _take_out(desk: Desk) -> None:
    """The card goes before another comes, and a program that watches has time to see it.

    A CardMonitor takes two cards for one if the second is there before it has looked; that it
    has is known when it waits for the next change.
    """
    noticed = threading.Event()
    desk.reader.after_looks(_MANY, noticed.set)
    desk.remove_card()
    noticed.wait(_GLANCE)


def _is_verify(event: dict[str, Any]) -> bool:
    return event["event"] == "apdu" and event["c"][2:4] == "20" and len(event["c"]) > 10


def _of_its_day(decision: Decision, today: date) -> Decision:
    """The operator accepts the paper that the patient has on that day."""
    kind, _, paper = decision.answer.partition(":")
    if kind != "document":
        return decision
    return msgspec.structs.replace(decision, answer=f"document:{of_its_day(paper, today)}")


def _usual(papers: dict[str, Chart]) -> tuple[Decision, ...]:
    """What a sensible operator answers when the trouble scripts nothing else."""
    return (
        Decision(answer="retry", times=1),
        *(Decision(answer=f"document:{d}") for d in papers),
        Decision(answer="keep_chart"),
    )
