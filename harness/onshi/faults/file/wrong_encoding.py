"""The file says one encoding and is in the other."""

from __future__ import annotations

from typing import Literal

import msgspec

from onshi.eligibility.miswriting import other_bytes, other_declaration, other_identifier
from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step

_WAYS = {
    "bytes": other_bytes,
    "declaration": other_declaration,
    "identifier": other_identifier,
}


@fault(
    "file.wrong_encoding",
    Seam.FOLDER,
    title="結果ファイルの文字コードの宣言と中身が食い違う",
    doors=frozenset({"folder", "face"}),
)
class WrongEncoding(Fault, frozen=True, kw_only=True):
    """What is ``wrong``, from UTF-8 to Shift_JIS or back: the ``bytes``, the ``declaration``, or
    the ``identifier`` (CharacterCodeIdentifier) beside a file that is right in itself.
    """

    wrong: Literal["bytes", "declaration", "identifier"] = "bytes"

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        content = _WAYS[self.wrong](delivery.content)
        return folder.deliver(msgspec.structs.replace(delivery, content=content))
