"""The seams: where a fault can be put, and nothing else.

Each is a Protocol with one or two methods. An engine implements it, a fault wraps it, a door
calls it. A fault is never an ``if`` inside an engine (design, section 3). The ninth, the scene,
is data and stands in :mod:`onshi.scene`; the clock is :mod:`onshi.clock`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from threading import Event
from typing import Any, Protocol, runtime_checkable

import msgspec

from onshi.people.records import CardSpec, Coverage, Patient

__all__ = [
    "Answer",
    "CardLink",
    "CardMuteError",
    "CardRemovedError",
    "Delivery",
    "FolderSeam",
    "Ground",
    "Hands",
    "HangUpError",
    "HttpReply",
    "HttpRequest",
    "HttpService",
    "Inquiries",
    "Inquiry",
    "Move",
    "Moves",
    "Ports",
    "Power",
    "ReaderCalls",
    "Record",
    "Seam",
    "Step",
    "Terminal",
    "TerminalOutcome",
    "WireAction",
    "WireEvent",
    "WireSeam",
    "WireStage",
]


class Seam(enum.StrEnum):
    """The seams by name, as a fault declares them."""

    CARD = "card"
    READER = "reader"
    HANDS = "hands"
    TERMINAL = "terminal"
    INQUIRY = "inquiry"
    WIRE = "wire"
    FOLDER = "folder"
    SCENE = "scene"


# ------------------------------------------------------------------ 1. card
class Power(enum.Enum):
    """What a reader does to a card."""

    ON = "on"
    OFF = "off"
    RESET = "reset"


class CardRemovedError(Exception):
    """The card left the reader during an exchange.

    ``raw`` is what real pcscd with a polled reader does: NOT_TRANSACTED first, the removal
    noticed later (facts: pcsc page, section 6); clean is REMOVED_CARD at once.
    """

    def __init__(self, *, raw: bool = False) -> None:
        super().__init__("card removed")
        self.raw = raw


class CardMuteError(Exception):
    """The card gave no ATR, or stopped answering."""


class HangUpError(Exception):
    """The other side goes away without an answer: the door closes the connection."""


@runtime_checkable
class CardLink(Protocol):
    """A virtual, a real or a recorded card."""

    def power(self, action: Power) -> bytes:
        """The ATR after ON or RESET, ``b""`` after OFF. Raises :class:`CardMuteError`."""

    def transmit(self, apdu: bytes) -> bytes:
        """The response APDU. Raises :class:`CardRemovedError`, :class:`CardMuteError`."""


# ---------------------------------------------------------------- 2. reader
class ReaderCalls(Protocol):
    """Every SCard call by its name without the prefix, as ``Transmit``.

    ``client`` is one SCARDCONTEXT's owner (a door's connection); the first value returned is the
    SCard return code, the rest is what that call returns. Raises :class:`HangUpError`.
    """

    def call(self, name: str, client: Any, /, *args: Any) -> tuple[Any, ...]: ...


# ----------------------------------------------------------------- 3. hands
class Hands(Protocol):
    """What happens physically, virtually or by a relay: done to the first reader by default."""

    def insert(self, card: CardLink | None = None, reader: str | None = None) -> None: ...

    def remove(self, reader: str | None = None) -> None: ...

    def plug(self, reader: str | None = None) -> None: ...

    def unplug(self, reader: str | None = None) -> None: ...


@dataclass(frozen=True)
class Move:
    """One physical operation: ``action`` is insert, remove, plug or unplug.

    ``card`` is what is inserted; None: the one that was in this ``reader`` last.
    """

    action: str
    reader: str | None = None
    card: CardLink | None = None


class Moves(Protocol):
    """Hands as a fault goes on with them: one operation, whichever it is."""

    def make(self, move: Move) -> None: ...


# -------------------------------------------------------------- 4. terminal
class TerminalOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """How the face-reader application ended for one patient.

    ``method`` is how the person was identified; ``None`` means that nothing was sent and
    ``screen`` says what the reader shows. ``delay`` is seconds until the result file appears.
    ``patient`` is whom the reader took the person for; None: who they are.
    """

    method: str | None = "face"
    limit_consent: bool = False
    info_consent: bool = False
    screen: str = ""
    delay: float = 0.0
    patient: Patient | None = None


class Terminal(Protocol):
    """The face-reader application as seen from outside."""

    def present(self, patient: Patient, card: CardSpec) -> TerminalOutcome: ...


# --------------------------------------------------------------- 5. inquiry
class Inquiry(msgspec.Struct, kw_only=True, frozen=True):
    """What is asked. ``by_card`` is the patient's key when the card asks (face reader).

    Number fields are as received, without padding. ``by`` is OQSCD002 照会区分: 1 card, 2 numbers.
    """

    by: str = "2"
    by_card: str | None = None
    insurer_number: str = ""
    symbol: str = ""
    number: str = ""
    branch: str = ""
    birthdate: str = ""
    limit_consent: bool = False
    date: str = ""
    arbitrary_identifier: str = ""


class Record(msgspec.Struct, kw_only=True):
    """One qualification in an answer: still a domain object, not yet text of a message.

    ``coverage`` gives numbers, dates and shares; ``patient`` whose they are; ``fields`` is what a
    fault changed, by element name of the message (``{"NameKana": …}``; None leaves it out).
    """

    patient: Patient
    coverage: Coverage
    lost: date | None = None
    limit_shown: bool = False
    info_consent: bool = False
    fields: dict[str, str | None] = {}


class Answer(msgspec.Struct, kw_only=True):
    """What comes back. Codes: ``segment`` OQSCD003, ``status`` 004, ``validity`` 006.

    ``error`` and ``processing`` are (code, message). Result codes are never genuine: no public
    source has them (facts: oqs page, section 4).
    """

    segment: str = "1"
    status: str | None = "1"
    validity: str | None = None
    records: list[Record] = []
    has_list: bool = True
    error: tuple[str, str] | None = None
    processing: tuple[str, str] | None = None
    delay: float = 0.0


class Inquiries(Protocol):
    """The eligibility system."""

    def ask(self, inquiry: Inquiry) -> Answer: ...


# ------------------------------------------------------------------ 6. wire
class WireStage(enum.StrEnum):
    """Where on the way of one HTTP exchange something can happen."""

    ADDRESS = "address"
    """The client looks for the server, and there is no connection yet."""
    ACCEPT = "accept"
    HANDSHAKE = "handshake"
    REQUEST = "request"
    ANSWER = "answer"


class WireEvent(msgspec.Struct, kw_only=True, frozen=True):
    """One stage of one exchange. ``path`` and ``host`` are empty before the request is read.

    ``asked`` gives the inquiry in the request, or None when there is none in it; it costs a
    reading of the body and is called only for a fault that is about somebody.
    """

    stage: WireStage
    host: str = ""
    path: str = ""
    service: str = ""
    asked: Callable[[], Inquiry | None] | None = None


class WireAction(msgspec.Struct, kw_only=True, frozen=True):
    """What the wire does instead of going on. A field left alone changes nothing.

    In this order: wait ``delay`` seconds; answer ``status``/``body`` instead of the real answer,
    or ``raw`` bytes that need not be HTTP at all; pass the answer's body through ``rewrite``; frame
    it as ``framing`` has it, announce ``length`` bytes (a number, or what a function makes of the
    body), and put ``headers`` in, each in place of ours by that name; let ``cut_after`` bytes
    through (None: all), counted as ``cut_from`` has it; send that in pieces of ``pace`` (bytes,
    seconds between two pieces); then ``end`` the connection.

    - ``framing``: "" Content-Length · "chunked" · "chunk_error" a chunk whose size is none ·
      "no_last_chunk" · "until_close" no length at all
    - ``cut_from``: "" the body's first byte, and 0 lets nothing out at all · "body" the same, and
      0 lets the head out · "head" the first byte of the head
    - ``end``: "" keep it · "close" FIN · "farewell" TLS's close_notify, then FIN · "reset" RST ·
      "stall" say nothing until the deadline · at the stage ADDRESS, where there is nothing to end:
      "unresolved" no such name · "unreachable" no answer to a connection · "closed" it is refused

    ``alert`` refuses the TLS handshake. ``tls`` names another face that the server shows in this
    handshake (:mod:`onshi.doors.faces`).
    """

    delay: float = 0.0
    status: int | None = None
    reason: str = ""
    content_type: str = "text/html; charset=UTF-8"
    body: bytes = b""
    raw: bytes | None = None
    rewrite: Callable[[bytes], bytes] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    length: int | Callable[[bytes], int] | None = None
    framing: str = ""
    pace: tuple[int, float] | None = None
    cut_after: int | None = None
    cut_from: str = ""
    end: str = ""
    alert: bool = False
    tls: str = ""

    @property
    def only_delays(self) -> bool:
        """Whether nothing happens but that time passes."""
        return msgspec.structs.replace(self, delay=0.0) == _GO_ON


_GO_ON = WireAction()


class HttpRequest(msgspec.Struct, kw_only=True, frozen=True):
    """One request as a door read it. Header names are lower-case; ``peer`` is the subject CN of
    the client certificate, or None.
    """

    method: str
    host: str
    path: str
    headers: dict[str, str] = {}
    body: bytes = b""
    peer: str | None = None


class HttpReply(msgspec.Struct, kw_only=True, frozen=True):
    """The answer before the wire gets at it. ``delay`` is simulated seconds before it starts."""

    status: int
    body: bytes = b""
    content_type: str = "application/json;charset=UTF-8"
    delay: float = 0.0


class HttpService(Protocol):
    """The eligibility system's HTTP side, without sockets: shared by WebAPI and responses."""

    def handle(self, request: HttpRequest) -> HttpReply: ...

    def service_of(self, host: str, path: str) -> str:
        """``auth``, ``search`` or ``""`` for a path: what :class:`WireEvent` calls service."""

    def inquiry_in(self, request: HttpRequest) -> Inquiry | None:
        """What a search asks; None for another request, or one that is no message."""


