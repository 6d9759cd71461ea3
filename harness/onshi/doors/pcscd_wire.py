"""Struct layouts of pcsc-lite's client protocol 4.4 to 4.6 (`winscard_msg.h`, `eventhandler.h`).

A request is a header (u32 size, u32 command), a body of ``size`` bytes and, for TRANSMIT and
CONTROL, a payload that ``size`` leaves out. A reply is the same struct without a header.
Integers are native endian; every field has a fixed width.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Sequence

from onshi.reader import ReaderState

__all__ = [
    "ATTRIBUTE_SIZE",
    "BODY_SIZES",
    "MAX_PAYLOAD",
    "SLOTS",
    "VERSION",
    "Command",
    "pack_states",
    "reader_name",
]

VERSION = (4, 6)
OLDEST_MINOR = 4
SLOTS = 16
"""Readers a client up to 4.5 can see; later ones ask how many there are."""
MAX_PAYLOAD = 65548
ATTRIBUTE_SIZE = 264


class Command(enum.IntEnum):
    """What a client asks for. LIST_READERS and GET_STATUS_CHANGE are never sent."""

    ESTABLISH_CONTEXT = 0x01
    RELEASE_CONTEXT = 0x02
    CONNECT = 0x04
    RECONNECT = 0x05
    DISCONNECT = 0x06
    BEGIN_TRANSACTION = 0x07
    END_TRANSACTION = 0x08
    TRANSMIT = 0x09
    CONTROL = 0x0A
    STATUS = 0x0B
    CANCEL = 0x0D
    GET_ATTRIB = 0x0F
    SET_ATTRIB = 0x10
    VERSION = 0x11
    GET_READERS_STATE = 0x12
    WAIT_READER_STATE_CHANGE = 0x13
    STOP_WAITING = 0x14
    GET_READER_EVENTS = 0x15
    GET_READERS_STATE_SIZE = 0x16
    GET_READERS_STATE_ARRAY = 0x17


HEADER = struct.Struct("=II")
ESTABLISH = struct.Struct("=III")
"""scope, context, rv"""
PAIR = struct.Struct("=iI")
"""context or handle, rv: RELEASE_CONTEXT, BEGIN_TRANSACTION, STATUS, CANCEL"""
CONNECT = struct.Struct("=I128sIIiII")
"""context, reader, mode, protocols, handle, protocol, rv"""
RECONNECT = struct.Struct("=iIIIII")
"""handle, mode, protocols, action, protocol, rv"""
DISPOSE = struct.Struct("=iII")
"""handle, disposition, rv: DISCONNECT, END_TRANSACTION"""
TRANSMIT = struct.Struct("=iIIIIIII")
"""handle, send protocol, send length, bytes sent, receive protocol and length, room, rv"""
TRANSMIT_REQUEST = struct.Struct("=IIiIIIIIII")
"""HEADER and TRANSMIT in one."""
CONTROL = struct.Struct("=iIIIII")
"""handle, code, bytes sent, room, bytes returned, rv"""
ATTRIBUTE = struct.Struct(f"=iI{ATTRIBUTE_SIZE}sII")
"""handle, attribute, value, its length, rv"""
VERSIONS = struct.Struct("=iiI")
"""major, minor, rv"""
EVENT = struct.Struct("=II")
"""time-out (0), rv: the one message of a wait; and readerEvents, rv of GET_READER_EVENTS"""
COUNT = struct.Struct("=i")
STATE = struct.Struct("=128sIIi33s3xII")
"""reader, events, state, sharing, ATR, its length, protocol"""

BODY_SIZES: dict[int, int] = {
    Command.ESTABLISH_CONTEXT: ESTABLISH.size,
    Command.RELEASE_CONTEXT: PAIR.size,
    Command.CONNECT: CONNECT.size,
    Command.RECONNECT: RECONNECT.size,
    Command.DISCONNECT: DISPOSE.size,
    Command.BEGIN_TRANSACTION: PAIR.size,
    Command.END_TRANSACTION: DISPOSE.size,
    Command.TRANSMIT: TRANSMIT.size,
    Command.CONTROL: CONTROL.size,
    Command.STATUS: PAIR.size,
    Command.CANCEL: PAIR.size,
    Command.GET_ATTRIB: ATTRIBUTE.size,
    Command.SET_ATTRIB: ATTRIBUTE.size,
    Command.VERSION: VERSIONS.size,
    Command.GET_READERS_STATE: 0,
    Command.WAIT_READER_STATE_CHANGE: 0,
    Command.STOP_WAITING: 0,
    Command.GET_READER_EVENTS: 0,
    Command.GET_READERS_STATE_SIZE: 0,
    Command.GET_READERS_STATE_ARRAY: 0,
}
"""Body sizes in bytes; pcscd closes the connection of a client that sends another."""


def pack_states(states: Sequence[ReaderState], slots: int = SLOTS) -> bytes:
    """Exactly ``slots`` rows: a client reads that many into one table of its process."""
    rows = [
        STATE.pack(
            one.name.encode(),
            one.events,
            one.state,
            one.sharing,
            one.atr,
            len(one.atr),
            one.protocol,
        )
        for one in states[:slots]
    ]
    return b"".join(rows) + bytes(STATE.size * (slots - len(rows)))


def reader_name(raw: bytes) -> str:
    """A NUL-padded name; bytes that are not UTF-8 make it a name no reader has."""
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace")
