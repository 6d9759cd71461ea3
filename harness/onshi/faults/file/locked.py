"""The result is there, and its writer still holds it."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.locked",
    Seam.FOLDER,
    title="結果ファイルがほかのプログラムに開かれていて読めない（Windowsの共有違反）",
    doors=frozenset({"folder", "face"}),
)
class Locked(Fault, frozen=True, kw_only=True):
    """Whole, but nobody else can open it for ``seconds``.

    True to life on Windows only, where a file may be opened without sharing. Elsewhere it is an
    advisory lock (``flock``): only a program that asks for one notices.
    """

    seconds: float = 3.0

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"seconds cannot be negative: {self.seconds}")

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        return [
            Step(op="lock", name=delivery.name, content=delivery.content),
            Step(op="unlock", name=delivery.name, wait=self.seconds),
        ]
