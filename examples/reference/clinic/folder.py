"""The 連携アプリ's folders: a request into ``req/``, its result out of ``res/``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from clinic import messages
from clinic.config import Config
from clinic.errors import SystemTrouble
from clinic.waiting import TooLong, poll

REQUEST = "OQSsiquc01req_{suffix}.xml"
RESULT = "OQSsiquc01res_{suffix}.xml"


def discard(path: Path) -> None:
    """Remove a file; one that is gone already, or held by somebody else, is left to them."""
    with contextlib.suppress(OSError):
        path.unlink()


class Steady:
    """Whole files only: one that reads the same twice in a row and parses to its end.

    A writer may be half-way through, and on a share the name appears before the content.
    """

    def __init__(self) -> None:
        self._before: dict[Path, bytes] = {}

    def read(self, path: Path) -> tuple[bytes, messages.Result] | None:
        """Content and Result of a finished file, else None for now."""
        try:
            content = path.read_bytes()
        except OSError:
            self._before.pop(path, None)
            return None
        before, self._before[path] = self._before.get(path), content
        if before != content:
            return None
        try:
            return content, messages.from_xml(content)
        except messages.BadMessage:
            return None


class Exchange:
    """Inquiries by file. ``next_number`` never gives a number twice; ``keep_late`` takes results
    that came after their inquiry was given up.
    """

    def __init__(
        self,
        config: Config,
        next_number: Callable[[], int],
        keep_late: Callable[[date, str, bytes], None],
    ) -> None:
        assert config.folder is not None
        self._req, self._res = config.folder / "req", config.folder / "res"
        self._config, self._next, self._keep_late = config, next_number, keep_late
        self._given_up: set[Path] = set()

    def ask(self, query: Mapping[str, str], day: date) -> messages.Result:
        """One inquiry. Raises :class:`SystemTrouble` after ``limits.answer_file`` seconds."""
        self.sweep(day)
        suffix = self._free_suffix(day)
        request = self._req / REQUEST.format(suffix=suffix)
        result = self._res / RESULT.format(suffix=suffix)
        self._write(request, query, suffix, day)
        steady = Steady()
        limits = self._config.limits
        try:
            _, found = poll(lambda: steady.read(result), limits.answer_file, limits.poll)
        except TooLong:
            waiting = request.exists()
            discard(request)
            self._given_up.add(result)
            raise SystemTrouble(
                "timeout",
                "連携アプリが照会を受け取りません"
                if waiting
                else "連携アプリから完全な結果が届きません",
            ) from None
        if (found.institution, found.identifier) != (self._config.institution, suffix):
            self._given_up.add(result)
            raise SystemTrouble("bad_answer", "別の照会への結果が届きました")
        discard(result)
        return found

    def sweep(self, day: date) -> None:
        """Set aside what came for inquiries that were given up: no later patient's result."""
        for path in sorted(self._given_up):
            with contextlib.suppress(OSError):
                self._keep_late(day, path.name, path.read_bytes())
                self._given_up.discard(path)
                path.unlink()

    def _free_suffix(self, day: date) -> str:
        """A number whose result does not lie there already from another day."""
        while True:
            suffix = f"{day:%Y%m%d}{self._next():04d}"
            if not (self._res / RESULT.format(suffix=suffix)).exists():
                return suffix

    def _write(self, request: Path, query: Mapping[str, str], suffix: str, day: date) -> None:
        """The request appears whole: written under another name, then renamed."""
        tree = messages.request_tree(
            query, institution=self._config.institution, identifier=suffix, day=day
        )
        try:
            content = messages.request_xml(tree, self._config.encoding)
        except UnicodeEncodeError as e:
            raise SystemTrouble(
                "bad_request", f"照会に使えない文字があります: {e.object[e.start : e.end]}"
            ) from None
        try:
            draft = request.with_suffix(".tmp")
            draft.write_bytes(content)
            draft.replace(request)
        except OSError:
            raise SystemTrouble("unreachable", "連携フォルダに書き込めません") from None
