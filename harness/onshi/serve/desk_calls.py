"""Operations on desks: make, look, change what is there, read the journal."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from onshi.errors import UnknownNameError
from onshi.faults import find_fault
from onshi.handouts import patient_facts
from onshi.people.generate import KINDS
from onshi.serve import bodies
from onshi.serve.counter import Counter
from onshi.serve.errors import RefusedError, blaming
from onshi.serve.hub import Hub
from onshi.serve.operations import Call, Text, operation

__all__ = ["shown"]

_DESK = "/desks/{desk}"


def shown(hub: Hub, counter: Counter) -> bodies.DeskAnswer:
    """A desk as it is now."""
    with counter.lock:
        desk, sitting = counter.desk, counter.sitting
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


def _change(
    path: str,
    *,
    tag: str,
    method: str = "POST",
    body: type | None = bodies.Empty,
    refusals: tuple[int, ...] = (404,),
) -> Callable[[Callable[[Counter, Call], None]], Callable[[Hub, Call], bodies.DeskAnswer]]:
    """Enter an operation that changes a desk, which is held meanwhile and shown afterwards."""

    def enter(change: Callable[[Counter, Call], None]) -> Callable[[Hub, Call], bodies.DeskAnswer]:
        @wraps(change)
        def run(hub: Hub, call: Call) -> bodies.DeskAnswer:
            counter = hub.desk(call.path["desk"])
            with counter.lock:
                change(counter, call)
                return shown(hub, counter)

        operation(
            method,
            f"{_DESK}{path}",
            tag=tag,
            body=body,
            answer=bodies.DeskAnswer,
            refusals=refusals,
        )(run)
        return run

    return enter


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


@_change("/reset", tag="desks", body=bodies.ResetBody, refusals=(404, 503))
def reset_desk(counter: Counter, call: Call) -> None:
    """Make the desk anew at the same addresses."""
    counter.reset(**_given(call.body))


@operation("GET", f"{_DESK}/patient", tag="patient", answer=dict[str, Any], refusals=(404,))
def show_patient(hub: Hub, call: Call) -> dict[str, Any]:
    """Who is at the desk, as in the file ONSHI_PATIENT."""
    counter = hub.desk(call.path["desk"])
    with counter.lock:
        return patient_facts(counter.desk)


@operation(
    "POST", f"{_DESK}/patient/next", tag="patient", body=bodies.PatientBody,
    answer=dict[str, Any], refusals=(404,),
)  # fmt: skip
def next_patient(hub: Hub, call: Call) -> dict[str, Any]:
    """The next person comes, with a card of their own on the reader."""
    counter = hub.desk(call.path["desk"])
    with counter.lock, blaming("kind"):
        if call.body.kind not in KINDS:
            known = ", ".join(filter(None, KINDS))
            raise UnknownNameError("kind of person", call.body.kind, KINDS, f"there are: {known}")
        counter.leave("the next patient came")
        counter.desk.next_patient(call.body.kind)
        return patient_facts(counter.desk)


@_change("/troubles/{trouble}", tag="faults", refusals=(404, 409))
def apply_trouble(counter: Counter, call: Call) -> None:
    """Bring a trouble about, without a visit: person, date, scene and faults."""
    counter.desk.apply(call.path["trouble"])


@_change("/troubles/{trouble}", method="DELETE", tag="faults", body=None)
def lift_trouble(counter: Counter, call: Call) -> None:
    """End a trouble and undo what it did to the scene; its person and its date stay."""
    counter.desk.injections.lift_trouble(call.path["trouble"])


@_change("/faults/{fault}", tag="faults", body=bodies.FaultBody, refusals=(404, 409))
def inject_fault(counter: Counter, call: Call) -> None:
    """Put one fault to work, on a schedule."""
    find_fault(call.path["fault"])
    with blaming("settings"):
        counter.desk.inject(call.path["fault"], call.body.when, **call.body.settings)


@_change("/faults/{fault}", method="DELETE", tag="faults", body=None)
def lift_fault(counter: Counter, call: Call) -> None:
    """End every fault of this name."""
    counter.desk.injections.lift_fault(call.path["fault"])


@_change("/card/insert", tag="card")
def insert_card(counter: Counter, call: Call) -> None:
    """Put the patient's card on the reader."""
    counter.desk.insert_card()


@_change("/card/remove", tag="card")
def remove_card(counter: Counter, call: Call) -> None:
    """Take the card off the reader."""
    counter.desk.remove_card()


@_change("/card/replace", tag="card", body=bodies.CardBody)
def replace_card(counter: Counter, call: Call) -> None:
    """Lay another card down instead: a Suica, an 住基カード."""
    with blaming("kind"):
        counter.desk.lay_down(call.body.kind)


@_change("/date", tag="desks", body=bodies.DateBody)
def set_date(counter: Counter, call: Call) -> None:
    """Move the business date; later visits begin on it."""
    with blaming("date"):
        counter.desk.travel(call.body.date)
    counter.world = counter.world.on(counter.desk.clock.today)


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
