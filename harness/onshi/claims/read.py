"""A レセプト電算 file read into records, with errors that name record and column."""

from __future__ import annotations

from onshi.claims.records import Uke
from onshi.errors import OnshiError

__all__ = ["BadClaimError", "read_uke"]


class BadClaimError(OnshiError):
    """A file that is no レセプト電算 file, or a broken one: which line, record, column, and why."""


def read_uke(data: bytes) -> Uke:
    """Read a whole file (CP932, CRLF, 0x1A at the end). Raises :class:`BadClaimError`."""
    raise BadClaimError("レセプト電算 files are not read yet")
