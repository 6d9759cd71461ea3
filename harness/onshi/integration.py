"""What a vendor implements once, in Python or as a thin driver of another program."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from onshi.visit import Chart, Decision, Document, Handling, Status, Visit

__all__ = ["Chart", "Decision", "Document", "Handling", "Integration", "Status", "Visit"]


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

    def alive(self) -> bool | None:
        """Whether the product still takes input; None when it cannot be told."""
        return None

    def set_date(self, date: date) -> None:
        """The business date changed."""

    def reset(self) -> None:
        """Forget the last visit: called before each."""

    def stop(self) -> None:
        """Stop the product (once, at the end)."""
