"""The door pyscard as on other platforms, faked, and without libpcsclite, for real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyscard_script import SELECT
from pyscard_tools import Background, connected, context, waits
from smartcard import scard
from smartcard.CardRequest import CardRequest
from smartcard.System import readers

from onshi import Desk
from onshi.doors import pyscard as door
from onshi.doors.pyscard_calls import Calls
from onshi.doors.pyscard_flavour import flavour_named
from onshi.errors import OnshiError
from onshi.platforms import libpcsclite_path
from onshi.reader import load_reader

UNRESPONSIVE, UNPOWERED = 0x80100066, 0x80100067
NO_READERS, SYSTEM_CANCELLED, STOPPED = 0x8010002E, 0x80100012, 0x8010001E


# ---------------------------------------------------------------- flavours
@pytest.mark.parametrize(
    ("flavour", "mute", "unsupported", "state"),
    [
        ("linux", UNPOWERED, 0x8010001F, 0x10034),
        ("macos", UNPOWERED, 0x8010001F, 0x10034),
        ("windows", UNRESPONSIVE, 0x80100022, 6),
    ],
)
def test_codes_and_states_are_the_platforms(
    open_desk: Callable[..., Desk], flavour: str, mute: int, unsupported: int, state: int
) -> None:
    desk = open_desk(flavour=flavour)
    _, handle, _ = connected(desk)
    assert scard.SCardGetAttrib(handle, 1) == [unsupported, []]
    assert scard.SCardIntroduceReader(context(), "a", "b") == unsupported
    assert scard.SCardStatus(handle)[2] == state
    scard.SCardDisconnect(handle, 0)
    desk.inject("card.mute")
    desk.show_card_again()
    name = desk.reader.states()[0].name
    assert scard.SCardConnect(context(), name, 2, 3) == [mute, 0, 0]


def test_a_code_that_a_fault_asks_for_is_given_as_it_is(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(flavour="windows")
    desk.inject("reader.return_code", {"match": "Connect"}, code="SCARD_W_UNPOWERED_CARD")
    name = desk.reader.states()[0].name
    assert scard.SCardConnect(context(), name, 2, 3) == [UNPOWERED, 0, 0]


def test_the_reader_has_the_name_that_windows_shows(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(flavour="windows")
    assert [str(reader) for reader in readers()] == [load_reader().windows_name]
    desk.close()
    open_desk(flavour="windows", reader_name="My reader 0")
    assert [str(reader) for reader in readers()] == ["My reader 0"]


def test_on_windows_the_service_stops_with_the_last_reader(
    open_desk: Callable[..., Desk],
) -> None:
    desk = open_desk(flavour="windows")
    number, name = context(), desk.reader.states()[0].name
    _, [(_, event, _)] = scard.SCardGetStatusChange(number, 0, [(name, 0)])
    call = Background(scard.SCardGetStatusChange, number, 20_000, [(name, event)])
    waits(number)
    desk.reader.unplug()
    assert call.ended(1)[0] == SYSTEM_CANCELLED
    assert scard.SCardListReaders(number, [])[0] == STOPPED
    assert scard.SCardListReaders(context(), [])[0] == NO_READERS
    desk.reader.plug()
    assert scard.SCardConnect(number, name, 2, 3)[0] == STOPPED
    assert connected(desk)
    assert scard.SCardReleaseContext(number) == 0


def test_pyscards_own_monitor_finds_the_reader_again(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(flavour="windows")
    desk.remove_card()
    request = CardRequest(timeout=20)
    call = Background(request.waitforcard)
    waits(request.pcsccardrequest.hcontext)
    desk.reader.unplug()
    desk.reader.plug()
    desk.insert_card()
    service = call.ended()
    service.connection.connect()
    assert bytes(service.connection.getATR()) == desk.reader.states()[0].atr


class _Windows(SimpleNamespace):
    """What pyscard's C module has on Windows: negative codes, and another bit for RAW."""

    SCARD_E_NO_SERVICE = 0x8010001D - 0x100000000
    SCARD_PROTOCOL_RAW = 0x10000


