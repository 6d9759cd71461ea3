"""Faults of the reader seam: what an SCard call answers, and when it does not."""

from __future__ import annotations

from onshi.faults.base import FaultRun

__all__ = ["concerns"]


def concerns(run: FaultRun, name: str, about: frozenset[str]) -> bool:
    """Whether a fault is about this call: what its schedule matches, else its usual calls."""
    return bool(run.runtime.schedule.match) or name in about
