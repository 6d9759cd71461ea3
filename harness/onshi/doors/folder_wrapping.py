"""Which files of the exchange folder are ZIP files, as the site has it agreed."""

from __future__ import annotations

from datetime import datetime

from onshi.doors.folder_zip import check_library, is_zip, pack, unpack
from onshi.eligibility.kinds import KINDS, Kind
from onshi.eligibility.xml import NotAMessageError
from onshi.errors import OnshiError, UnknownNameError
from onshi.scene import Site

__all__ = ["FACE", "Wrapping"]

FACE = "face"
"""The family of the face reader's files."""


class Wrapping:
    """ZIP files by family of messages (``muquc``), under a password or not.

    Raises :class:`OnshiError`: a family that does not exist, no password, no library for it.
    """

    def __init__(self, site: Site) -> None:
        self._zip, self._password = site.folder_zip, site.folder_password
        known = {FACE: FACE} | {_family(kind).lower(): _family(kind) for kind in KINDS.values()}
        for name in site.folder_encrypt:
            if name.lower() not in known:
                raise UnknownNameError("family in folder_encrypt", name, sorted(known.values()))
        self._sealed = {name.lower() for name in site.folder_encrypt}
        if site.folder_zip == "all":
            self._sealed = set(known)
        if self._sealed:
            if not self._password:
                raise OnshiError(
                    "encrypted exchange files need a password: set ONSHI_FOLDER_PASSWORD, or "
                    "folder_password in [tool.onshi.clinic]"
                )
            check_library()

    def sealed(self, family: str) -> bool:
        """Whether files of this family are encrypted, both ways."""
        return family.lower() in self._sealed

    def wraps(self, kind: Kind | None) -> bool:
        """Whether a result is a ZIP file; None: a face file."""
        if kind is None:
            return self.sealed(FACE)
        download = kind.bulk and kind.phase == 2
        return self.sealed(_family(kind)) or (download and self._zip == "results")

    def wrap(self, kind: Kind | None, member: str, data: bytes, when: datetime) -> bytes:
        """The ZIP file around a result, whose own name is ``member``."""
        sealed = self.sealed(FACE if kind is None else _family(kind))
        return pack(member, data, self._password if sealed else "", when=when)

    def unwrap(self, kind: Kind, extension: str, data: bytes, most: int) -> bytes:
        """The message in a request file. Raises :class:`NotAMessageError`."""
        if len(data) > most:
            raise NotAMessageError(f"larger than {most} bytes")
        zipped = extension.lower() == "zip"
        if self.sealed(_family(kind)):
            if not is_zip(data):
                raise NotAMessageError("not encrypted, although this kind is agreed to be")
            return unpack(data, self._password, most=most)
        if zipped or is_zip(data):
            raise NotAMessageError("a ZIP file, although this kind is agreed to be plain XML")
        return data


def _family(kind: Kind) -> str:
    """The family of both phases."""
    return kind.family[:-2]
