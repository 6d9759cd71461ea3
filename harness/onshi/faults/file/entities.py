"""Characters of the file are written as numeric references."""

from __future__ import annotations

from typing import Literal

import msgspec

from onshi.eligibility.miswriting import with_references
from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.entities",
    Seam.FOLDER,
    title="結果ファイルの文字が数値参照（&#39640;など）で書かれている",
    doors=frozenset({"folder", "face"}),
)
class Entities(Fault, frozen=True, kw_only=True):
    """``which``: ``all`` beyond ASCII, or those ``lacking`` in CP932, also in a file in UTF-8.

    ``form``: ``decimal``, ``hex``, or ``surrogates``: 𠮷 as two references, which no XML parser may
    accept; other characters are decimal then.
    """

    which: Literal["all", "lacking"] = "all"
    form: Literal["decimal", "hex", "surrogates"] = "decimal"

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        content = with_references(delivery.content, all_of_them=self.which == "all", form=self.form)
        return folder.deliver(msgspec.structs.replace(delivery, content=content))
