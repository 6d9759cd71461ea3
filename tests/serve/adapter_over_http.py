"""A driver: an example clinic's adapter, its visits made of what the control API says.

Run in examples/naive or examples/reference with the environment of ``onshi serve``; arguments are
troubles (without: those of the profile).
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec

from onshi.people.records import Patient
from onshi.visit import Chart

sys.path[:0] = [".", "../reference"]


def control(method: str, path: str, body: Any = None) -> Any:
    """One call of the control API; bytes are sent as they are."""
    sent = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    request = urllib.request.Request(
        os.environ["ONSHI_CONTROL_URL"] + path,
        sent if method == "POST" else None,
        {"Authorization": f"Bearer {os.environ['ONSHI_CONTROL_TOKEN']}"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        content = answer.read()
        json_ = answer.headers.get("Content-Type", "").startswith("application/json")
        return json.loads(content) if json_ else content


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
        purpose=told["purpose"],
        returns=told["returns"],
        present=lambda: control("POST", f"{at}/present"),
        take_away=lambda: control("POST", f"{at}/take_away"),
        enter_pin=lambda: control("POST", f"{at}/pin")["pin"],
        decide=lambda prompt, options: control(
            "POST", f"{at}/decide", {"prompt": prompt, "options": list(options)}
        )["answer"],
    )


def taken(clinic: Any, told: dict[str, Any], day: str) -> dict[str, Any]:
    """One step with the clinic: the fields of its handling."""
    visit = visit_of(told)
    if told["date"] != day:
        clinic.set_date(visit.date)
    if told["unknown"]:
        clinic.prepare(visit.chart)
    if told["purpose"] == "claim":
        clinic.close_month(visit.date)
        claim = msgspec.to_builtins(clinic.claim(visit)) or {}
        if path := claim.pop("path", None):
            control("POST", f"/visits/{told['id']}/claim", Path(path).read_bytes())
        return claim
    if told["purpose"] == "returns":
        if told["returns"] is None:
            return {}
        file = control("GET", f"/visits/{told['id']}/returns")
        assert file == Path(told["returns"]).read_bytes()
        return msgspec.to_builtins(clinic.import_returns(Path(told["returns"]))) or {}
    handling = msgspec.to_builtins(clinic.check_in(visit))
    alive = None if told["following"] else clinic.alive()
    return {**handling, "alive": alive}


def main() -> None:
    import adapter

    clinic = next(
        getattr(adapter, name) for name in ("Naive", "Reference") if name in vars(adapter)
    )()
    clinic.in_process = False
    clinic.start(dict(os.environ))
    surfaces = sorted(clinic.surfaces)
    listed = control("GET", f"/troubles?surfaces={','.join(surfaces)}")
    for trouble in sys.argv[1:] or [one["id"] for one in listed]:
        told = control("POST", "/desks/0/visits", {"trouble": trouble, "surfaces": surfaces})
        clinic.reset()
        day = ""
        while told is not None:
            handling = taken(clinic, told, day)
            day = told["date"]
            told = control("POST", f"/visits/{told['id']}/handling", handling)["next"]


main()
