"""Operations on desks: make, look, change what is there, read the journal."""

from __future__ import annotations

from typing import Any

from onshi.card.device import device_names
from onshi.errors import UnknownNameError
from onshi.faults import find_fault
from onshi.people.generate import KINDS
from onshi.reception import patient_facts
from onshi.serve import bodies
from onshi.serve.counter import Counter
from onshi.serve.errors import RefusedError, blaming
from onshi.serve.hub import Hub
from onshi.serve.operations import Call, Text, operation

__all__ = ["shown"]

_DESK = "/desks/{desk}"


def shown(hub: Hub, counter: Counter) -> bodies.DeskAnswer:
    """A desk as it is now."""
    with counter.held() as desk:
        sitting = counter.sitting
        return bodies.DeskAnswer(
            id=counter.key,
            seed=counter.world.seed,
            date=desk.clock.today,
            doors=list(desk.doors),
            surfaces=sorted(desk.surfaces),
            card_present=desk.reader.has_card(),
            patient=desk.patient.key,
            troubles=desk.injections.troubles,
            faults=desk.injections.faults,
            visit=sitting.id if sitting is not None else None,
            env=counter.env,
            warnings=hub.warnings(counter),
        )


def _given(body: Any) -> dict[str, Any]:
    """The fields of a body that say something."""
    return {n: v for n in body.__struct_fields__ if (v := getattr(body, n)) is not None}


@operation("GET", "/desks", tag="desks", answer=list[bodies.DeskAnswer])
def list_desks(hub: Hub, call: Call) -> list[bodies.DeskAnswer]:
    """Every desk of the process."""
    return [shown(hub, counter) for counter in hub.desks]


@operation(
    "POST", "/desks", tag="desks", body=bodies.DeskBody, answer=bodies.DeskAnswer, status=201,
    refusals=(404, 409),
)  # fmt: skip
def open_desk(hub: Hub, call: Call) -> bodies.DeskAnswer:
    """Open a further desk with addresses of its own."""
    given = _given(call.body)
    if given.get("doors") == ():
        raise RefusedError(400, "name one or more doors, or leave it out", field="doors")
    return shown(hub, hub.open(**given))


@operation("GET", _DESK, tag="desks", answer=bodies.DeskAnswer, refusals=(404,))
def show_desk(hub: Hub, call: Call) -> bodies.DeskAnswer:
    """One desk: its addresses, who is there, and what is at work."""
    return shown(hub, hub.desk(call.path["desk"]))


@operation("DELETE", _DESK, tag="desks", status=204, refusals=(404, 409))
def close_desk(hub: Hub, call: Call) -> None:
    """Close a further desk; the desk 0 stays."""
    hub.close_desk(call.path["desk"])


@operation(
    "POST", f"{_DESK}/reset", tag="desks", body=bodies.ResetBody, answer=bodies.DeskAnswer,
    refusals=(404, 503),
)  # fmt: skip
def reset_desk(hub: Hub, call: Call) -> bodies.DeskAnswer:
    """Make the desk anew at the same addresses."""
    counter = hub.desk(call.path["desk"])
    with counter.lock:
        counter.reset(**_given(call.body))
    return shown(hub, counter)


@operation("GET", f"{_DESK}/patient", tag="patient", answer=dict[str, Any], refusals=(404,))
def show_patient(hub: Hub, call: Call) -> dict[str, Any]:
    """Who is at the desk, as in the file ONSHI_PATIENT."""
    with hub.desk(call.path["desk"]).held() as desk:
        return patient_facts(desk)


@operation(
    "POST", f"{_DESK}/patient/next", tag="patient", body=bodies.PatientBody,
    answer=dict[str, Any], refusals=(404,),
)  # fmt: skip
def next_patient(hub: Hub, call: Call) -> dict[str, Any]:
    """The next person comes, with a card of their own on the reader."""
    counter = hub.desk(call.path["desk"])
    with counter.held() as desk, blaming("kind"):
        if call.body.kind not in KINDS:
            known = ", ".join(filter(None, KINDS))
            raise UnknownNameError("kind of person", call.body.kind, KINDS, f"there are: {known}")
        counter.leave("the next patient came")
        desk.next_patient(call.body.kind)
        return patient_facts(desk)


