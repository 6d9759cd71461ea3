"""A driver: the naive clinic's adapter, its visits made of what the control API says.

Run in examples/naive with the environment of ``onshi serve``.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from datetime import date
from types import SimpleNamespace
from typing import Any

import msgspec

from onshi.people.records import Patient
from onshi.visit import Chart

sys.path[:0] = [".", "../reference"]


def control(method: str, path: str, body: Any = None) -> Any:
    """One call of the control API."""
    request = urllib.request.Request(
        os.environ["ONSHI_CONTROL_URL"] + path,
        json.dumps(body or {}).encode() if method == "POST" else None,
        {"Authorization": f"Bearer {os.environ['ONSHI_CONTROL_TOKEN']}"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def visit_of(told: dict[str, Any]) -> Any:
    """What an adapter calls a visit, behind it the control API."""
    at = f"/visits/{told['id']}"
    return SimpleNamespace(
        trouble=told["trouble"] or "",
        patient=msgspec.convert(told["patient"], Patient),
        brings=tuple(told["brings"]),
        says=told["says"],
        first_visit=told["first_visit"],
        chart=msgspec.convert(told["chart"], Chart | None),
        date=date.fromisoformat(told["date"]),
        surfaces=frozenset(told["surfaces"]),
        inquiry=told["inquiry"],
        papers=msgspec.convert(told["papers"], dict[str, Chart]),
        present=lambda: control("POST", f"{at}/present"),
        take_away=lambda: control("POST", f"{at}/take_away"),
        enter_pin=lambda: control("POST", f"{at}/pin")["pin"],
        decide=lambda prompt, options: control(
            "POST", f"{at}/decide", {"prompt": prompt, "options": list(options)}
        )["answer"],
    )


def main() -> None:
    from adapter import Naive

    clinic = Naive()
    clinic.in_process = False
    clinic.start(dict(os.environ))
    surfaces = sorted(clinic.surfaces)
    for trouble in control("GET", f"/troubles?surfaces={','.join(surfaces)}"):
        body = {"trouble": trouble["id"], "surfaces": surfaces}
        told = control("POST", "/desks/0/visits", body)
        clinic.reset()
        clinic.prepare(visit_of(told).chart)
        while told is not None:
            handling = msgspec.to_builtins(clinic.check_in(visit_of(told)))
            before, verdict = told, control("POST", f"/visits/{told['id']}/handling", handling)
            told = verdict["next"]
            if told is not None and told["following"] and not before["following"]:
                clinic.prepare(visit_of(told).chart)


main()
