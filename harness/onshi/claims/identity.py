"""Who a レセプト is about: by its numbers, else by カナ氏名 and birthdate, or what it declares.

Two things are kept apart: what is really so, which an insurer knows of its own members, and what
the system had been told by a day. The first decides whether a claim is right, the second whether
the 審査支払機関 can do anything about one that is not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from onshi.claims.kinds import Declared
from onshi.claims.records import Receipt
from onshi.people.numbers import bare
from onshi.people.records import Coverage, Patient, Qualification

__all__ = ["People", "fold", "same_numbers"]

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー-", "-"))


def fold(text: str) -> str:
    """One spelling for what is the same: width, spaces, dashes, zeros before a number."""
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    folded = folded.translate(_DASHES).casefold()
    return folded.lstrip("0") or "0" if folded.isdigit() else folded


def same_numbers(one: Qualification, other: Qualification) -> bool:
    """Whether two qualifications have the same insurer, 記号 and 番号."""
    return _numbers(one) == _numbers(other)


def _numbers(q: Qualification) -> tuple[str, str, str]:
    return fold(bare(q.insurer_number)), fold(q.symbol), fold(q.number)


class People:
    """Those whom the system knows, and the patient as is really so.

    ``truths`` are what is really so of the patient, each in its time; ``on`` is the day on which
    the 審査支払機関 looks.
    """

    def __init__(self, coverages: Iterable[Coverage], truths: Sequence[Coverage], on: date) -> None:
        self.on = on
        self._truths = truths
        self._key = truths[0].patient.key if truths else ""
        self._system: dict[str, list[Coverage]] = {}
        self._of_key: dict[str, list[Coverage]] = {}
        self._of_numbers: dict[tuple[str, str, str], list[Coverage]] = {}
        self._of_name: dict[tuple[str, date], dict[str, Patient]] = {}
        for c in coverages:
            self._system.setdefault(c.patient.key, []).append(c)
            self._add(c)
        for c in truths:
            self._add(c)

    def _add(self, c: Coverage) -> None:
        self._of_key.setdefault(c.patient.key, []).append(c)
        self._of_numbers.setdefault(_numbers(c.qualification), []).append(c)
        for patient in (c.patient, c.shown(self.on)):
            for name in {fold(patient.kana), fold(patient.name)}:
                known = self._of_name.setdefault((name, patient.birthdate), {})
                known[c.patient.key] = c.patient

    def by_numbers(self, receipt: Receipt) -> list[Coverage]:
        """Qualifications with the numbers of a レセプト, of whomever."""
        insurer, symbol, number = receipt.insurer_number, receipt.symbol, receipt.number
        if not insurer and receipt.public:
            insurer, symbol = receipt.public[0].payer_number, ""
            number = receipt.public[0].recipient_number
        return self._of_numbers.get((fold(bare(insurer)), fold(symbol), fold(number)), [])

    def meant(self, receipt: Receipt, found: Sequence[Coverage]) -> list[Coverage]:
        """Those of ``found`` that are of the person of the レセプト: families share numbers."""
        born = [c for c in found if receipt.birthdate in (c.patient.birthdate, self._born(c))]
        named = [c for c in born if fold(receipt.kana) in _names(c, self.on)]
        branches = {fold(s.branch) for s in receipt.confirmations if s.branch}
        by_branch = [c for c in born if fold(c.qualification.branch) in branches]
        return named or by_branch or born

    def by_name(self, receipt: Receipt, said: Declared | None = None) -> list[Patient]:
        """People with a name and the birthdate of a レセプト; narrowed down by what was declared.

        The カナ氏名, which may be left out, or the 氏名, which may have other characters.
        """
        if receipt.birthdate is None:
            return []
        found: dict[str, Patient] = {}
        for name in (receipt.kana, said.kana_name if said else "", receipt.name):
            if name and not found:
                found = self._of_name.get((fold(name), receipt.birthdate), {})
        people = list(found.values())
        if said is not None and len(people) > 1:
            people = self._declared(people, said) or people
        return people

    def _declared(self, people: Sequence[Patient], said: Declared) -> list[Patient]:
        """Those at a declared address, or of the declared insurer."""
        addresses = [fold(a) for a in said.addresses]
        near = [p for p in people if any(_same_address(fold(p.address), a) for a in addresses)]
        insurer = fold(said.insurer_name)
        of = [
            p
            for p in people
            if insurer
            and any(fold(c.qualification.insurer_name) == insurer for c in self._of_key[p.key])
        ]
        return near or of

    def right(self, key: str, day: date, aid: bool = False) -> Coverage | None:
        """The qualification that a person really has on a day; ``aid``: 医療扶助 instead."""
        if key == self._key and (true := _holding(self._truths, day, aid)):
            return true
        return _holding(self._of_key.get(key, ()), day, aid)

    def registered(self, right: Coverage, day: date) -> bool:
        """Whether the system has been told of what a person really has on a day."""
        return any(c.there(self.on) and _holds(c, day) for c in self._same(right))

    def thought_valid(self, claimed: Coverage, day: date) -> bool:
        """Whether the system takes a qualification for valid on a day, as it has been told."""
        return any(c.there(self.on) and self._seems(c, day) for c in self._same(claimed))

    def _same(self, right: Coverage) -> list[Coverage]:
        """The records of the system under the same numbers of the same person."""
        known = self._system.get(right.patient.key, ())
        return [c for c in known if same_numbers(c.qualification, right.qualification)]

    def _seems(self, c: Coverage, day: date) -> bool:
        if day < c.holds_from:
            return False
        if c.holds_to is None or day <= c.holds_to:
            return True
        return self.on < (c.loss_known_from or c.holds_to + timedelta(days=1))

    def _born(self, c: Coverage) -> date:
        return c.shown(self.on).birthdate


def _names(c: Coverage, on: date) -> set[str]:
    q = c.qualification
    return {fold(n) for n in (c.patient.kana, c.shown(on).kana, q.kana_override or "") if n}


def _holds(c: Coverage, day: date) -> bool:
    return c.holds_from <= day and (c.holds_to is None or day <= c.holds_to)


def _holding(coverages: Iterable[Coverage], day: date, aid: bool) -> Coverage | None:
    """What began last of what holds on a day."""
    found = [c for c in coverages if _holds(c, day) and (c.qualification.plan == "seiho") == aid]
    return max(found, key=lambda c: c.holds_from, default=None)


def _same_address(known: str, said: str) -> bool:
    return bool(known and said) and (known in said or said in known)
