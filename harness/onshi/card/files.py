"""What stands in a card: applications and their elementary files.

JICSAP calls a transparent or record file a working EF (WEF) and a PIN or key an internal EF
(IEF); an IEF can be selected and referred to, never read. A file's ``guards`` are the PINs of
which any one opens it; with none it is free.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

__all__ = ["Application", "Ef", "Internal", "KeyEf", "Pin", "Records", "Signer", "Transparent"]

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
    """A PIN with its counter. ``name`` is for the journal; only a PIN of the holder's own
    choosing is ``changeable``."""

    __slots__ = ("changeable", "limit", "name", "secret", "tries")

    def __init__(
        self,
        fid: int,
        name: str,
        secret: bytes,
        *,
        limit: int,
        tries: int,
        changeable: bool = False,
    ) -> None:
        super().__init__(fid)
        self.name, self.secret, self.limit = name, secret, limit
        self.tries, self.changeable = tries, changeable


class KeyEf(Ef):
    """A private key behind its ``guards``; with ``authenticates`` it is for INTERNAL
    AUTHENTICATE, else for COMPUTE DIGITAL SIGNATURE."""

    __slots__ = ("authenticates", "guards", "signer")

    def __init__(self, fid: int, signer: Signer, *guards: Pin, authenticates: bool = False) -> None:
        super().__init__(fid)
        self.signer, self.guards, self.authenticates = signer, guards, authenticates


class Transparent(Ef):
    """A transparent file of ``size`` bytes: content, then FF filler.

    ``load`` gives the content at the first read; a longer content makes the file longer.
    """

    __slots__ = ("_data", "_load", "_size", "guards")

    def __init__(
        self, fid: int, load: Callable[[], bytes], *, size: int = 0, guards: tuple[Pin, ...] = ()
    ) -> None:
        super().__init__(fid)
        self._load, self._size, self.guards = load, size, guards
        self._data: bytes | None = None

    @property
    def data(self) -> bytes:
        if self._data is None:
            self._data = self._load().ljust(self._size, _FILLER)
        return self._data


class Records(Ef):
    """A record file; READ RECORD counts from 1."""

    __slots__ = ("guards", "records")

    def __init__(self, fid: int, *records: bytes, guards: tuple[Pin, ...] = ()) -> None:
        super().__init__(fid)
        self.records, self.guards = records, guards


class Application:
    """An AP: its AID and its files.

    ``refused`` are commands known here that always end alike: ``{(CLA, INS): SW}``;
    ``objects`` are what GET DATA gives by P1P2; ``change`` is CLA and INS of the command that
    changes a PIN here (0: none); ``default_key`` signs for P2 = 00.
    """

    __slots__ = ("aid", "by_fid", "by_sfi", "change", "default_key", "objects", "refused")

    def __init__(
        self,
        aid: bytes,
        files: Iterable[Ef] = (),
        *,
        refused: Mapping[tuple[int, int], int] | None = None,
        objects: Mapping[int, Callable[[], bytes]] | None = None,
        change: int = 0,
        default_key: KeyEf | None = None,
    ) -> None:
        self.aid = aid
        self.refused, self.objects = refused or {}, objects or {}
        self.change, self.default_key = change, default_key
        self._index({ef.fid: ef for ef in files})

    def drop(self, fids: Collection[int]) -> None:
        """This card lacks these files."""
        self._index({fid: ef for fid, ef in self.by_fid.items() if fid not in fids})

    def _index(self, by_fid: dict[int, Ef]) -> None:
        self.by_fid = by_fid
        self.by_sfi = {fid & 0x1F: ef for fid, ef in by_fid.items()}
