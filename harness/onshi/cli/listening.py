"""What `onshi exec` is asked to tell or keep of the card's talk: ``--trace``, ``--record``."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Self, TextIO

from onshi.card.recording import Recording
from onshi.errors import OnshiError
from onshi.recordings import RecordingFile
from onshi.trace import Trace

__all__ = ["Listening"]


class Listening:
    """The trace of a desk, and where its lines and its recording go: a context manager, which says
    at the end what went wrong.

    ``file`` is where the lines go instead of standard error, ``record`` where the recording does.
    Raises :class:`OnshiError` where one of them cannot be written.
    """

    def __init__(
        self, *, lines: bool, file: Path | None, with_bytes: bool, record: Path | None
    ) -> None:
        self._file, self.trouble = file, ""
        self._to: TextIO = sys.stderr
        recording = Recording() if record is not None else None
        self._record: RecordingFile | None = None
        if record is not None and recording is not None:
            self._record = RecordingFile(record, recording)
        if file is not None:
            self._open(file)
        wanted = lines or file is not None or with_bytes
        self.trace: Trace | None = None
        if wanted or recording is not None:
            write = self._write if wanted else None
            self.trace = Trace(write, with_bytes=with_bytes, tape=recording)

    def _open(self, file: Path) -> None:
        try:
            self._to = file.open("w", encoding="utf-8", buffering=1)
        except OSError as e:
            if self._record is not None:
                self._record.give_up()
            raise OnshiError(
                f"the trace cannot be written to {file}: {e.strerror}; choose another place"
            ) from None

    def _write(self, line: str) -> None:
        """One line at once. Where that fails, the trace ends; the program goes on."""
        if self.trouble:
            return
        try:
            self._to.write(line + "\n")
            self._to.flush()
        except (OSError, ValueError) as e:
            why = e.strerror if isinstance(e, OSError) else str(e)
            self.trouble = f"the trace ends early: {self._file or 'standard error'}: {why}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        """Raises :class:`OnshiError` when the recording cannot be written."""
        if kind is not None and (self._record is None or self._record.recording.empty):
            self._give_up()
            return
        for sentence in self._finish():
            print(f"onshi exec: {sentence}", file=sys.stderr)

    def _finish(self) -> list[str]:
        """Write what is still to be written; sentences about what went wrong."""
        if self.trace is not None:
            self.trace.close()
        if self._file is not None:
            try:
                self._to.close()
            except OSError as e:
                self.trouble = self.trouble or f"the trace ends early: {self._file}: {e.strerror}"
        said = [self.trouble]
        if self._record is not None:
            said.append(self._record.finish())
        return [one for one in said if one]

    def _give_up(self) -> None:
        """There was nothing to tell: leave nothing behind."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._to.close()
        if self._record is not None:
            self._record.give_up()