@operation(
    "POST", f"{_DESK}/troubles/{{trouble}}", tag="faults", body=bodies.Empty,
    answer=bodies.DeskAnswer, refusals=(404, 409),
)  # fmt: skip
def apply_trouble(hub: Hub, call: Call) -> bodies.DeskAnswer:
    """Bring a trouble about, without a visit: person, date, scene and faults."""
    counter = hub.desk(call.path["desk"])
    with counter.held() as desk:
        desk.apply(call.path["trouble"])
        return shown(hub, counter)


@operation(
    "DELETE", f"{_DESK}/troubles/{{trouble}}", tag="faults", answer=bodies.DeskAnswer,
    refusals=(404,),
)  # fmt: skip
def lift_trouble(hub: Hub, call: Call) -> bodies.DeskAnswer:
    """End a trouble and undo what it did to the scene; its person and its date stay."""
    counter = hub.desk(call.path["desk"])
    with counter.held() as desk:
        desk.injections.lift_trouble(call.path["trouble"])
        return shown(hub, counter)


@operation(
    "POST", f"{_DESK}/faults/{{fault}}", tag="faults", body=bodies.FaultBody,
    answer=bodies.DeskAnswer, refusals=(404, 409),
)  # fmt: skip
def inject_fault(hub: Hub, call: Call) -> bodies.DeskAnswer:
    """Put one fault to work, on a schedule."""
    counter = hub.desk(call.path["desk"])
    find_fault(call.path["fault"])
    with counter.held() as desk, blaming("settings"):
        desk.inject(call.path["fault"], call.body.when, **call.body.settings)
        return shown(hub, counter)


@operation(
    "DELETE", f"{_DESK}/faults/{{fault}}", tag="faults", answer=bodies.DeskAnswer, refusals=(404,)
)
def lift_fault(hub: Hub, call: Call) -> bodies.DeskAnswer:
    """End every fault of this name."""
    counter = hub.desk(call.path["desk"])
    with counter.held() as desk:
        desk.injections.lift_fault(call.path["fault"])
        return shown(hub, counter)


@operation(
    "POST", f"{_DESK}/card/insert", tag="card", body=bodies.Empty, answer=bodies.DeskAnswer,
    refusals=(404,),
)  # fmt: skip
def insert_card(hub: Hub, call: Call) -> bodies.DeskAnswer:
    """Put the patient's card on the reader."""
    counter = hub.desk(call.path["desk"])
    with counter.held() as desk:
        desk.insert_card()
        return shown(hub, counter)


@operation(
    "POST", f"{_DESK}/card/remove", tag="card", body=bodies.Empty, answer=bodies.DeskAnswer,
    refusals=(404,),
)  # fmt: skip
def remove_card(hub: Hub, call: Call) -> bodies.DeskAnswer:
    """Take the card off the reader."""
    counter = hub.desk(call.path["desk"])
    with counter.held() as desk:
        desk.remove_card()
        return shown(hub, counter)


@operation(
    "POST", f"{_DESK}/card/replace", tag="card", body=bodies.CardBody, answer=bodies.DeskAnswer,
    refusals=(404,),
)  # fmt: skip
def replace_card(hub: Hub, call: Call) -> bodies.DeskAnswer:
    """Lay another card down instead: a Suica, an 住基カード."""
    counter = hub.desk(call.path["desk"])
    with counter.held() as desk, blaming("kind"):
        if call.body.kind not in device_names():
            raise UnknownNameError("card", call.body.kind, device_names())
        desk.lay_down(call.body.kind)
        return shown(hub, counter)


@operation(
    "POST", f"{_DESK}/date", tag="desks", body=bodies.DateBody, answer=bodies.DeskAnswer,
    refusals=(404,),
)  # fmt: skip
def set_date(hub: Hub, call: Call) -> bodies.DeskAnswer:
    """Move the business date; later visits begin on it."""
    counter = hub.desk(call.path["desk"])
    with counter.held() as desk, blaming("date"):
        desk.travel(call.body.date)
        counter.world = counter.world.on(desk.clock.today)
        return shown(hub, counter)


@operation(
    "GET", f"{_DESK}/journal", tag="journal", gives="application/jsonl", refusals=(404,),
    streams=True,
)  # fmt: skip
def read_journal(hub: Hub, call: Call) -> Text:
    """The canonical journal as JSON Lines; with `Accept: text/event-stream` the events as they
    happen, and on.
    """
    counter = hub.desk(call.path["desk"])
    return Text(counter.journal.canonical(), "application/jsonl; charset=utf-8")
