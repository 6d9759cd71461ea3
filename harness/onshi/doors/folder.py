"""The exchange folder of the 連携アプリケーション: requests in ``req``, results in ``res``.

File names, pairing and encodings as in public programs that use it (facts: oqs page, section
1). The directory belongs to the process; a desk resets its contents only.
"""

from __future__ import annotations

from pathlib import Path

from onshi.doors.backstage import Backstage
from onshi.doors.folder_place import Place
from onshi.doors.folder_requests import Requests
from onshi.doors.folder_session import FolderSession
from onshi.doors.folder_wrapping import Wrapping
from onshi.errors import OnshiError
from onshi.workspace import Workspace, workspace

__all__ = ["FolderDoor"]


class FolderDoor:
    """``root`` with ``req``, ``res`` and ``face``; one in the workspace when none is given.

    ``settle`` is for how long, in seconds, a request that does not parse has to stay the same
    before it counts as malformed and not as half written. Requests are looked for ten times a
    second; ``notified``: at once, too, where the system tells of new files.
    """

    def __init__(
        self, root: Path | None = None, *, settle: float = 2.0, notified: bool = True
    ) -> None:
        self._given, self._settle, self._notified = root, settle, notified
        self._place: Place | None = None
        self._workspace: Workspace | None = None
        self._session: FolderSession | None = None
        self._wrapping: Wrapping | None = None

    @property
    def root(self) -> Path:
        """The directory. Raises :class:`OnshiError` before :meth:`start`."""
        if self._place is None:
            raise OnshiError("the exchange folder is not open: call start() first")
        return self._place.root

    def start(self) -> None:
        """Make the directories, and have them to ourselves. Idempotent.

        Raises :class:`OnshiError` where that cannot be done: no right to write, a full disk,
        another desk in it, or files in it that are not from here.
        """
        if self._place is not None:
            self._place.claim()
            return
        if self._given is not None:
            place = Place(self._given, given=True)
        else:
            self._workspace = workspace()
            place = Place(self._workspace.folder("folder"), given=False)
        place.claim()
        self._place = place

    def attach(self, backstage: Backstage) -> None:
        """Serve a desk from now on, from empty directories.

        Raises :class:`OnshiError` while another desk is attached, for settings that cannot be
        (an encrypted exchange without a password), or as :meth:`start` does.
        """
        if self._session is not None:
            raise OnshiError("another desk is attached to the exchange folder")
        if backstage.exchange is None:
            raise OnshiError("this desk has nothing that answers in an exchange folder")
        wrapping = Wrapping(backstage.site)
        self.start()
        assert self._place is not None
        self._place.empty()
        session = FolderSession(self.root, backstage)
        requests = Requests(session, backstage.exchange(), wrapping, self._settle)
        session.watch(requests.look, notified=self._notified)
        self._session, self._wrapping = session, wrapping

    def detach(self) -> None:
        """Leave the desk: nothing of it is written from now on. Idempotent."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def close(self) -> None:
        """Detach; let others have the directory, or remove it if it was made here."""
        self.detach()
        place, self._place = self._place, None
        if place is None:
            return
        place.release()
        if self._workspace is not None:
            self._workspace.discard(place.root)

    @property
    def session(self) -> FolderSession:
        """The attached desk's exchange. Raises :class:`OnshiError` without one."""
        if self._session is None:
            raise OnshiError("no desk is attached to the exchange folder")
        return self._session

    @property
    def wrapping(self) -> Wrapping:
        """Which files are ZIP files for the attached desk. Raises :class:`OnshiError`."""
        if self._wrapping is None:
            raise OnshiError("no desk is attached to the exchange folder")
        return self._wrapping

    def hurry(self) -> None:
        """Let outstanding files of the attached desk arrive now; nothing without a desk."""
        if self._session is not None:
            self._session.hurry()

    @property
    def trouble(self) -> str:
        """What is the matter with the folder, where, and what to do; or ``""``."""
        return self._session.trouble if self._session else ""
