"""Two results with one ArbitraryFileIdentifier, and only one is the patient's."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.leftovers import about_somebody_else, beside
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.same_identifier",
    Seam.FOLDER,
    title="同じ識別子で内容の違う結果が二つ届く",
    doors=frozenset({"folder", "face"}),
)
class SameIdentifier(Fault, frozen=True, kw_only=True):
    """The patient's under its name, somebody else's as ``name_2.xml``, ``seconds`` apart.

    ``other_first``: somebody else's comes first, and under the patient's name.
    """

    seconds: float = 1.0
    other_first: bool = False

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"seconds cannot be negative: {self.seconds}")

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        contents = [delivery.content, about_somebody_else(delivery, run, delivery.identifier)]
        first, second = reversed(contents) if self.other_first else contents
        return [
            Step(op="write", name=delivery.name, content=first),
            Step(
                op="write",
                name=beside(delivery.name, "_2"),
                content=second,
                wait=self.seconds,
            ),
        ]
