"""The result is written under another name first, and renamed when it is whole."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.temp_then_rename",
    Seam.FOLDER,
    title="結果ファイルが一時的な名前で書かれ、後から改名される",
    doors=frozenset({"folder", "face"}),
)
class TempThenRename(Fault, frozen=True, kw_only=True):
    """Half of it at once as ``name`` + ``suffix``, the rest and the name ``seconds`` later.

    Who acts when a file is created sees the wrong name, and half of the content; who acts only
    when one is changed or closed never hears of the right name.
    """

    suffix: str = ".tmp"
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if not self.suffix or "/" in self.suffix or "\\" in self.suffix:
            raise ValueError(f"suffix is added to a file's name: {self.suffix!r} cannot be")
        if self.seconds < 0:
            raise ValueError(f"seconds cannot be negative: {self.seconds}")

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        name, content = delivery.name + self.suffix, delivery.content
        half = len(content) // 2
        return [
            Step(op="create", name=name, content=content[:half]),
            Step(op="append", name=name, content=content[half:], wait=self.seconds),
            Step(op="rename", name=name, to=delivery.name),
        ]
