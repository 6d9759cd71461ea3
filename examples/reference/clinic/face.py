"""Results of the face reader, as files in ``face/``: whose they are is not in their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from clinic import messages
from clinic.config import Config
from clinic.errors import DeviceTrouble
from clinic.folder import Steady, discard
from clinic.waiting import TooLong, poll

PATTERN = "OQSsiquc01res_face_*.xml"
LOOKS_AT_A_STRANGER = 5
"""How often a result about somebody else is seen before it counts as the one that was called."""
Belongs = Callable[[messages.Result], bool]


class FaceFolder:
    """Waits for one patient's result at a time.

    A patient whose result did not come in time is remembered: when it comes after all, while the
    next patient stands there, it is set aside by ``keep_late``.
    """

    def __init__(self, config: Config, keep_late: Callable[[date, str, bytes], None]) -> None:
        assert config.folder is not None
        self._face = config.folder / "face"
        self._config, self._keep_late = config, keep_late
        self._waiting_for: list[Belongs] = []
        self.not_called: list[messages.Result] = []
        """Results that came with the last one and are about somebody who was not called."""

    def next_result(
        self, present: Callable[[], None], belongs: Belongs, day: date
    ) -> messages.Result:
        """Call ``present`` (the patient goes to the reader) and wait for what appears after it.

        ``belongs`` tells whether a result is about the person called. A result about somebody
        unknown is returned when no other comes: comparing and asking is the reception's business.
        Raises :class:`DeviceTrouble` after ``limits.face_file``.
        """
        self._set_aside_late(day)
        old = set(self._face.glob(PATTERN))
        present()
        steady, limits = Steady(), self._config.limits
        strangers: Counter[Path] = Counter()

        def look() -> messages.Result | None:
            there = self._whole_files(steady, old, belongs, day)
            mine = next((p for p, result in there.items() if belongs(result)), None)
            if mine is None:
                strangers.update(there.keys())
                mine = next((p for p in there if strangers[p] >= LOOKS_AT_A_STRANGER), None)
            if mine is None:
                return None
            result = there.pop(mine)
            self.not_called = [other for other in there.values() if not belongs(other)]
            discard(mine)
            return result

        try:
            result = poll(look, limits.face_file, limits.poll)
        except TooLong:
            self._waiting_for.append(belongs)
            raise DeviceTrouble(
                "face",
                "顔認証の結果が届きません。暗証番号か目視確認モードで本人確認をしてください",
            ) from None
        self._waiting_for = [was for was in self._waiting_for if not was(result)]
        return result

    def _whole_files(
        self, steady: Steady, old: set[Path], belongs: Belongs, day: date
    ) -> dict[Path, messages.Result]:
        """What has come since; what somebody else was waited for is set aside on the way."""
        there = {}
        for path in sorted(set(self._face.glob(PATTERN)) - old):
            found = steady.read(path)
            if found is None:
                continue
            content, result = found
            if not belongs(result) and any(was(result) for was in self._waiting_for):
                self._keep_late(day, path.name, content)
                discard(path)
            else:
                there[path] = result
        return there

    def _set_aside_late(self, day: date) -> None:
        """Clear away what came between two patients; a stranger's file is not ours to touch."""
        for path in sorted(self._face.glob(PATTERN)):
            try:
                content = path.read_bytes()
                result = messages.from_xml(content)
            except (OSError, messages.BadMessage):
                continue
            if any(was(result) for was in self._waiting_for):
                self._keep_late(day, path.name, content)
                discard(path)
