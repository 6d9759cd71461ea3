"""Shared by all tests: pytester, and the process' own PC/SC socket claimed before any client."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import settings

from onshi import pki
from onshi.people.records import Patient
from wire_clients import WireClients

pytest_plugins = ["pytester"]

# The same examples in every run of `make test`; the soak asks for more, and others each time.
settings.register_profile("same", derandomize=True, database=None)
settings.load_profile("default" if os.environ.get("ONSHI_TEST_EXAMPLES") else "same")


@pytest.fixture(scope="session", autouse=True)
def _claimed_socket() -> None:
    """libpcsclite reads the socket's path once per process: ours must be there first."""
    from onshi.endpoints import process_endpoints

    _ = process_endpoints().pcsc


@pytest.fixture(scope="module", autouse=True)
def _nothing_of_pyscard_left() -> Iterator[None]:
    """The next module may run in the same process: no context of ours is held, no monitor lives."""
    yield
    scard = sys.modules.get("smartcard.scard._scard")
    if scard is not None:
        owners = [type(getattr(one, "__self__", None)) for one in vars(scard).values()]
        replaced = [one for one in owners if one.__module__.startswith("onshi.")]
        assert not replaced, "contexts were not released, so pyscard's functions are still replaced"
    monitoring = sys.modules.get("smartcard.CardMonitoring")
    thread = monitoring.CardMonitoringThread.instance if monitoring is not None else None
    assert thread is None, "a CardMonitor has not been stopped"


@pytest.fixture
def patient() -> Patient:
    return Patient(
        key="p1",
        family="試験",
        given="花子",
        family_kana="シケン",
        given_kana="ハナコ",
        sex="2",
        birthdate=date(1980, 2, 17),
        postcode="1000000",
        address="東京都試験区架空町一丁目２番３号",
        municipality="13221",
        mynumber="000000000000",
    )


@pytest.fixture(scope="session")
def wire_clients() -> Iterator[WireClients]:
    """Real HTTPS clients; Node and Java are one process each in the whole run."""
    with WireClients(pki.files()) as clients:
        yield clients
