"""The insurer has registered one item of the patient's wrongly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import msgspec

from onshi.eligibility.scenes import edit_qualification, registered_before
from onshi.faults.base import Fault, FaultRun, fault
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.mistyped", Seam.SCENE, title="保険者の登録した項目に誤りがある")
class Mistyped(Fault, frozen=True, kw_only=True):
    """``item`` is not what the patient's papers say.

    With a wrong ``number``, ``symbol`` or ``branch`` the true numbers find nothing, and the card
    shows the wrong one. A wrong ``birthdate`` (a month off) or ``sex`` is shown either way, until
    the system learns of it ``corrected_in`` days from now.
    """

    item: Literal["number", "symbol", "branch", "birthdate", "sex"] = "number"
    corrected_in: int = 30

    def __post_init__(self) -> None:
        if self.corrected_in < 1:
            raise ValueError(f"corrected_in counts from 1, not {self.corrected_in}")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        patient, q = scene.patient, scene.truth.qualification
        wrong: dict[str, Any] = {}
        if self.item == "birthdate":
            wrong = {"birthdate": patient.birthdate - timedelta(days=31)}
        elif self.item == "sex":
            wrong = {"sex": "2" if patient.sex == "1" else "1"}
        if wrong:
            before = msgspec.structs.replace(patient, **wrong)
            registered_before(scene, before, scene.date + timedelta(days=self.corrected_in))
            return
        edit_qualification(scene, **{self.item: _slipped(getattr(q, self.item))})


def _slipped(text: str) -> str:
    """The last digit is one more than it should be; an item without one has got one."""
    digits = [i for i, c in enumerate(text) if c.isdecimal()]
    if not digits:
        return f"{text}1"
    at = digits[-1]
    return f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}"
