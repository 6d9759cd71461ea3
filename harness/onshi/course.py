"""What one trouble brings about at a desk, step by step, and what is found of it.

pytest and the control API both walk through a course: handle :attr:`Course.visit`, say what was
seen with :meth:`Course.handled`, go on with the visit that this returns until there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from onshi.bringing import bring_about, lift
from onshi.catalogue.days import day_of
from onshi.catalogue.records import Step
from onshi.catalogue.steps import what_is_wrong
from onshi.claims.clearing import settle
from onshi.claims.read import BadClaimError, read_uke
from onshi.claims.returns import write_returns
from onshi.eligibility.scenes import edit_patient, own_coverages
from onshi.errors import OnshiError
from onshi.judge.case import Finding
from onshi.judge.story import Chapter, Story
from onshi.judge.verdict import judge_story
from onshi.reception import Reception
from onshi.visit import Chart, Handling, Visit

if TYPE_CHECKING:
    from onshi.catalogue.records import Trouble
    from onshi.claims.records import Settled, Uke
    from onshi.desk import Desk

__all__ = ["Course"]


@dataclass
class _Page:
    """One step and what came of it; ``more`` goes into the judge's case."""

    reception: Reception
    handling: Handling | None = None
    more: dict[str, Any] = field(default_factory=dict)
    raw: bytes | None = None
    uke: Uke | None = None
    problem: str = ""
    file: bytes = b""

    @property
    def visit(self) -> Visit:
        return self.reception.visit


