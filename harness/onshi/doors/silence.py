"""A socket that the network does not reach any more, as when a VPN is lost.

A socket filter that lets nothing through (Linux, SO_ATTACH_FILTER; no privilege is needed): the
kernel drops what comes for this socket before TCP sees it. A listener so silenced answers no
SYN, and a connect() really times out; a connection falls silent, and is alive again afterwards,
since both sides repeat what was lost. Measured on Linux 6 over IPv4 and IPv6 loopback.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import sys
from typing import Any

from onshi.errors import CannotDeliverError

__all__ = ["can_silence", "hear_again", "silence"]

_ATTACH, _DETACH = 26, 27
_DROP = struct.pack("HBBI", 0x06, 0, 0, 0)
"""One instruction of classic BPF: return 0 bytes of every packet."""


def can_silence() -> bool:
    """Whether this system knows socket filters at all."""
    return sys.platform == "linux"


def silence(sock: Any) -> None:
    """Let nothing more reach a socket. Raises :class:`CannotDeliverError` where it cannot be."""
    if not can_silence():
        raise _cannot(sys.platform)
    program = ctypes.create_string_buffer(_DROP)
    filter_ = struct.pack("HL", 1, ctypes.addressof(program))
    try:
        sock.setsockopt(socket.SOL_SOCKET, _ATTACH, filter_)
    except OSError as e:
        raise _cannot(e.strerror or str(e)) from None


def _cannot(why: str) -> CannotDeliverError:
    return CannotDeliverError(
        f"this system cannot make a listener unreachable (socket filter: {why}); "
        "use wire.stall_tls, which is silent once the connection stands"
    )


def hear_again(sock: Any) -> None:
    """Undo :func:`silence`; a socket that is closed stays so."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _DETACH, 0)
    except OSError:
        pass
