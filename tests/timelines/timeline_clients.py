"""What a program sees at the desk on one day: plain requests, a face file, pyscard."""

from __future__ import annotations

import contextlib
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from smartcard.Exceptions import SmartcardException
from smartcard.pcsc.PCSCExceptions import BaseSCardException
from smartcard.System import readers

import onshi
from onshi.catalogue.records import Step, Timeline, Trouble
from onshi.catalogue.timelines import as_trouble
from onshi.course import Course
from onshi.eligibility.api import LOGIN_PATH, PRODUCTION_LOGIN, PRODUCTION_SEARCH, SEARCH_PATH
from onshi.visit import Handling, Visit

PATIENCE = 60.0
"""Seconds that a client waits for an answer."""
JPKI = list(bytes.fromhex("00A4040C0AD392F000260100000001"))
AUTH_PIN = list(bytes.fromhex("00A4020C020018"))
DOORS = {"webapi": "responses", "face": "face", "pcsc": "pcsc", "folder": "folder"}


@dataclass
class Seen:
    """``code`` is OQSCD006 or ``silent``; ``fields`` what the first qualification has.

    ``reads``: whether the card could be used; None: nobody tried.
    """

    code: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    reads: bool | None = None
    sws: tuple[str, ...] = ()


def by_webapi(desk: onshi.Desk, visit: Visit) -> Seen:
    """A login and a search for the chart's numbers, as a program with ``requests`` does it."""
    search = {"QualificationConfirmSearchInfo": dict(visit.inquiry)}
    header = {
        "QualificationConfirmationDate": visit.date.strftime("%Y%m%d"),
        "MedicalInstitutionCode": desk.site.institution_code,
    }
    message = {"XmlMsg": {"MessageHeader": header, "MessageBody": search}}
    try:
        login = requests.post(
            PRODUCTION_LOGIN + LOGIN_PATH, json={}, cert="client.pem", timeout=PATIENCE
        )
        login.raise_for_status()
        reply = requests.post(
            PRODUCTION_SEARCH + SEARCH_PATH,
            json=message,
            headers={"Authorization": login.json()["result"]["idToken"]},
            timeout=PATIENCE,
        )
        reply.raise_for_status()
        body = reply.json()["XmlMsg"].get("MessageBody", {})
    except (requests.RequestException, ValueError):
        return Seen("silent")
    if "QualificationValidity" not in body:
        return Seen("silent")
    found = body.get("ResultList") or [{}]
    return Seen(
        body["QualificationValidity"], found[0].get("ResultOfQualificationConfirmation", {})
    )


def by_face(desk: onshi.Desk, visit: Visit) -> Seen:
    """The patient identifies at the face reader, and a program reads the file that appears."""
    folder = desk.folder / "face"
    before = set(folder.iterdir())
    visit.present()
    desk.let_late_files_arrive()
    new = sorted(set(folder.iterdir()) - before)
    if not new:
        return Seen("silent", reads=False)
    try:
        root = ET.fromstring(new[-1].read_bytes())
    except ET.ParseError:
        return Seen("silent", reads=True)
    code = root.findtext(".//QualificationValidity") or "silent"
    record = root.find(".//ResultOfQualificationConfirmation")
    fields = {e.tag: e.text or "" for e in record.iter()} if record is not None else {}
    return Seen(code, fields, reads=True)


def by_card(desk: onshi.Desk, visit: Visit) -> Seen:
    """A program finds the reader, selects 公的個人認証 and tries the PINs that are typed."""
    visit.present()
    sws = []
    try:
        with _connected() as card:
            reads = card.transmit(JPKI)[1:] == (0x90, 0x00)
            card.transmit(AUTH_PIN)
            while (pin := visit.enter_pin()) is not None:
                *_, sw1, sw2 = card.transmit([0x00, 0x20, 0x00, 0x80, len(pin), *pin.encode()])
                sws.append(f"{sw1:02X}{sw2:02X}")
    except (SmartcardException, BaseSCardException, IndexError):
        return Seen(reads=False, sws=tuple(sws))
    return Seen(reads=reads, sws=tuple(sws))


@contextlib.contextmanager
def _connected() -> Any:
    """A card in the first reader in which one can be used, as sensible programs look for it."""
    found, problem = readers(), None
    for reader in found:
        card = reader.createConnection()
        try:
            card.connect()
        except SmartcardException as e:
            problem = e
            card.release()
            continue
        try:
            yield card
        finally:
            card.disconnect()
            card.release()
        return
    raise problem or IndexError("no reader")


CLIENTS: dict[str, Callable[[onshi.Desk, Visit], Seen]] = {
    "webapi": by_webapi,
    "face": by_face,
    "pcsc": by_card,
}


@dataclass
class Walked:
    """One step of a timeline as it went at a desk."""

    step: Step
    visit: Visit
    seen: Seen
    desk: onshi.Desk


def walk(
    timeline: Timeline | Trouble,
    surface: str,
    look: Callable[[Walked], None],
    *,
    client: Callable[[onshi.Desk, Visit], Seen] | None = None,
    doors: tuple[str, ...] = (),
    seed: int = 1,
) -> bytes:
    """Go through every step with one client; ``look`` is called at each. The canonical journal."""
    whole = as_trouble(timeline) if isinstance(timeline, Timeline) else timeline
    first = timeline.step[0] if isinstance(timeline, Timeline) else Step()
    steps = [first, *whole.situation.step]
    client = client or CLIENTS[surface]
    with onshi.Desk(date="2025-10-20", seed=seed, doors=doors or (DOORS[surface],)) as desk:
        course = Course(desk, whole, {surface})
        for step in steps:
            visit = course.visit
            assert visit is not None
            assert visit.date == desk.clock.today
            seen = Seen()
            if surface != "face" or (visit.purpose == "visit" and "card" in visit.brings):
                seen = client(desk, visit)
            look(Walked(step, visit, seen, desk))
            course.handled(Handling())
        return desk.journal.canonical()
