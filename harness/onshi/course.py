"""The visits that one trouble makes at a desk, one after the other, and what is found of them.

pytest and the control API both walk through a course: handle :attr:`Course.visit`, say what was
seen with :meth:`Course.handled`, go on with the visit that this returns until there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from onshi.eligibility.scenes import edit_patient, own_coverages
from onshi.errors import OnshiError
from onshi.judge.case import Finding
from onshi.reception import Reception
from onshi.visit import Handling, Visit

if TYPE_CHECKING:
    from onshi.catalogue.records import Trouble
    from onshi.desk import Desk

__all__ = ["Course"]


@dataclass
class _Step:
    """One visit of the patient and what came of it; ``more`` goes into the judge's case."""

    reception: Reception
    handling: Handling | None = None
    more: dict[str, Any] = field(default_factory=dict)


class Course:
    """The patient comes ``situation.visits`` times; then another patient, if there is one to come.

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
        self._steps: list[_Step] = []
        self._namesake: Reception | None = None
        self._following = False
        if trouble is not None and trouble.situation.namesake_before:
            if trouble.date is not None:
                desk.travel(trouble.date)
            self._namesake = Reception(desk, None, self._surfaces)
            self.visit: Visit | None = self._namesake.visit
        else:
            self.visit = self._begin()

    def _begin(self) -> Visit:
        """The patient whom the trouble is about comes for the first time."""
        self._steps = [_Step(Reception(self._desk, self.trouble, self._surfaces))]
        return self._steps[0].reception.visit

    def _after_namesake(self) -> Visit:
        """Another person of the same name as the one just received, who has a chart by now."""
        self._namesake = None
        _change_to_namesake(self._desk)
        return self._begin()

    @property
    def handling(self) -> Handling | None:
        """What was last reported of the patient whom the trouble is about."""
        return self._steps[-1].handling if self._steps else None

    @property
    def following(self) -> bool:
        """Whether the patient at the desk is the one after, whom nothing troubles."""
        return self._following

    def handled(
        self, handling: Handling, *, alive: bool | None = None, claim: bytes | None = None
    ) -> Visit | None:
        """The product is done with :attr:`visit`; returns the next one, or None at the end.

        ``alive``: whether the product still takes input; ``claim``: the レセプト電算 file it wrote.
        Raises :class:`OnshiError` when the course is over.
        """
        if self.visit is None:
            raise OnshiError("this visit is over: it was handled already")
        if self._namesake is not None:
            self.visit = self._after_namesake()
            return self.visit
        step = self._steps[-1]
        if self._following:
            step.more.update(next_handling=handling, next_events=step.reception.followed())
            self.visit = None
            return None
        step.handling = handling
        step.more.update(alive=alive, claim=claim)
        self.visit = self._go_on(step, handling)
        return self.visit

    def _go_on(self, step: _Step, handling: Handling) -> Visit | None:
        situation = self.trouble.situation if self.trouble is not None else None
        if situation is not None and len(self._steps) < situation.visits:
            self._steps.append(_Step(step.reception.again(handling.chart_after)))
            return self._steps[-1].reception.visit
        step.reception.finish()
        if situation is None or not situation.next_patient:
            return None
        self._following = True
        return step.reception.follow()

    def never_returned(self) -> None:
        """The product did not come back from :attr:`visit`: the course is over."""
        if self._namesake is not None:
            self._namesake = None
            self._begin()
        self._steps[-1].more["returned"] = False
        self._steps[-1].reception.finish()
        self.visit = None

    def findings(self, trouble: Trouble | None = None) -> list[Finding]:
        """The verdicts of every visit so far, by the rules of ``trouble`` (None: the course's own).

        Another trouble with the same stimulus can so be judged on what this one brought about.
        """
        common = {"limits": self._limits, "levels": self._levels}
        return [
            finding
            for step in self._steps
            for finding in step.reception.judge(step.handling, trouble, **step.more, **common)
        ]


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
    desk.write_patient()
