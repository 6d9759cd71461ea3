"""Messages in ZIP files, with a password or without.

Bulk downloads may come as a ZIP, and with ``TYPE=e`` for a family of messages every file of it is
a ZIP under a password, AES-256 (facts: oqs page, sections 1.1 and 2.5). What comes from outside
is bounded: one member, a plain name, no more bytes than a message may have.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from datetime import datetime
from types import ModuleType
from typing import Any

from onshi.eligibility.xml import MAX_BYTES, NotAMessageError
from onshi.errors import MissingPieceError

__all__ = ["check_library", "is_zip", "pack", "unpack"]

_MAGIC = b"PK\x03\x04"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_AES_256 = 3
_SEALED = 99
"""The compression method by which a plain reader sees AES."""
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError,
           NotImplementedError, OverflowError, MemoryError)  # fmt: skip


def is_zip(data: bytes) -> bool:
    """Whether bytes begin as a ZIP file does."""
    return data.startswith(_MAGIC)


def check_library() -> ModuleType:
    """What makes AES ZIP files. Raises :class:`MissingPieceError` where it is not installed."""
    try:
        import pyzipper
    except ImportError:
        raise MissingPieceError(
            'encrypted exchange files need pyzipper: pip install "pytest-onshi[zip]" '
            "(plain XML and ZIP without a password work without)"
        ) from None
    found: ModuleType = pyzipper
    return found


def pack(member: str, data: bytes, password: str = "", *, when: datetime) -> bytes:
    """A ZIP file with one member; under a password it is AES-256.

    ``when`` is the member's time. Raises :class:`MissingPieceError`.
    """
    out = io.BytesIO()
    stamp = when.timetuple()[:6]
    if not password:
        info = zipfile.ZipInfo(member, stamp)
        info.compress_type = zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(out, "w") as plain:
            plain.writestr(info, data)
        return out.getvalue()
    library = check_library()
    with library.AESZipFile(out, "w", encryption=library.WZ_AES) as sealed:
        sealed.setpassword(password.encode())
        sealed.setencryption(library.WZ_AES, nbits=256)
        info = sealed.zipinfo_cls(filename=member, date_time=stamp)
        info.compress_type = zipfile.ZIP_DEFLATED
        sealed.writestr(info, data)
    return out.getvalue()


def unpack(data: bytes, password: str = "", *, most: int = MAX_BYTES) -> bytes:
    """The one message in a ZIP file.

    Raises :class:`NotAMessageError` saying what is wrong with it, and
    :class:`MissingPieceError` when it takes a library that is not there.
    """
    library: Any = check_library() if password else zipfile
    kind: Any = library.AESZipFile if password else zipfile.ZipFile
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive.infolist(), encrypted=bool(password))
        with kind(io.BytesIO(data)) as archive:
            (member,) = archive.infolist()
            if password and member.wz_aes_strength != _AES_256:
                raise NotAMessageError("the ZIP file is encrypted in another way than AES-256")
            if member.compress_type not in _METHODS:
                raise NotAMessageError("the ZIP file is compressed in a way that no message is")
            with archive.open(member, pwd=password.encode() or None) as f:
                found: bytes = f.read(most + 1)
    except NotAMessageError:
        raise
    except RuntimeError as e:
        wrong = "password" in str(e).lower()
        raise NotAMessageError(
            "the password of the ZIP file is another one" if wrong else "a broken ZIP file"
        ) from None
    except (*_BROKEN, library.BadZipFile):
        raise NotAMessageError("a broken ZIP file") from None
    if len(found) > most:
        raise NotAMessageError(f"larger than {most} bytes when unpacked")
    return found


def _check_members(members: list[zipfile.ZipInfo], *, encrypted: bool) -> None:
    """Raises :class:`NotAMessageError` unless there is one, named and closed as agreed."""
    if len(members) != 1:
        raise NotAMessageError(f"a ZIP file with {len(members)} files in it, not one")
    name = members[0].orig_filename
    if not name.lower().endswith(".xml") or any(c in name for c in "/\\:\0"):
        raise NotAMessageError("the file in the ZIP has a name that no message has")
    if bool(members[0].flag_bits & 1) != encrypted:
        needs = "no password, although one is agreed" if encrypted else "a password"
        raise NotAMessageError(f"the ZIP file has {needs}")
    if encrypted and members[0].compress_type != _SEALED:
        raise NotAMessageError("the ZIP file is encrypted in another way than AES-256")
