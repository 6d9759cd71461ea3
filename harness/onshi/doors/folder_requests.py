"""How request files are found, waited for and answered."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from onshi.doors.folder_session import FolderSession
from onshi.eligibility import messages as m
from onshi.eligibility.api import inquiry_note
from onshi.eligibility.codes import UNREADABLE, Segment, Status
from onshi.eligibility.mapping import Heading, answer_document, inquiry_of
from onshi.eligibility.service import parse_day
from onshi.eligibility.xml import MAX_BYTES, NotAMessageError, parse_request, to_xml
from onshi.journal import Lane
from onshi.seams import Answer, Delivery

__all__ = ["Requests"]

_REQUEST = re.compile(r"OQSsiquc01req_(?P<suffix>.+)\.xml", re.IGNORECASE)
_KIND = re.compile(r"([A-Za-z]{3,9}\d{2}req)_")


class Requests:
    """What lies in ``req`` of a session.

    A request is taken once it parses and its writer has closed it, as notifications tell; where
    there are none, once it was the same at two looks. One that does not parse has ``settle``
    seconds to stay the same before it counts as malformed and not as half written.
    """

    def __init__(self, session: FolderSession, settle: float) -> None:
        self._session, self._settle = session, settle
        self._folder = str(session.root / "req")
        self._seen: dict[str, _Look] = {}

    def look(self) -> bool:
        """One look; whether another is wanted soon, at a file that was not seen so before.

        Raises OSError when the folder cannot be read, or a request not be taken.
        """
        now = dict(_files(self._folder))
        if not now and not self._seen:
            return False
        for name in [n for n in self._seen if n not in now]:
            del self._seen[name]
        heard, soon = self._session.heard, False
        stuck: OSError | None = None
        for name in sorted(now):
            look = self._seen.get(name)
            fresh = look is None or look.mark != now[name]
            if look is None or fresh:
                look = self._seen[name] = _Look(now[name])
            if heard.being_written(name, now[name][0]):
                continue
            if fresh and not heard.whole(name):
                soon = True
            elif not look.ignored:
                try:
                    self._consider(name, look)
                except FileNotFoundError:
                    continue  # withdrawn
                except OSError as e:  # still locked by its writer; for long: a trouble
                    if time.monotonic() - look.since > self._settle:
                        stuck = e
        if stuck is not None:
            raise stuck
        return soon

    def _consider(self, name: str, look: _Look) -> None:
        """A file that no writer has open: take it, wait, or leave it alone."""
        session = self._session
        if look.left == session.round:
            return
        found = _REQUEST.fullmatch(name)
        if found is None:
            look.ignored = True
            kind = _KIND.match(name)
            session.lane().event("ignored", kind=kind[1] if kind else "other")
            return
        path = Path(self._folder, name)
        request = _parsed(_read(path))
        if request is None and time.monotonic() - look.since < self._settle:
            return
        if not session.takes(name, inquiry_of(request) if request else None):
            look.left = session.round
            return
        path.unlink()
        session.run(_Exchange(session, found["suffix"], request, session.lane()).run)


@dataclass
class _Look:
    """What a file was like when first seen so; ``mark`` is (size, mtime in ns, inode).

    ``left``: a fault has left it lying there, in this round of the session.
    """

    mark: tuple[int, int, int]
    since: float = field(default_factory=time.monotonic)
    ignored: bool = False
    left: int | None = None


def _files(folder: str) -> Iterator[tuple[str, tuple[int, int, int]]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if entry.is_file(follow_symlinks=False):
                    stat = entry.stat(follow_symlinks=False)
                    yield entry.name, (stat.st_size, stat.st_mtime_ns, stat.st_ino)
            except FileNotFoundError:
                continue


def _read(path: Path) -> bytes:
    with path.open("rb") as f:
        return f.read(MAX_BYTES + 1)


def _parsed(data: bytes) -> m.RequestDocument | None:
    try:
        return parse_request(data)
    except NotAMessageError:
        return None


@dataclass
class _Exchange:
    """One request that was taken (``None``: it was malformed) and the result to it."""

    session: FolderSession
    suffix: str
    request: m.RequestDocument | None
    lane: Lane

    def run(self, session: FolderSession) -> None:
        if (asked := self.request) is None:
            (content, delay), identifier, inquiry = self._malformed(), None, None
        else:
            content, delay = self._answer(asked)
            identifier = asked.xml_msg.message_header.arbitrary_file_identifier
            inquiry = inquiry_of(asked)
        delivery = Delivery(
            where="res",
            name=f"OQSsiquc01res_{self.suffix}.xml",
            content=content,
            identifier=identifier,
            inquiry=inquiry,
        )
        session.deliver(delivery, self.lane, delay)

    def _answer(self, request: m.RequestDocument) -> tuple[bytes, float]:
        back = self.session.backstage
        header = request.xml_msg.message_header
        inquiry = inquiry_of(request)
        self.lane.event("request", **inquiry_note(inquiry))
        answer = back.inquiries.ask(inquiry)
        self.lane.event(
            "answer",
            segment=answer.segment,
            status=answer.status,
            validity=answer.validity,
            records=len(answer.records),
        )
        heading = Heading(
            institution=header.medical_institution_code or back.site.institution_code,
            on=parse_day(inquiry.date) or back.clock.today,
            now=back.clock.now(),
            identifier=header.arbitrary_file_identifier,
            encoding=back.site.encoding,
            codes=back.site.codes,
            echo=inquiry,
        )
        return to_xml(answer_document(answer, heading), back.site.encoding), answer.delay

    def _malformed(self) -> tuple[bytes, float]:
        back = self.session.backstage
        self.lane.event("request", malformed=True)
        answer = Answer(
            segment=Segment.FAILED,
            status=Status.ERROR,
            has_list=False,
            error=UNREADABLE,
            processing=UNREADABLE,
        )
        heading = Heading(
            institution=back.site.institution_code,
            on=back.clock.today,
            now=back.clock.now(),
            encoding=back.site.encoding,
            codes=back.site.codes,
        )
        return to_xml(answer_document(answer, heading), back.site.encoding), 0.0
