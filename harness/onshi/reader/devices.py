"""Readers by name: what `devices/readers/*.toml` says about them."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from onshi.data import data_root, load_toml
from onshi.errors import UnknownNameError

__all__ = ["DEFAULT_READER", "ReaderSpec", "described", "load_reader", "reader_names"]

DEFAULT_READER = "rc-s300"


class ReaderSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reader as PC/SC shows it. ``source`` says where the name was seen.

    ``pcsc_name`` is pcscd's name on Linux (driver's name, serial, interface and slot);
    ``windows_name`` the one Windows shows, where it is known. ``usb`` is VID:PID.
    """

    title: str
    pcsc_name: str
    windows_name: str = ""
    vendor: str = ""
    interface: Literal["contact", "contactless", "dual"]
    usb: str = ""
    source: str


def reader_names() -> list[str]:
    """The readers that :func:`load_reader` knows, sorted."""
    return sorted(p.stem for p in (data_root() / "devices" / "readers").glob("*.toml"))


def load_reader(name: str = DEFAULT_READER) -> ReaderSpec:
    """A reader by its file's name.

    Raises :class:`UnknownNameError`, :class:`onshi.errors.BadFileError`.
    """
    known = reader_names()
    if name not in known:
        raise UnknownNameError("reader", name, known)
    return load_toml(data_root() / "devices" / "readers" / f"{name}.toml", ReaderSpec)


def described(pcsc_name: str) -> ReaderSpec | None:
    """What is known of the reader that PC/SC calls so, here or on Windows."""
    return _by_name().get(pcsc_name)


@cache
def _by_name() -> dict[str, ReaderSpec]:
    specs = [load_reader(name) for name in reader_names()]
    return {n: one for one in specs for n in (one.pcsc_name, one.windows_name) if n}
