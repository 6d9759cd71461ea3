"""The file begins with a byte order mark."""

from __future__ import annotations

from typing import Literal

import msgspec

from onshi.eligibility.miswriting import with_bom
from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step

_CODECS = {"utf-8": "", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}


@fault(
    "file.bom",
    Seam.FOLDER,
    title="結果ファイルの先頭にBOMが付いている",
    doors=frozenset({"folder", "face"}),
)
class ByteOrderMark(Fault, frozen=True, kw_only=True):
    """``utf-8``: EF BB BF before the declaration, also before one that says Shift_JIS.
    ``utf-16le`` and ``utf-16be``: the whole file is UTF-16, and the declaration says otherwise.
    """

    form: Literal["utf-8", "utf-16le", "utf-16be"] = "utf-8"

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        content = with_bom(delivery.content, _CODECS[self.form])
        return folder.deliver(msgspec.structs.replace(delivery, content=content))
