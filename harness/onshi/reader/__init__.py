"""The PC/SC room: readers, handles, transactions and events, without sockets."""

from onshi.reader.codes import Disposition, Protocol, ScardError, ShareMode, State, code_of
from onshi.reader.devices import ReaderSpec, load_reader, reader_names
from onshi.reader.engine import ReaderEngine
from onshi.reader.record import Recorder
from onshi.reader.records import Card, Client, ReaderState, next_number

__all__ = [
    "Card",
    "Client",
    "Disposition",
    "Protocol",
    "ReaderEngine",
    "ReaderSpec",
    "ReaderState",
    "Recorder",
    "ScardError",
    "ShareMode",
    "State",
    "code_of",
    "load_reader",
    "next_number",
    "reader_names",
]
