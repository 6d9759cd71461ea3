"""Of two results the second comes first."""

from __future__ import annotations

import threading

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.out_of_order",
    Seam.FOLDER,
    title="結果ファイルの届く順番が照会の順番と逆になる",
    doors=frozenset({"folder", "face"}),
)
class OutOfOrder(Fault, frozen=True, kw_only=True):
    """Every other result is held back until the next is there, at most ``seconds``."""

    seconds: float = 10.0

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"seconds cannot be negative: {self.seconds}")

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        steps = folder.deliver(delivery)
        if not steps:
            return steps
        with run.state.setdefault("lock", threading.Lock()):
            held: threading.Event | None = run.state.pop(delivery.where, None)
            if held is None:
                held = run.state[delivery.where] = threading.Event()
                wait = min(steps[0].wait + self.seconds, run.deadline)
                return [msgspec.structs.replace(steps[0], wait=wait, cue=held), *steps[1:]]
        return [*steps, Step(op="cue", cue=held)]
