"""A ZIP file where an XML file is expected."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step

_MAGIC = b"PK\x03\x04"


@fault(
    "file.zip",
    Seam.FOLDER,
    title="XMLの代わりにZIPファイルが届く",
    doors=frozenset({"folder", "face"}),
)
class ZipForXml(Fault, frozen=True, kw_only=True):
    """The result is inside a ZIP file whose name ends in ``.zip``.

    ``named_xml``: the name is as ever, and only the bytes tell. What is a ZIP file anyway stays.
    """

    named_xml: bool = False

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        if delivery.content.startswith(_MAGIC):
            return folder.deliver(delivery)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            member = zipfile.ZipInfo(delivery.name, run.clock.now().timetuple()[:6])
            archive.writestr(member, delivery.content, zipfile.ZIP_DEFLATED)
        name = delivery.name if self.named_xml else f"{PurePath(delivery.name).stem}.zip"
        return [Step(op="write", name=name, content=out.getvalue())]
