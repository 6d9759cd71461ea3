"""薬剤情報 and 特定健診 of the people that the system knows, and who may see them.

Everything is invented from the person: drugs that no pharmacy has, under codes that nobody uses.
A 薬剤情報 from レセプト is known on the 11th of the month after, one from 電子処方箋 at once; these
delays and what a person's history looks like are ours. A consent at the face reader holds for 24
hours (facts: oqs page, section 2.4).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from onshi.clock import Clock
from onshi.eligibility.registrations import holders
from onshi.people.records import Coverage, Patient
from onshi.scene import Scene
from onshi.schedule import stream
from onshi.seams import Inquiry

__all__ = ["Checkup", "Drug", "Finding", "MedicalService", "Prescription", "View"]

_CONSENT = timedelta(hours=24)
_MONTHS = 60
"""How far back a history reaches."""
_KNOWN_ON = 11
_OUTPATIENT = "1"


@dataclass(frozen=True)
class Drug:
    """``code`` looks like one and is none; ``usage`` is how it is taken, for ``days``."""

    code: str
    name: str
    quantity: str
    unit: str
    usage: str
    days: int
    ingredient: str


@dataclass(frozen=True)
class Prescription:
    """Drugs of one day; ``electronic``: from 電子処方箋, otherwise from a レセプト."""

    day: date
    place: str
    pharmacy: str
    drugs: tuple[Drug, ...]
    electronic: bool


@dataclass(frozen=True)
class Finding:
    """One item of a 特定健診."""

    code: str
    name: str
    value: str
    unit: str


@dataclass(frozen=True)
class Checkup:
    day: date
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class View:
    """What is shown when one asks about ``patient``, who is the one named in it."""

    patient: Patient
    prescriptions: tuple[Prescription, ...] = field(default=())
    checkups: tuple[Checkup, ...] = field(default=())


_CHRONIC = (
    ("試験アムロ錠５ｍｇ", "試験アムロジン", "1", "錠", "１日１回朝食後服用"),
    ("試験メトホル錠２５０ｍｇ", "試験メトホルミン", "2", "錠", "１日２回朝夕食後服用"),
    ("試験ロスバ錠２．５ｍｇ", "試験ロスバスタチン", "1", "錠", "１日１回夕食後服用"),
    ("試験ワルファ錠１ｍｇ", "試験ワルファリン", "2", "錠", "１日１回朝食後服用"),
    ("試験ランソ錠１５ｍｇ", "試験ランソプラゾール", "1", "錠", "１日１回就寝前服用"),
)
_ACUTE = (
    ("試験ロキソ錠６０ｍｇ", "試験ロキソプロフェン", "3", "錠", "１日３回毎食後服用"),
    ("試験アモキシカプセル２５０ｍｇ", "試験アモキシシリン", "3", "カプセル", "１日３回毎食後服用"),
    ("試験カルボ錠５００ｍｇ", "試験カルボシステイン", "3", "錠", "１日３回毎食後服用"),
)


class MedicalService:
    """``scene`` is read at every question. Consents are those of this desk."""

    def __init__(self, scene: Scene, clock: Clock) -> None:
        self._scene, self._clock = scene, clock
        self._consents: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def consent(self, patient: Patient) -> None:
        """The person agreed at the face reader: for 24 hours from now."""
        with self._lock:
            self._consents[patient.key] = self._clock.now()

    def agreed(self, patient: Patient, treatment: str = _OUTPATIENT) -> bool:
        """Whether their information may be seen now.

        ``treatment`` is OQSCD028 診療区分: for 訪問 and オンライン診療 people agree elsewhere, and
        here everybody has.
        """
        if treatment not in ("", _OUTPATIENT):
            return True
        since = self._consents.get(patient.key)
        return since is not None and timedelta(0) <= self._clock.now() - since < _CONSENT

    def whose(self, numbers: Inquiry) -> Patient | None:
        """Whose numbers these are; None for nobody's, or for several people's."""
        people = {c.patient.key: c.patient for c in holders(self._scene.coverages, numbers)}
        return next(iter(people.values())) if len(people) == 1 else None

    def view(self, patient: Patient, start: date | None, end: date | None) -> View:
        """What the system shows about a person between two days, both of them included."""
        told = self._scene.medical.get(patient.key)
        subject = told.subject if told is not None and told.subject is not None else patient
        named = subject if told is not None and told.named else patient
        today = self._clock.today
        known = today - timedelta(days=told.delay if told is not None else 0)
        first, last = start or date.min, end or date.max
        return View(
            named,
            tuple(p for p in _history(subject, today, known) if first <= p.day <= last),
            tuple(c for c in _checkups(subject, known) if first <= c.day <= last),
        )

    def people(self) -> list[Coverage]:
        """Everybody's qualifications that the system has, in its order."""
        return list(self._scene.coverages)


def _history(patient: Patient, today: date, known: date) -> Iterator[Prescription]:
    """Newest first. The same months have the same drugs, whenever one looks."""
    rng = stream(0, f"medical/{patient.mynumber}/chronic")
    chronic = rng.sample(_CHRONIC, rng.randint(1, 3))
    place, pharmacy = f"試験{patient.municipality}診療所", f"試験{patient.municipality}薬局"
    for back in range(_MONTHS):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        rng = stream(0, f"medical/{patient.mynumber}/{year}-{month + 1}")
        visits = [(rng.randint(1, 28), [_drug(one, 28) for one in chronic], rng.random() < 0.5)]
        if rng.random() < 0.25:
            visits.append((rng.randint(1, 28), [_drug(rng.choice(_ACUTE), 5)], rng.random() < 0.5))
        for number, drugs, electronic in sorted(visits, key=lambda v: v[0], reverse=True):
            day = date(year, month + 1, number)
            if day >= patient.birthdate and (day if electronic else _receipt_day(day)) <= known:
                yield Prescription(day, place, pharmacy, tuple(drugs), electronic)


def _receipt_day(day: date) -> date:
    year, month = divmod(day.year * 12 + day.month, 12)
    return date(year, month + 1, _KNOWN_ON)


def _drug(row: tuple[str, str, str, str, str], days: int) -> Drug:
    name, ingredient, quantity, unit, usage = row
    number = stream(0, f"drug/{name}").randrange(10**6)
    return Drug(f"999{number:06d}", name, quantity, unit, usage, days, ingredient)


def _checkups(patient: Patient, known: date) -> Iterator[Checkup]:
    """特定健診 of the last five years, for those of 40 and over; newest first."""
    for year in range(known.year, known.year - 5, -1):
        rng = stream(0, f"checkup/{patient.mynumber}/{year}")
        day = date(year, rng.randint(6, 11), rng.randint(1, 28))
        if day <= known and patient.age(day) >= 40:
            height = stream(0, f"height/{patient.mynumber}").randint(148, 180)
            weight = rng.randint(450, 850) / 10
            yield Checkup(
                day,
                (
                    Finding("9N001000000000001", "身長", f"{height}.0", "cm"),
                    Finding("9N006000000000001", "体重", f"{weight:.1f}", "kg"),
                    Finding("9N011000000000001", "ＢＭＩ", _bmi(height, weight), "kg/m2"),
                    Finding("9A751000000000001", "収縮期血圧", str(rng.randint(100, 160)), "mmHg"),
                    Finding("9A761000000000001", "拡張期血圧", str(rng.randint(60, 98)), "mmHg"),
                ),
            )


def _bmi(height: int, weight: float) -> str:
    return f"{weight / (height / 100) ** 2:.1f}"
