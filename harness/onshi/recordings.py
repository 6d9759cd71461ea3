"""Recorded cards as files: read whole and bounded, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from onshi.card.recorded import RecordedCard
from onshi.card.recording import MOST_BYTES, Recording, parse_recording
from onshi.errors import BadFileError, OnshiError
from onshi.journal import Lane
from onshi.whole_file import WholeFile

__all__ = ["RecordingFile", "read_card"]


def read_card(path: Path) -> Callable[[Lane], RecordedCard]:
    """What makes the card of that file, at the beginning of its record: ``Desk(card=...)``.

    Raises :class:`BadFileError` with the line.
    """
    try:
        with path.open("rb") as f:
            text = f.read(MOST_BYTES + 1)
    except OSError as e:
        raise BadFileError(path, f"cannot be read: {e.strerror}") from None
    lines = parse_recording(path, text)
    return lambda lane: RecordedCard(lines, lane)


class RecordingFile:
    """Where a recording will be: the place is taken at once, the file appears at the end.

    Raises :class:`OnshiError` where it cannot be written.
    """

    def __init__(self, path: Path, recording: Recording) -> None:
        self.path, self.recording = path, recording
        if path.is_dir():
            raise OnshiError(f"{path} is a folder: say which file the recording goes to")
        try:
            self._file = WholeFile(path)
        except OSError as e:
            raise OnshiError(
                f"the recording cannot be written to {path}: {e.strerror}; choose another place"
            ) from None

    def finish(self) -> str:
        """Write it, and say what is to be said about it; "" for nothing.

        Raises :class:`OnshiError` when it cannot be written.
        """
        if self.recording.empty:
            self.give_up()
            return f"nothing was sent to the card: {self.path} was not written"
        try:
            self._file.finish(self.recording.text())
        except OSError as e:
            raise OnshiError(
                f"the recording cannot be written to {self.path}: {e.strerror}; make room there"
            ) from None
        if self.recording.full:
            return f"{self.path} ends after {MOST_BYTES} bytes: what came later is not in it"
        if self.recording.others:
            return f"{self.path} holds the first card only: there were others, too"
        return ""

    def give_up(self) -> None:
        """Leave nothing behind."""
        self._file.give_up()