class WireSeam(Protocol):
    def at(self, event: WireEvent) -> WireAction | None:
        """What happens here instead, or None for: go on."""


class Ports(Protocol):
    """The listeners that are open, for what faults do to them before there is a connection."""

    def shut(self, services: frozenset[str], how: str) -> Callable[[], None]:
        """Shut what leads to these services (``auth``, ``search``); what is returned opens it
        again, and may be called at any time.

        ``how``: "silent" nothing comes back, and connections fall silent · "closed" refused ·
        "unresolved" programs are told an address whose name leads nowhere.
        Raises :class:`onshi.errors.CannotDeliverError` where this machine cannot.
        """


# ---------------------------------------------------------------- 7. folder
class Delivery(msgspec.Struct, kw_only=True, frozen=True):
    """A file about to appear in ``where`` (``res`` or ``face``).

    ``kind`` is the message's family (``siquc01``, ``muquc02`` …), ``identifier`` its
    ArbitraryFileIdentifier, ``inquiry`` what it answers, where it answers one.
    """

    where: str
    name: str
    content: bytes
    kind: str = "siquc01"
    identifier: str | None = None
    inquiry: Inquiry | None = None

    def whole(self) -> list[Step]:
        """How it appears without a fault: at once, by a rename."""
        return [Step(op="write", name=self.name, content=self.content)]


