"""A trouble makes do with another fault where its own cannot be delivered; a fault does not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import onshi
from onshi.errors import CannotDeliverError


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onshi.doors.silence.sys", SimpleNamespace(platform="win32"))


@pytest.mark.usefixtures("windows")
def test_a_lost_vpn_is_silence_where_ports_cannot_be_made_unreachable() -> None:
    with onshi.Desk(doors=("webapi",), date="2025-10-20") as desk:
        desk.apply("network.vpn_lost")
        (said,) = desk.journal.events("desk", "instead")
        assert (said["of"], said["fault"]) == ("wire.unreachable", "wire.stall_tls")
        with pytest.raises(CannotDeliverError, match="stall_tls"):
            desk.inject("wire.unreachable")


def test_elsewhere_it_is_itself() -> None:
    with onshi.Desk(doors=("webapi",), date="2025-10-20") as desk:
        desk.apply("network.vpn_lost")
        assert list(desk.journal.events("desk", "instead")) == []
