"""What a vendor implements once, in Python or as a thin driver of another program."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from onshi.visit import (
    Chart,
    Claim,
    Decision,
    Document,
    Handling,
    Purpose,
    Returned,
    Status,
    Visit,
)

__all__ = [
    "Chart",
    "Claim",
    "Decision",
    "Document",
    "Handling",
    "Integration",
    "Purpose",
    "Returned",
    "Status",
    "Visit",
]


class Integration:
    """Base class for adapters; only ``check_in`` has to be written.

    ``surfaces`` is what the product uses: ``pcsc``, ``webapi``, ``folder``, ``face``.
    ``in_process`` says that its HTTP code is Python's ``requests`` in this process, so that slow
    answers cost no time. A GUI sets ``parallel = False``.
    """

    surfaces: frozenset[str] | set[str] = frozenset()
    parallel: bool = True
    in_process: bool = False

    def start(self, env: Mapping[str, str]) -> None:
        """Start the product with this environment (once per session)."""

    def prepare(self, chart: Chart | None) -> None:
        """Make sure that the product has exactly this chart for the patient (None: no chart)."""

    def check_in(self, visit: Visit) -> Handling:
        """Check the patient in and report what could be seen."""
        raise NotImplementedError

    def documents(self, visit: Visit) -> tuple[Document, ...] | None:
        """The papers of a visit, where ``check_in`` did not report them; None: not looked at."""
        return None

    def close_month(self, date: date) -> None:
        """The month is closed: whatever the product does before claims go out."""

    def claim(self, visit: Visit) -> Path | str | Claim | None:
        """Write the レセプト電算 file with the patient's claim; None: claims are not looked at.

        Called after :meth:`close_month`, on its date. The operator can be asked by
        ``visit.decide``. Return the file's path, or a :class:`Claim` to tell more (that it is
        held back, what was warned of).
        """
        return None

    def import_returns(self, path: Path) -> Returned | None:
        """Read a 返戻 file (``RECEIPTC.HEN``); None: returns are not looked at."""
        return None

    def alive(self) -> bool | None:
        """Whether the product still takes input; None when it cannot be told."""
        return None

    def set_date(self, date: date) -> None:
        """The business date changed: before the first visit, and between steps on other days."""

    def reset(self) -> None:
        """Forget the last visit: called before each."""

    def stop(self) -> None:
        """Stop the product (once, at the end)."""
