"""What stands in a card: applications and their elementary files.

JICSAP calls a transparent file a working EF (WEF) and a PIN or key an internal EF (IEF); an
IEF can be selected and referred to, never read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

__all__ = ["Application", "Ef", "Internal", "KeyEf", "Pin", "Signer", "Transparent"]

_FILLER = b"\xff"


class Signer(Protocol):
    """A private key: the RSA operation on what the command carried."""

    def sign(self, scheme: int, data: bytes) -> bytes:
        """The signature by P1 of COMPUTE DIGITAL SIGNATURE.

        Raises :class:`~onshi.card.apdu.Refusal` for an unknown scheme or a wrong length.
        """


class Ef:
    """An elementary file. ``fid`` 0001-001E; its low five bits are its short identifier."""

    __slots__ = ("fid",)

    def __init__(self, fid: int) -> None:
        self.fid = fid


class Internal(Ef):
    """A key or reference that no supported command uses: selectable, nothing more."""

    __slots__ = ()


class Pin(Ef):
    """A PIN with its counter. ``name`` is for the journal."""

    __slots__ = ("limit", "name", "secret", "tries")

    def __init__(self, fid: int, name: str, secret: bytes, *, limit: int, tries: int) -> None:
        super().__init__(fid)
        self.name, self.secret, self.limit = name, secret, limit
        self.tries = tries


class KeyEf(Ef):
    """A private key, usable after ``guard``."""

    __slots__ = ("guard", "signer")

    def __init__(self, fid: int, signer: Signer, guard: Pin) -> None:
        super().__init__(fid)
        self.signer, self.guard = signer, guard


class Transparent(Ef):
    """A transparent file of ``size`` bytes: content, then FF filler.

    ``load`` gives the content at the first read; a longer content makes the file longer.
    ``guard`` is the PIN that opens it, None if it is free to read.
    """

    __slots__ = ("_data", "_load", "_size", "guard")

    def __init__(
        self, fid: int, load: Callable[[], bytes], *, size: int = 0, guard: Pin | None = None
    ) -> None:
        super().__init__(fid)
        self._load, self._size, self.guard = load, size, guard
        self._data: bytes | None = None

    @property
    def data(self) -> bytes:
        if self._data is None:
            self._data = self._load().ljust(self._size, _FILLER)
        return self._data


class Application:
    """An AP: its AID and its files.

    ``refused`` are commands known here that always end alike: ``{(CLA, INS): SW}``;
    ``objects`` are what GET DATA gives by P1P2.
    """

    __slots__ = ("aid", "by_fid", "by_sfi", "objects", "refused")

    def __init__(
        self,
        aid: bytes,
        files: Iterable[Ef] = (),
        *,
        refused: Mapping[tuple[int, int], int] | None = None,
        objects: Mapping[int, bytes] | None = None,
    ) -> None:
        self.aid = aid
        self.by_fid = {ef.fid: ef for ef in files}
        self.by_sfi = {fid & 0x1F: ef for fid, ef in self.by_fid.items()}
        self.refused = dict(refused or {})
        self.objects = dict(objects or {})
