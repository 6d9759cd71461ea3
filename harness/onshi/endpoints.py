"""Addresses that stay the same: one set per process, further sets for further desks.

A desk is attached to a set of endpoints and detached from it; the endpoints live on, because
libpcsclite reads its socket's path once per process and products read their configuration once
per start.
"""

from __future__ import annotations

import atexit
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from onshi.errors import OnshiError

if TYPE_CHECKING:
    from onshi.doors.folder import FolderDoor
    from onshi.doors.pcscd import PcscdEndpoint
    from onshi.doors.webapi import WebApiDoor

__all__ = ["Endpoints", "process_endpoints"]


class Endpoints:
    """A PC/SC socket, two HTTPS listeners and a folder, each opened at its first use."""

    def __init__(
        self,
        *,
        folder: Path | None = None,
        webapi_port: int = 0,
        in_process: bool = False,
    ) -> None:
        self._folder, self._port, self._in_process = folder, webapi_port, in_process
        self._pcsc: PcscdEndpoint | None = None
        self._webapi: WebApiDoor | None = None
        self._folder_door: FolderDoor | None = None
        self._private: tempfile.TemporaryDirectory[str] | None = None
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
    def webapi(self) -> WebApiDoor:
        """Login on ``webapi_port``, search on the next one (0: any free ports)."""
        with self._lock:
            if self._webapi is None:
                from onshi.doors.webapi import WebApiDoor

                search = self._port + 1 if self._port else 0
                door = WebApiDoor(login_port=self._port, search_port=search)
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
    def private(self) -> Path:
        """A folder of ours alone (0700), for files that programs are pointed at."""
        with self._lock:
            if self._private is None:
                self._private = tempfile.TemporaryDirectory(prefix="onshi-")
            return Path(self._private.name)

    def close(self) -> None:
        """Close what was opened and remove what was made."""
        with self._lock:
            for door in (self._pcsc, self._webapi, self._folder_door):
                if door is not None:
                    door.close()
            self._pcsc = self._webapi = self._folder_door = None
            if self._private is not None:
                self._private.cleanup()
                self._private = None


_process: Endpoints | None = None


def process_endpoints() -> Endpoints:
    """The set that belongs to this process and that in-process PC/SC clients reach."""
    global _process
    if _process is None:
        _process = Endpoints(in_process=True)
        atexit.register(_process.close)
    return _process
