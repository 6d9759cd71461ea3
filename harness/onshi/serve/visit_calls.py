"""Operations on visits: present, PIN, decisions, claim, and the handling that is judged."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec

from onshi.claims.read import BadClaimError, read_uke
from onshi.outcomes import Row
from onshi.reports.text import failure_text, missing_text, waived_text
from onshi.serve import bodies
from onshi.serve.counter import Sitting
from onshi.serve.errors import RefusedError
from onshi.serve.hub import Hub
from onshi.serve.operations import BYTES, Call, Text, operation
from onshi.visit import Handling

__all__ = ["shown"]

_VISIT = "/visits/{visit}"
_TEXTS = {"failed": failure_text, "skipped": missing_text, "waived": waived_text}


def shown(sitting: Sitting) -> bodies.VisitAnswer:
    """A visit as a client sees it."""
    visit, trouble = sitting.visit, sitting.trouble
    patient = visit.patient
    return bodies.VisitAnswer(
        id=sitting.id,
        desk=sitting.counter.key,
        trouble=trouble.id if trouble is not None else None,
        title=trouble.title if trouble is not None else "",
        what=trouble.what if trouble is not None else "",
        number=sitting.number,
        purpose=visit.purpose,
        following=sitting.following,
        unknown=sitting.unknown,
        over=bool(sitting.over),
        patient={**msgspec.to_builtins(patient), "name": patient.name, "kana": patient.kana},
        brings=list(visit.brings),
        says=dict(visit.says),
        first_visit=visit.first_visit,
        chart=visit.chart,
        date=visit.date,
        surfaces=sorted(visit.surfaces),
        inquiry=dict(visit.inquiry),
        papers=dict(visit.papers),
        returns=str(visit.returns) if visit.returns is not None else None,
    )


@operation(
    "POST", "/desks/{desk}/visits", tag="visits", body=bodies.VisitBody,
    answer=bodies.VisitAnswer, status=201, refusals=(404, 409, 503),
)  # fmt: skip
def begin_visit(hub: Hub, call: Call) -> bodies.VisitAnswer:
    """A patient comes to the desk; with a trouble, that trouble is brought about first."""
    body = call.body
    return shown(hub.visit(call.path["desk"], body.trouble, body.surfaces, body.fresh))


@operation("GET", _VISIT, tag="visits", answer=bodies.VisitAnswer, refusals=(404,))
def show_visit(hub: Hub, call: Call) -> bodies.VisitAnswer:
    """The situation of a visit."""
    return shown(hub.sitting(call.path["visit"]))


@operation("DELETE", _VISIT, tag="visits", status=204, refusals=(404,))
def leave_visit(hub: Hub, call: Call) -> None:
    """The patient goes without having been received: no verdict."""
    sitting = hub.sitting(call.path["visit"])
    with sitting.counter.lock:
        if not sitting.over:
            sitting.counter.leave("the patient left")


@operation(
    "POST", f"{_VISIT}/present", tag="visits", body=bodies.Empty, answer=bodies.VisitAnswer,
    refusals=(404, 409),
)  # fmt: skip
def present(hub: Hub, call: Call) -> bodies.VisitAnswer:
    """The patient puts the card on the reader, or identifies at the face reader."""
    with _open(hub, call) as sitting:
        sitting.visit.present()
    return shown(sitting)


@operation(
    "POST", f"{_VISIT}/take_away", tag="visits", body=bodies.Empty, answer=bodies.VisitAnswer,
    refusals=(404, 409),
)  # fmt: skip
def take_away(hub: Hub, call: Call) -> bodies.VisitAnswer:
    """The patient takes the card back."""
    with _open(hub, call) as sitting:
        sitting.visit.take_away()
    return shown(sitting)


@operation(
    "POST", f"{_VISIT}/pin", tag="visits", body=bodies.Empty, answer=bodies.PinAnswer,
    refusals=(404, 409),
)  # fmt: skip
def enter_pin(hub: Hub, call: Call) -> bodies.PinAnswer:
    """What the patient types this time."""
    with _open(hub, call) as sitting:
        return bodies.PinAnswer(pin=sitting.visit.enter_pin())


@operation(
    "POST", f"{_VISIT}/decide", tag="visits", body=bodies.DecideBody, answer=bodies.DecideAnswer,
    refusals=(404, 409),
)  # fmt: skip
def decide(hub: Hub, call: Call) -> bodies.DecideAnswer:
    """What the operator answers to a question of the software."""
    with _open(hub, call) as sitting:
        answer = sitting.visit.decide(call.body.prompt, call.body.options)
    return bodies.DecideAnswer(answer=answer)


@operation(
    "POST", f"{_VISIT}/claim", tag="visits", body=bytes, takes=BYTES, status=204,
    refusals=(404, 409, 422),
)  # fmt: skip
def hand_in_claim(hub: Hub, call: Call) -> None:
    """The レセプト電算 file that the software wrote, byte for byte, at a visit whose purpose is
    `claim`. One that cannot be read counts, and fails the trouble, unless a better one follows.
    """
    with _open(hub, call) as sitting:
        if sitting.visit.purpose != "claim":
            raise RefusedError(
                409,
                f"no claim is due at visit {sitting.id}, whose purpose is "
                f"{sitting.visit.purpose}: report its handling, and hand the file in at the next "
                "visit whose purpose is claim (a trouble without one looks at no claim)",
            )
        sitting.claim = call.body
        try:
            read_uke(call.body)
        except BadClaimError as e:
            raise RefusedError(422, str(e)) from None


@operation("GET", f"{_VISIT}/returns", tag="visits", gives=BYTES, refusals=(404,))
def show_returns(hub: Hub, call: Call) -> Text:
    """The RECEIPTC.HEN that came back from the 審査支払機関, byte for byte."""
    sitting = hub.sitting(call.path["visit"])
    if sitting.visit.purpose != "returns":
        raise RefusedError(
            404,
            f"the purpose of visit {sitting.id} is {sitting.visit.purpose}: what came back is at "
            "the visit whose purpose is returns",
        )
    if not sitting.returned:
        raise RefusedError(404, "nothing came back: the claim was accepted, or none was handed in")
    return Text(sitting.returned, BYTES)


@operation(
    "POST", f"{_VISIT}/handling", tag="visits", body=bodies.HandlingBody,
    answer=bodies.HandlingAnswer, refusals=(404, 409),
)  # fmt: skip
def report_handling(hub: Hub, call: Call) -> bodies.HandlingAnswer:
    """What the software did; back come the next visit of this trouble, or the verdicts."""
    sitting, body = hub.sitting(call.path["visit"]), call.body
    said = Handling(**{name: getattr(body, name) for name in Handling.__struct_fields__})
    following, rows = hub.handled(
        sitting, said, alive=body.alive, returned=body.returned, error=body.error
    )
    if following is not None:
        return _answer(hub, sitting, following=shown(following))
    return _answer(hub, sitting, rows[0], also=[r.trouble for r in rows[1:]])


def _answer(
    hub: Hub,
    sitting: Sitting,
    row: Row | None = None,
    *,
    also: list[str] | None = None,
    following: bodies.VisitAnswer | None = None,
) -> bodies.HandlingAnswer:
    trouble = sitting.trouble.id if sitting.trouble is not None else None
    result: Any = row.result if row is not None else None
    return bodies.HandlingAnswer(
        visit=sitting.id,
        trouble=trouble,
        result=result,
        problem=row.problem if row is not None else "",
        broken=row.broken if row is not None else [],
        findings=row.findings if row is not None else [],
        text=_TEXTS[result](row) if row is not None and result in _TEXTS else "",
        also=also or [],
        warnings=hub.warnings(sitting.counter),
        next=following,
    )


@contextlib.contextmanager
def _open(hub: Hub, call: Call) -> Iterator[Sitting]:
    """The visit called for, its desk held. Raises :class:`RefusedError` when it is over."""
    sitting = hub.sitting(call.path["visit"])
    with sitting.counter.lock:
        sitting.check_open()
        yield sitting
