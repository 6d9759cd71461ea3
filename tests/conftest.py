"""Shared by all tests: pytester, and the process' own PC/SC socket claimed before any client."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session", autouse=True)
def _claimed_socket() -> None:
    """libpcsclite reads the socket's path once per process: ours must be there first."""
    from onshi.endpoints import process_endpoints

    _ = process_endpoints().pcsc