class Step(msgspec.Struct, kw_only=True, frozen=True):
    """One step in the folder: ``wait`` seconds, or until ``cue`` is set, then do ``op``.

    On the file ``name`` in ``where`` (``req``, ``res``, ``face``; "" where the delivery goes):

    - "write" replaces atomically (temporary name, then rename)
    - "create" truncates and writes in place · "append" adds to a file that is there
    - "remove" · "rename" to ``to``
    - "lock" is "write", and held: nobody else can open the file on Windows; elsewhere an advisory
      lock · "unlock" lets go

    On the directory ``where``, without a name: "mode" gives it the permissions ``mode`` · "away"
    takes it out of the folder · "back" puts it there again. On neither: "cue" sets ``cue``.

    A file that is written has the permissions ``mode``, if given, and was last changed ``age``
    seconds ago.
    """

    op: str
    name: str = ""
    content: bytes = b""
    to: str = ""
    wait: float = 0.0
    where: str = ""
    mode: int | None = None
    age: float = 0.0
    cue: Event | None = None


class FolderSeam(Protocol):
    def deliver(self, delivery: Delivery) -> list[Step]: ...


class Ground(Protocol):
    """The exchange folder that is open, for what faults do there without a delivery."""

    def lay(self, steps: list[Step]) -> Callable[[], None]:
        """Take the steps; what is returned undoes them, and may be called at any time."""

    def tidy(self) -> None:
        """Undo what deliveries with a fault in them have left: all but whole results."""
