"""Every wire fault, met by curl, openssl, requests, urllib3 and Node: as docs/wire-faults.md says.

With other versions of the clients than the page's, what counts is whether an answer came.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from wire_table import COLUMNS, TLS, Case, cases, kind, of_page, row, versions

from onshi import pki
from onshi.faults.registry import fault_names, find_fault
from onshi.seams import WireStage
from wire_clients import WireClients

CASES = cases()
EARLY = (WireStage.ACCEPT, WireStage.HANDSHAKE)
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)


@pytest.fixture(scope="module")
def clients() -> Iterator[WireClients]:
    with WireClients(pki.files()) as clients:
        yield clients


@pytest.fixture(scope="module")
def page() -> dict[str, dict[str, dict[str, str]]]:
    return of_page()[1]


@pytest.fixture(scope="module")
def same_versions() -> bool:
    return of_page()[0] == versions()


def compare(seen: dict[str, str], told: dict[str, str], same_versions: bool, case: Case) -> None:
    if not same_versions:
        seen, told = ({c: kind(w) for c, w in words.items()} for words in (seen, told))
    assert seen == told, f"{case.label}: measure anew with tests/webapi/wire_table.py"


def test_the_page_has_every_wire_fault_and_no_other(page) -> None:
    assert list(page) == [case.label for case in CASES]
    assert {c.fault for c in CASES} == {n for n in fault_names() if n.startswith("wire.")}
    for by_tls in page.values():
        for told in by_tls.values():
            assert set(told) == set(COLUMNS)
            assert all(told.values())


@each_case
def test_what_each_client_sees(
    case: Case, clients: WireClients, make_bench: Any, inquiry: str, page, same_versions: bool
) -> None:
    stage = getattr(find_fault(case.fault), "STAGE", None)
    for tls in TLS if stage in EARLY and not case.waits else TLS[:1]:
        bench = make_bench(scale=0.02, deadline=90.0)
        seen = row(clients, case, bench, inquiry, tls)
        compare(seen, page[case.label][tls], same_versions, case)


@pytest.mark.soak
@each_case
def test_what_each_client_sees_over_tls_1_2(
    case: Case, clients: WireClients, make_bench: Any, inquiry: str, page, same_versions: bool
) -> None:
    bench = make_bench(scale=0.02, deadline=90.0)
    compare(row(clients, case, bench, inquiry, "1.2"), page[case.label]["1.2"], same_versions, case)


@pytest.mark.parametrize("tls", TLS)
def test_without_a_fault_every_client_gets_the_answer(
    tls: str, clients: WireClients, bench: Any, inquiry: str
) -> None:
    headers = {"Authorization": "token", "Content-Type": "application/json"}
    for client in COLUMNS:
        seen = clients.look(client, bench.search, tls=tls, data=inquiry.encode(), headers=headers)
        assert seen.word.removeprefix(client).strip() == "200"
        assert b'"SegmentOfResult"' in seen.body
