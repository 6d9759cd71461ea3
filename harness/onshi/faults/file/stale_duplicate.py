"""The result of an earlier request is there again beside the new one."""

from __future__ import annotations

from pathlib import PurePath

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.stale_duplicate",
    Seam.FOLDER,
    title="前の結果ファイルが重複して現れる",
    doors=frozenset({"folder", "face"}),
)
class StaleDuplicate(Fault, frozen=True, kw_only=True):
    """Just before each result the previous one reappears, as ``name (1).xml``."""

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        previous: Delivery | None = run.state.get(delivery.where)
        run.state[delivery.where] = delivery
        steps = folder.deliver(delivery)
        if previous is None:
            return steps
        copy = f"{PurePath(previous.name).stem} (1).xml"
        return [Step(op="write", name=copy, content=previous.content), *steps]