def test_a_module_with_negative_codes_gets_negative_codes(
    open_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The functions of a door made for such a module; nothing here has it for real."""
    made = door.PyscardDoor()
    module = _Windows(SCardTransmit=None, SCardLocateCards=None, **_plain())
    monkeypatch.setattr(door, "pyscard_module", lambda: module)
    desk = open_desk(doors=("folder",))
    made.attach(desk.reader, lambda calls: calls, flavour_named("windows"))
    try:
        _, number = module.SCardEstablishContext(0)
        name = desk.reader.states()[0].name
        assert module.SCardConnect(number, "nobody", 2, 3)[0] == 0x80100009 - 0x100000000
        code, handle, protocol = module.SCardConnect(number, name, 2, 0x10000)
        assert (code, protocol) == (0, 0x10000)
        assert module.SCardTransmit(handle, 0x10000, SELECT) == [0, [0x90, 0x00]]
        assert module.SCardTransmit(handle, 4, SELECT)[0] == 0x80100004 - 0x100000000
        assert module.SCardLocateCards(number, [], []) == [0x80100022 - 0x100000000, []]
        module.SCardReleaseContext(number)
    finally:
        made.detach()
    assert module.SCardTransmit is None


def _plain() -> dict[str, Any]:
    wanted = ("EstablishContext", "ReleaseContext", "Connect", "Disconnect", "Status")
    return {f"SCard{name}": None for name in wanted}


def test_every_function_of_pyscard_is_known() -> None:
    """None of pyscard's functions that reach a card service is left to itself."""
    ours = set(Calls(door.PyscardDoor(), scard._scard).functions())
    there = {name for name in dir(scard._scard) if name.startswith("SCard")}
    assert there - ours == {"SCardGetErrorMessage"}


# ------------------------------------------------------- where pcsc is the patch
def test_without_unix_sockets_the_door_pcsc_is_the_patch(
    open_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onshi.endpoints.unix_sockets", lambda: False)
    desk = open_desk(doors=("pcsc",))
    assert len(readers()) == 1
    assert "PCSCLITE_CSOCK_NAME" not in desk.env()
    assert desk.surfaces == {"pcsc"}
    desk.inject("reader.return_code", {"match": "ListReaders"}, code="NO_SERVICE")
    desk.close()
    with pytest.raises(OnshiError, match="door vpcd"):
        Desk(date="2025-10-20", in_process=False)


def test_without_pyscard_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "find_spec", lambda name: None)
    with pytest.raises(OnshiError, match=r'pip install "pytest-onshi\[pcsc\]"'):
        Desk(date="2025-10-20", doors=("pyscard",))


def masked(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command where the library's file is empty: loading it fails."""
    library = libpcsclite_path()
    assert library is not None
    script = f'mount --bind /dev/null "{Path(library).resolve()}" && exec "$@"'
    wrapper = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    return subprocess.run(
        [*wrapper, "sh", "-c", script, "sh", *command],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=60,
    )


WITHOUT = """
import json, sys
import onshi
from smartcard.pcsc.PCSCExceptions import EstablishContextException
from smartcard.System import readers

said = {}
def look():
    try:
        return len(readers())
    except EstablishContextException as e:
        return f"{e.hresult:08X}"

said["before"] = look()
with onshi.Desk(date="2025-10-20") as desk:
    said["surfaces"], said["socket"] = sorted(desk.surfaces), "PCSCLITE_CSOCK_NAME" in desk.env()
    connection = readers()[0].createConnection()
    connection.connect()
    data, *status = connection.transmit(list(bytes.fromhex("00A4040C0AD392F000260100000001")))
    said["status"] = status
    connection.disconnect()
    connection.release()
said["after"] = look()
with onshi.Desk(date="2025-10-20", in_process=False) as desk:
    said["socket for children"] = "PCSCLITE_CSOCK_NAME" in desk.env()
print("\\n" + json.dumps(said))
"""


def test_without_libpcsclite_an_ordinary_desk_serves_pyscard(tmp_path: Path) -> None:
    done = masked(sys.executable, "-c", WITHOUT, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "before": "8010001D",
        "surfaces": ["pcsc"],
        "socket": False,
        "status": [0x90, 0x00],
        "after": "8010001D",
        "socket for children": True,
    }


LIKE_WINDOWS = """
import os, socket, sys
import onshi, onshi.desk, smartcard.System
from onshi.reader import load_reader
onshi.Desk(date="2025-10-20", doors=("folder",)).close()  # what it imports must not be confused
del socket.AF_UNIX, os.register_at_fork, os.fork
sys.platform = "win32"
with onshi.Desk(date="2025-10-20", doors=("pcsc", "folder")) as desk:
    (reader,) = smartcard.System.readers()
    assert reader.name == load_reader().windows_name, reader
    connection = reader.createConnection()
    connection.connect()
    assert bytes(connection.getATR()) == desk.reader.states()[0].atr
    desk.inject("card.mute")
    desk.show_card_again()
    code = smartcard.scard.SCardConnect(connection.component.hcontext, reader.name, 2, 3)[0]
    assert code == 0x80100066, hex(code)
    assert "PCSCLITE_CSOCK_NAME" not in desk.env()
"""


def test_an_ordinary_desk_where_python_lacks_what_windows_lacks(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIKE_WINDOWS]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 0, done.stderr


PRODUCT = """
import onshi
from smartcard.Exceptions import CardConnectionException
from smartcard.System import readers


class Product(onshi.Integration):
    surfaces = {"pcsc"}
    in_process = True

    def check_in(self, visit):
        visit.present()
        connection = readers()[0].createConnection()
        try:
            connection.connect()
            connection.transmit(list(bytes.fromhex("00A4040C0AD392F000260100000001")))
        except CardConnectionException as e:
            return onshi.Handling(status="device_unusable", message=str(e), offered=["retry"])
        return onshi.Handling(status="valid")
"""


def test_without_libpcsclite_a_suite_meets_a_card_trouble(tmp_path: Path) -> None:
    (tmp_path / "product.py").write_text(PRODUCT, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.onshi]\nintegration = "product:Product"\njournal = "kept"\n', encoding="utf-8"
    )
    run = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    done = masked(*run, "--onshi-trouble=reader.connection_lost", cwd=tmp_path)
    assert "reaches the reader through pyscard" in done.stdout
    assert done.returncode in (0, 1), done.stdout + done.stderr
    kept = [path.read_text(encoding="utf-8") for path in (tmp_path / "kept").rglob("*.jsonl")]
    assert any("80100017" in text for text in kept), done.stdout
