"""What a request can be answered with instead of what it asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from onshi.errors import CannotDeliverError, OnshiError, UnknownNameError

__all__ = ["RefusedError", "blaming", "status_of"]


class RefusedError(OnshiError):
    """A request that is answered with ``status``; ``field`` names what of its body is wrong.

    400 the request is wrong · 401 no token · 403 not from there · 404 no such thing ·
    409 not at this moment · 413 too large · 422 a file that cannot be read ·
    503 the desk cannot be had now.
    """

    def __init__(
        self, status: int, message: str, *, field: str = "", suggestions: list[str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.field = status, field
        self.suggestions = suggestions or []


def status_of(error: OnshiError) -> int:
    """The HTTP status of an error of the engines: what is named does not exist, or will not do."""
    if isinstance(error, RefusedError):
        return error.status
    if isinstance(error, CannotDeliverError):
        return 409
    return 404 if isinstance(error, UnknownNameError) else 400


@contextlib.contextmanager
def blaming(field: str) -> Iterator[None]:
    """What goes wrong in here is the fault of this field of the body."""
    try:
        yield
    except RefusedError:
        raise
    except OnshiError as e:
        near = e.suggestions if isinstance(e, UnknownNameError) else []
        status = 409 if isinstance(e, CannotDeliverError) else 400
        raise RefusedError(status, str(e), field=field, suggestions=near) from None
