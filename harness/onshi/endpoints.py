"""Addresses that stay the same: one set per process, further sets for further desks.

A desk is attached to a set of endpoints and detached from it; the endpoints live on, because
libpcsclite reads its socket's path once per process and products read their configuration once
per start.
"""

from __future__ import annotations

import atexit
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from onshi.errors import OnshiError
from onshi.platforms import libpcsclite_found, pyscard_found, unix_sockets
from onshi.workspace import Workspace, workspace

if TYPE_CHECKING:
    from onshi.doors.folder import FolderDoor
    from onshi.doors.pcscd import PcscdEndpoint
    from onshi.doors.pyscard import PyscardDoor
    from onshi.doors.vpcd import VpcdDoor
    from onshi.doors.webapi import WebApiDoor
    from onshi.pki import PkiFiles

__all__ = ["Endpoints", "process_endpoints"]


class Endpoints:
    """A PC/SC socket, two HTTPS listeners, a folder, a way to a vpcd driver: opened when used.

    ``vpcd`` is the driver's (host, port); without one it is the usual port of this machine.
    ``host``, ``named_port``, ``proxy_port`` and ``pki``: see :class:`WebApiDoor`.
    """

    def __init__(
        self,
        *,
        folder: Path | None = None,
        webapi_port: int = 0,
        in_process: bool = False,
        vpcd: tuple[str, int] | None = None,
        host: str = "127.0.0.1",
        named_port: int | None = None,
        proxy_port: int = 0,
        pki: PkiFiles | None = None,
    ) -> None:
        self._folder, self._port, self._in_process = folder, webapi_port, in_process
        self._host, self._named_port, self._proxy_port = host, named_port, proxy_port
        self._pki = pki
        self._vpcd_address = vpcd
        self._vpcd: VpcdDoor | None = None
        self._pcsc: PcscdEndpoint | None = None
        self._webapi: WebApiDoor | None = None
        self._folder_door: FolderDoor | None = None
        self._workspace: Workspace | None = None
        self._private: Path | None = None
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self.taken = threading.Lock()

    def configure(self, *, folder: Path | None, webapi_port: int) -> None:
        """Choose addresses; only before the first use of each.

        Raises :class:`OnshiError` when one is open already at another address.
        """
        with self._lock:
            if folder is not None and folder != self._folder:
                if self._folder_door is not None:
                    raise OnshiError(f"the folder is already open at {self._folder_door.root}")
                self._folder = folder
            if webapi_port and webapi_port != self._port:
                if self._webapi is not None:
                    raise OnshiError(f"the WebAPI is already open at {self._webapi.url}")
                self._port = webapi_port

    @property
    def pcsc(self) -> PcscdEndpoint:
        """The pcscd socket; for the process' own set, the one libpcsclite is pointed at."""
        with self._lock:
            if self._pcsc is None:
                from onshi.doors.pcscd import PcscdEndpoint, process_endpoint

                self._pcsc = process_endpoint() if self._in_process else PcscdEndpoint()
                self._pcsc.start()
            return self._pcsc

    @property
    def in_process(self) -> bool:
        """Whether this is the set that PC/SC clients inside this process reach."""
        return self._in_process

    @property
    def by_patch(self) -> bool:
        """Whether the door pcsc is pyscard's patch here.

        So it is where Python has no Unix sockets, and for programs in this very process where
        there is no libpcsclite, and pyscard is installed.
        """
        if not unix_sockets():
            return True
        if not self.in_process or self._pcsc is not None:
            return False
        return pyscard_found() and not libpcsclite_found()

    @property
    def pyscard(self) -> PyscardDoor:
        """pyscard's own functions, replaced; there is one such door in a process."""
        from onshi.doors.pyscard import pyscard_door

        return pyscard_door()

    @property
    def webapi(self) -> WebApiDoor:
        """Login on ``webapi_port``, search on the next one (0: any free ports)."""
        with self._lock:
            if self._webapi is None:
                from onshi.doors.webapi import WebApiDoor

                search = self._port + 1 if self._port else 0
                door = WebApiDoor(
                    login_port=self._port,
                    search_port=search,
                    proxy_port=self._proxy_port,
                    named_port=self._named_port,
                    host=self._host,
                    files=self._pki,
                )
                door.start()
                self._webapi = door
            return self._webapi

    @property
    def folder(self) -> FolderDoor:
        """The exchange folder with ``req``, ``res`` and ``face``."""
        with self._lock:
            if self._folder_door is None:
                from onshi.doors.folder import FolderDoor

                door = FolderDoor(self._folder)
                door.start()
                self._folder_door = door
            return self._folder_door

    @property
    def vpcd(self) -> VpcdDoor:
        """The way out to a vpcd driver, on this or another machine."""
        with self._lock:
            if self._vpcd is None:
                from onshi.doors.vpcd import HOST, PORT, VpcdDoor

                self._vpcd = VpcdDoor(*(self._vpcd_address or (HOST, PORT)))
            return self._vpcd

    @property
    def private(self) -> Path:
        """A folder of ours alone (0700), for files that programs are pointed at."""
        with self._lock:
            if self._private is None:
                self._workspace = workspace()
                self._private = self._workspace.folder("private")
            return self._private

    @property
    def ours(self) -> bool:
        """Whether this is the process that made them; a forked child has none of this."""
        return os.getpid() == self._pid

    def warnings(self) -> list[str]:
        """What does not work at the moment, in sentences: a share that is gone, no driver."""
        with self._lock:
            found = [door.trouble for door in (self._folder_door, self._vpcd) if door is not None]
        return [text for text in found if text]

    def close(self) -> None:
        """Close what was opened and remove what was made; nothing in a forked child."""
        if not self.ours:
            return
        with self._lock:
            for door in (self._pcsc, self._webapi, self._folder_door, self._vpcd):
                if door is not None:
                    door.close()
            self._pcsc = self._webapi = self._folder_door = self._vpcd = None
            if self._workspace is not None and self._private is not None:
                self._workspace.discard(self._private)
            self._workspace = self._private = None


_process: Endpoints | None = None


def process_endpoints() -> Endpoints:
    """The set that belongs to this process and that in-process PC/SC clients reach."""
    global _process
    if _process is None or not _process.ours:
        _process = Endpoints(in_process=True)
        atexit.register(_process.close)
    return _process
