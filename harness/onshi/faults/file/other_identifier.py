"""The result is the one to another request."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.leftovers import about_somebody_else
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.other_identifier",
    Seam.FOLDER,
    title="別の照会の識別子と別の患者の結果が届く",
    doors=frozenset({"folder", "face"}),
)
class OtherIdentifier(Fault, frozen=True, kw_only=True):
    """Under the right name another ArbitraryFileIdentifier, and another patient's answer.

    The right one replaces it ``seconds`` later; 0: never.
    """

    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"seconds cannot be negative: {self.seconds}")

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        other = about_somebody_else(delivery, run, f"{run.rng.getrandbits(32):08X}")
        steps = [Step(op="write", name=delivery.name, content=other)]
        if self.seconds:
            right = Step(
                op="write", name=delivery.name, content=delivery.content, wait=self.seconds
            )
            steps.append(right)
        return steps
