"""One request of the exchange folder: its file read, and the file that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from onshi.doors.folder_session import FolderSession
from onshi.doors.folder_wrapping import Wrapping
from onshi.eligibility import messages as m
from onshi.eligibility.elements import Element
from onshi.eligibility.envelope import Reply
from onshi.eligibility.exchange import ExchangeService
from onshi.eligibility.kinds import Kind, kind_of, result_name
from onshi.eligibility.mapping import inquiry_of
from onshi.eligibility.xml import (
    MAX_BULK_BYTES,
    MAX_BYTES,
    NotAMessageError,
    encoding_of,
    parse,
    to_xml,
)
from onshi.journal import Lane
from onshi.seams import Delivery, Inquiry

__all__ = ["Exchange", "Request", "most_bytes"]


@dataclass(frozen=True)
class Request:
    """A request file that may be taken: ``asked`` is what it says, or ``why`` it says nothing.

    ``data`` are the bytes of the message, which may have been in a ZIP.
    """

    name: str
    kind: Kind
    data: bytes
    asked: Element | None
    why: str = ""

    @classmethod
    def read(cls, name: str, content: bytes, wrapping: Wrapping) -> Request | None:
        """The request in a file; None for a name of no kind that is answered."""
        found = kind_of(name)
        if found is None or found[2].lower() not in ("xml", "zip"):
            return None
        kind, _, extension = found
        try:
            data = wrapping.unwrap(kind, extension, content, most_bytes(kind))
            asked = parse(data, kind.request, limit=most_bytes(kind))
        except NotAMessageError as e:
            return cls(name, kind, b"", None, str(e))
        return cls(name, kind, data, asked)

    @property
    def inquiry(self) -> Inquiry | None:
        """What it asks, where it asks about one patient by numbers and birthdate."""
        return inquiry_of(self.asked) if isinstance(self.asked, m.RequestDocument) else None


def most_bytes(kind: Kind | None) -> int:
    """How many bytes a request may have; more are never read."""
    return MAX_BULK_BYTES if kind is not None and kind.bulk else MAX_BYTES


@dataclass(frozen=True)
class Exchange:
    """A request that was taken, and the result to it; ``arrived`` is told its name."""

    request: Request
    service: ExchangeService
    wrapping: Wrapping
    lane: Lane
    arrived: Callable[[str], None]

    def run(self, session: FolderSession) -> None:
        """Answer it: done in a thread of its own."""
        back = session.backstage
        reply = self._reply(back.site.encoding)
        name, content = self._file(reply, session)
        delivery = Delivery(
            where="res",
            name=name,
            content=content,
            kind=self.request.kind.family,
            identifier=reply.identifier,
            inquiry=reply.inquiry,
        )
        session.deliver(delivery, self.lane, reply.delay)
        self.arrived(name)

    def _reply(self, encoding: str) -> Reply:
        request, tell = self.request, self.lane.event
        if request.asked is None:
            return self.service.refuse(request.kind, request.why, tell)
        used = encoding_of(request.data)
        if used != encoding:
            tell("other_encoding", encoding=used)
        return self.service.answer(request.kind, request.asked, request.data, tell)

    def _file(self, reply: Reply, session: FolderSession) -> tuple[str, bytes]:
        """Name and bytes of the result file."""
        back, kind = session.backstage, self.request.kind
        if reply.pdf is not None:
            extension, content = "pdf", reply.pdf
        else:
            extension, content = "xml", to_xml(reply.document, back.site.encoding)
        plain = result_name(self.request.name, extension)
        if not self.wrapping.wraps(kind):
            return plain, content
        packed = self.wrapping.wrap(kind, plain, content, back.clock.now())
        return result_name(self.request.name, "zip"), packed
