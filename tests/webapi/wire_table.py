"""docs/wire-faults.md: what five clients see of every wire fault, measured.

``PYTHONPATH=tests:tests/webapi .venv/bin/python tests/webapi/wire_table.py`` writes the page's
table anew; it is read by people before it is committed.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from onshi.faults.registry import fault_names, make_fault
from wire_clients import WireClients

PAGE = Path(__file__).parents[2] / "docs" / "wire-faults.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
COLUMNS = ("curl", "openssl", "requests", "urllib3", "node")
TLS = ("1.3", "1.2")
PATIENCE = 0.6
"""Seconds that a client waits where it would wait for nothing."""


@dataclass(frozen=True)
class Case:
    """One fault with its settings; ``waits``: the clients run into their time-outs.

    ``login``: met at the login, which wants a client certificate.
    """

    fault: str
    settings: dict[str, Any] = field(default_factory=dict)
    waits: bool = False
    login: bool = False

    @property
    def label(self) -> str:
        told = ", ".join(f"{k}={_told(v)}" for k, v in self.settings.items())
        return f"`{self.fault}`" + (f" {told}" if told else "") + " at login" * self.login


def _told(value: Any) -> str:
    return f"`{value}`" if isinstance(value, str) else str(value).replace("|", "/")


OTHERS = {
    "wire.close": [Case("wire.close"), Case("wire.close", {"answered": True})],
    "wire.congestion": [Case("wire.congestion", {"lines": 1, "load": 1e9})],
    "wire.reset": [Case("wire.reset"), Case("wire.reset", {"after_bytes": 100})],
    "wire.silent": [Case("wire.silent", waits=True)],
    "wire.slow": [Case("wire.slow", waits=True)],
    "wire.stall": [
        Case("wire.stall", waits=True),
        Case("wire.stall", {"after_bytes": 100}, waits=True),
    ],
    "wire.stall_tls": [Case("wire.stall_tls", waits=True)],
    "wire.status": [
        Case("wire.status"),
        Case("wire.status", login=True),
    ],
    "wire.tls_client_expired": [Case("wire.tls_client_expired", login=True)],
    "wire.tls_client_refused": [
        Case("wire.tls_client_refused", {"alert": alert}, login=True)
        for alert in ("bad_certificate", "certificate_revoked", "certificate_unknown", "unknown_ca")
    ],
    "wire.unreachable": [Case("wire.unreachable", waits=True)],
}
"""Faults that are shown otherwise than once, with their own settings, at the search."""
EITHER = {("`wire.reset` after_bytes=100", "node"): ("ECONNRESET", "UND_ERR_SOCKET")}
"""Where a client sees now this, now that: Node, when a reset comes close behind its bytes."""


def cases() -> list[Case]:
    """Every wire fault, in the order of their names."""
    names = [name for name in fault_names() if name.startswith("wire.")]
    return [case for name in names for case in OTHERS.get(name, [Case(name)])]


def saw(clients: WireClients, client: str, case: Case, bench: Any, inquiry: str, tls: str) -> str:
    """What one client saw, without its own name in front."""
    if case.login and client == "node":
        client = "node https"
    word = clients.saw(
        client,
        bench.login if case.login else bench.search,
        cert=clients.certificate if case.login else None,
        tls=tls,
        data=b"{}" if case.login else inquiry.encode(),
        headers={"Authorization": "token", "Content-Type": "application/json"},
        timeout=PATIENCE if case.waits else 15.0,
    )
    found = word.removeprefix(client).strip()
    either = EITHER.get((case.label, client), ())
    return " or ".join(either) if found in either else found


def row(clients: WireClients, case: Case, bench: Any, inquiry: str, tls: str) -> dict[str, str]:
    """All clients at once, each on a connection of its own."""
    bench.board.add(make_fault(case.fault, case.settings))
    try:
        with ThreadPoolExecutor(len(COLUMNS)) as pool:
            found = pool.map(lambda c: saw(clients, c, case, bench, inquiry, tls), COLUMNS)
            return dict(zip(COLUMNS, found, strict=True))
    finally:
        bench.board.clear()


def versions() -> dict[str, str]:
    """The clients and their versions, as the page names them."""

    def said(*command: str) -> str:
        text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
        found = re.search(r"\d+\.\d+\.\d+", text.stdout)
        assert found is not None
        return found[0]

    return {
        "curl": said("curl", "--version"),
        "openssl": said("openssl", "version"),
        "requests": version("requests"),
        "urllib3": version("urllib3"),
        "node": said("node", "--version"),
    }


def kind(word: str) -> str:
    """A status, or that there was none: what stays the same from one version to the next."""
    statuses = re.findall(r"\b[1-5]\d\d\b", word)
    failed = re.search(r"[A-Z]\w*Error|ERR|E[A-Z]{4,}|alert|eof|errno|timeout|nothing", word)
    return statuses[-1] if statuses and not failed else "failed"


def lines(rows: Iterable[tuple[Case, dict[str, dict[str, str]]]]) -> Iterator[str]:
    """The table; where TLS 1.2 shows something else, it stands below."""
    yield f"| fault | {' | '.join(COLUMNS)} |"
    yield f"|---|{'---|' * len(COLUMNS)}"
    for case, by_tls in rows:
        cells = []
        for client in COLUMNS:
            new, old = (by_tls[tls][client] for tls in TLS)
            cells.append(new if new == old else f"{new}<br>1.2: {old}")
        yield f"| {case.label} | {' | '.join(cells)} |"


def told_versions() -> str:
    return " · ".join(f"{name} {number}" for name, number in versions().items())


def of_page() -> tuple[dict[str, str], dict[str, dict[str, dict[str, str]]]]:
    """What the page says: versions, and per fault's label, TLS version and client the word."""
    text = PAGE.read_text(encoding="utf-8")
    table = text[text.index(BEGIN) : text.index(END)].splitlines()[1:]
    named = dict(re.findall(r"(\w+) (\d+\.\d+\.\d+)", table[0]))
    found: dict[str, dict[str, dict[str, str]]] = {}
    for line in table:
        if not line.startswith("| `"):
            continue
        label, *cells = (cell.strip() for cell in line.strip("|").split(" | "))
        by_tls: dict[str, dict[str, str]] = {tls: {} for tls in TLS}
        for client, cell in zip(COLUMNS, cells, strict=True):
            new, _, old = cell.partition("<br>1.2: ")
            by_tls["1.3"][client] = new.strip()
            by_tls["1.2"][client] = (old or new).strip()
        found[label.strip()] = by_tls
    return named, found


def main() -> None:
    """Measure everything and put the table into the page."""
    import json

    from conftest import Bench
    from onshi import pki
    from onshi.doors.webapi import WebApiDoor

    inquiry = json.dumps({"XmlMsg": {"MessageHeader": {}, "MessageBody": {}}})
    door = WebApiDoor()
    door.start()
    rows = []
    try:
        with WireClients(pki.files()) as clients:
            for case in cases():
                bench = Bench(door, scale=0.02, deadline=90.0)
                bench.attach()
                by_tls = {tls: row(clients, case, bench, inquiry, tls) for tls in TLS}
                rows.append((case, by_tls))
                print(case.label, by_tls)
    finally:
        door.close()
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    table = "\n".join(lines(rows))
    PAGE.write_text(
        f"{before}{BEGIN}\n{told_versions()}\n\n{table}\n{END}{rest.split(END)[1]}",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
