"""The patient belongs to a scheme whose members the system does not have."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.generate import luhn
from onshi.scene import Scene
from onshi.seams import Seam

_SCHEMES = {
    "ninkei": ("01", "全国健康保険協会（試験用・任意継続）", "01"),
    "tokurei": ("63", "試験用健康保険組合（特例退職）", "06"),
}
"""法別番号, insurer's name and OQSCD010 (facts: oqs page, section 3; claims page, section 5)."""


@fault("scene.scheme", Seam.SCENE, title="任意継続・特例退職など、登録のない制度に加入している")
class Scheme(Fault, frozen=True, kw_only=True):
    """``scheme``: 任意継続 or 特例退職被保険者. The truth and the papers say so.

    ``registered = true``: the system has it like any other.
    """

    scheme: Literal["ninkei", "tokurei"] = "tokurei"
    registered: bool = False

    def edit(self, scene: Scene, run: FaultRun) -> None:
        law, name, card_class = _SCHEMES[self.scheme]
        q = scene.truth.qualification
        body = f"{law}{q.insurer_number[-6:-4]}999"
        qualification = msgspec.structs.replace(
            q,
            insurer_number=body + luhn(body),
            insurer_name=name,
            card_class=card_class,
            branch=q.branch or "00",
            late_ratio=None,
        )
        scene.truth = msgspec.structs.replace(scene.truth, qualification=qualification)
        never = msgspec.structs.replace(scene.truth, known_from=date.max)
        others = [c for c in scene.coverages if c.patient.key != scene.patient.key]
        scene.coverages = [scene.truth if self.registered else never, *others]