class Course:
    """The patient comes ``situation.visits`` times, then come the situation's steps; at last
    another patient, if there is one to come.

    With ``situation.namesake_before`` another person of the same name comes before, whom nothing
    troubles and about whom nothing is judged.

    ``limits`` and ``levels`` are the vendor's own (``[tool.onshi]``). ``visit`` is the one at the
    desk now, None when the course is over. Raises what :meth:`onshi.Desk.visit` raises.
    """

    def __init__(
        self,
        desk: Desk,
        trouble: Trouble | None,
        surfaces: Iterable[str],
        *,
        limits: Mapping[str, float] | None = None,
        levels: Mapping[str, str] | None = None,
    ) -> None:
        self.trouble = trouble
        self._desk, self._surfaces = desk, frozenset(surfaces)
        self._limits, self._levels = dict(limits or {}), dict(levels or {})
        self._pages: list[_Page] = []
        self._plan = _plan(trouble)
        self._namesake: Reception | None = None
        self._following = False
        self.unknown = True
        if trouble is not None and trouble.situation.namesake_before:
            if trouble.date is not None:
                desk.travel(trouble.date)
            self._namesake = Reception(desk, None, self._surfaces)
            self.visit: Visit | None = self._namesake.visit
        else:
            self.visit = self._begin()

    def _begin(self) -> Visit:
        """The patient whom the trouble is about comes for the first time."""
        self._pages = [_Page(Reception(self._desk, self.trouble, self._surfaces))]
        self._first = self._desk.clock.today
        _check_order(self.trouble, self._plan, self._first)
        return self._pages[0].visit

    def _after_namesake(self) -> Visit:
        """Another person of the same name as the one just received, who has a chart by now."""
        self._namesake, self.unknown = None, False
        _change_to_namesake(self._desk)
        return self._begin()

    @property
    def handling(self) -> Handling | None:
        """What was last reported of a visit of the patient whom the trouble is about."""
        seen = [p.handling for p in self._pages if p.visit.purpose == "visit"]
        return seen[-1] if seen else None

    @property
    def unreadable(self) -> list[str]:
        """Of each claim that could not be read, its day and what is wrong where."""
        return [f"{page.visit.date} の請求: {page.problem}" for page in self._pages if page.problem]

    @property
    def returned(self) -> bytes:
        """The RECEIPTC.HEN that came with :attr:`visit`; empty: nothing came back."""
        return self._pages[-1].file if self._pages else b""

    @property
    def following(self) -> bool:
        """Whether the patient at the desk is the one after, whom nothing troubles."""
        return self._following

    def handled(
        self, handling: Handling, *, alive: bool | None = None, claim: bytes | None = None
    ) -> Visit | None:
        """The product is done with :attr:`visit`; returns the next one, or None at the end.

        ``alive``: whether the product still takes input; ``claim``: the レセプト電算 file it wrote.
        :attr:`unknown` then says whether the product has to be given the next one's chart. Raises
        :class:`OnshiError` when the course is over.
        """
        if self.visit is None:
            raise OnshiError("this visit is over: it was handled already")
        if self._namesake is not None:
            self.visit = self._after_namesake()
            return self.visit
        page = self._pages[-1]
        if self._following:
            page.more.update(next_handling=handling, next_events=page.reception.followed())
            self.visit = None
            return None
        page.handling = handling
        page.more.update(alive=alive)
        if claim is not None:
            _hand_in(page, claim)
        self.visit = self._go_on(page)
        return self.visit

    def _go_on(self, page: _Page) -> Visit | None:
        if self._plan:
            return self._next_step(page, self._plan.pop(0))
        page.reception.finish()
        if self.trouble is None or not self.trouble.situation.next_patient:
            return None
        self._following = self.unknown = True
        return page.reception.follow()

    def _next_step(self, page: _Page, step: Step) -> Visit:
        """Time passes, faults begin and end, and somebody comes or a claim is due."""
        page.reception.finish()
        desk, day = self._desk, day_of(step.on, self._first)
        if day != desk.clock.today or step.at is not None:
            desk.travel(day, step.at)
        for name in step.lift:
            lift(desk, name)
        if self.trouble is not None and not step.next:
            bring_about(desk, self.trouble.id, step.fault, self._surfaces)
        desk.journal.only("desk").event("step", do=step.do, what=step.what)
        self.unknown = step.next
        if step.next:
            self._pages.append(_Page(page.reception.another(step)))
        elif step.do == "returns":
            self._pages.append(self._answered(page, step))
        else:
            self._pages.append(_Page(page.reception.again(self._chart(), step)))
        return self._pages[-1].visit

    def _answered(self, page: _Page, step: Step) -> _Page:
        """The 審査支払機関 has decided about the last claim that was handed in."""
        last = next((p for p in reversed(self._of_patient()) if p.uke is not None), None)
        settled: Sequence[Settled] = ()
        file, path = b"", None
        if last is not None and last.uke is not None:
            scene, today = self._desk.scene, self._desk.clock.today
            truth = scene.truth_on(self._treated(last, last.uke))
            settled = settle(last.uke, scene.coverages, truth, today, reason=step.reason)
            file = write_returns(last.uke, settled, today)
            if file:
                path = self._desk.handouts.returns(file)
        self._desk.journal.only("desk").event(
            "settled", outcomes=[s.outcome for s in settled], reasons=[s.reason for s in settled]
        )
        return _Page(
            page.reception.again(self._chart(), step, settled=settled, returns=path), file=file
        )

    def _of_patient(self) -> list[_Page]:
        """The steps so far of the patient who is at the desk now."""
        return [p for p in self._pages if p.visit.patient.key == self._desk.patient.key]

    def _treated(self, claim: _Page, uke: Uke) -> date:
        """The last day of treatment that a claim is about: what was so then decides."""
        pages = self._of_patient()
        days = [p.visit.date for p in pages[: pages.index(claim)] if p.visit.purpose == "visit"]
        months = {(r.month.year, r.month.month) for r in uke.receipts}
        return [d for d in days if (d.year, d.month) in months or d == days[0]][-1]

    def _chart(self) -> Chart | None:
        """What the product last showed of this patient's chart."""
        shown = [p.handling.chart_after for p in self._of_patient() if p.handling is not None]
        return next((chart for chart in reversed(shown) if chart is not None), None)

    def never_returned(self) -> None:
        """The product did not come back from :attr:`visit`: the course is over."""
        if self._namesake is not None:
            self._namesake = None
            self._begin()
        self._pages[-1].more["returned"] = False
        self._pages[-1].reception.finish()
        self.visit = None

    def findings(self, trouble: Trouble | None = None) -> list[Finding]:
        """The verdicts of the course so far, by the rules of ``trouble`` (None: its own).

        Another trouble with the same stimulus can so be judged on what this one brought about.
        """
        found = [
            finding
            for page in self._pages
            if page.visit.purpose == "visit"
            for finding in page.reception.judge(
                page.handling, trouble, **page.more, limits=self._limits, levels=self._levels
            )
        ]
        for story in self._stories(trouble):
            found += judge_story(story, self._levels)
        return found

    def _stories(self, trouble: Trouble | None) -> list[Story]:
        """The story of each patient whose claim is looked at; of everybody, where nobody's is.

        What was asked and decided about one patient says nothing of another's claim.
        """
        whole = self.story(trouble)
        claimed = [c.case.visit.patient.key for c in whole.chapters if c.purpose != "visit"]
        if not claimed:
            return [whole]
        return [
            replace(
                whole,
                chapters=[c for c in whole.chapters if c.case.visit.patient.key == key],
            )
            for key in dict.fromkeys(claimed)
        ]

    def story(self, trouble: Trouble | None = None) -> Story:
        """The course so far as the rules about claims see it."""
        chapters = [
            Chapter(
                purpose=page.visit.purpose,
                case=page.reception.case(page.handling, trouble, **page.more, limits=self._limits),
                raw=page.raw,
                uke=page.uke,
                problem=page.problem,
                settled=page.reception.settled,
                file=page.file,
            )
            for page in self._pages
        ]
        return Story(chapters[0].case.trouble, chapters, self._limits)


def _plan(trouble: Trouble | None) -> list[Step]:
    """The steps after the first visit."""
    if trouble is None:
        return []
    situation = trouble.situation
    return [*(Step() for _ in range(situation.visits - 1)), *situation.step]


def _check_order(trouble: Trouble | None, plan: list[Step], first: date) -> None:
    """Raises :class:`OnshiError` for steps that would go back in time, with this first day."""
    wrong = what_is_wrong(plan, first=first)
    if wrong is not None and trouble is not None:
        position, key, text = wrong
        raise OnshiError(f"{trouble.id}, step {position + 1} after the first visit, {key}: {text}")


def _hand_in(page: _Page, claim: bytes) -> None:
    page.raw = claim
    try:
        page.uke = read_uke(claim)
    except BadClaimError as e:
        page.problem = " / ".join(str(e).splitlines())


def _change_to_namesake(desk: Desk) -> None:
    """Another person of the same name stands at the desk; the system still knows the first."""
    first, known = desk.patient, own_coverages(desk.scene)
    desk.remove_card()
    desk.change_patient()
    edit_patient(
        desk.scene,
        family=first.family,
        given=first.given,
        family_kana=first.family_kana,
        given_kana=first.given_kana,
    )
    desk.scene.coverages = [*desk.scene.coverages, *known]
    desk.tray.next_patient()
    desk.handouts.refresh()
