"""Our HTTP against h11 and http.client: any request as they read it, any answer as they do."""

from __future__ import annotations

import asyncio
import http.client
import io
from typing import Any

import h11
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onshi.doors.answering import outgoing
from onshi.doors.http1 import Received, RefusedRequestError, RequestReader
from onshi.seams import HttpReply, WireAction

BODIES = st.binary(max_size=700)
TOKENS = st.text("abcXYZ-0123456789", min_size=1, max_size=12)


# ------------------------------------------------------------------ answers
@st.composite
def actions(draw: Any) -> WireAction | None:
    """Whatever changes the bytes but not what they mean."""
    if draw(st.booleans()):
        return None
    size = draw(st.integers(1, 400))
    return WireAction(
        framing=draw(st.sampled_from(["", "chunked", "until_close"])),
        rewrite=draw(st.sampled_from([None, bytes.upper, lambda body: body + b"\xef\xbb\xbf"])),
        headers=tuple((f"X-{name}", name) for name in draw(st.lists(TOKENS, max_size=3))),
        reason=draw(st.sampled_from(["", "Quite Fine"])),
        pace=draw(st.sampled_from([None, (size, 0.5)])),
    )


def by_h11(data: bytes, method: str, ended: bool) -> tuple[int, bytes]:
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method=method, target="/", headers=[("Host", "x")]))
    client.send(h11.EndOfMessage())
    client.receive_data(data)
    if ended:
        client.receive_data(b"")
    status, body = 0, b""
    while True:
        event = client.next_event()
        assert event is not h11.NEED_DATA, "the answer does not end"
        if isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            assert client.trailing_data[0] == b""
            return status, body


class _Socket(io.BytesIO):
    def makefile(self, mode: str) -> io.BytesIO:
        return self


def by_http_client(data: bytes, method: str) -> tuple[int, bytes]:
    reply = http.client.HTTPResponse(_Socket(data), method=method)  # type: ignore[arg-type]
    reply.begin()
    return reply.status, reply.read()


@given(
    body=BODIES,
    action=actions(),
    status=st.sampled_from([200, 302, 401, 404, 429, 500, 503, 599]),
    method=st.sampled_from(["POST", "HEAD", "GET"]),
    keep=st.booleans(),
)
def test_an_answer_is_read_alike(
    body: bytes, action: WireAction | None, status: int, method: str, keep: bool
) -> None:
    out = outgoing(HttpReply(status=status, body=body), action, method=method, keep_alive=keep)
    sent = b"".join(piece for _, piece in out.pieces())
    assert sent == out.data
    content = action.rewrite(body) if action is not None and action.rewrite else body
    meant = (status, b"" if method == "HEAD" else content)
    unframed = action is not None and action.framing == "until_close"
    assert by_h11(sent, method, bool(out.end)) == meant
    assert by_http_client(sent, method) == meant
    assert out.end == ("farewell" if unframed or not keep else "")


@given(body=BODIES, after=st.integers(0, 900), cut_from=st.sampled_from(["", "body", "head"]))
@example(body=b"x", after=0, cut_from="")
@example(body=b"x", after=0, cut_from="body")
def test_a_cut_falls_where_it_should(body: bytes, after: int, cut_from: str) -> None:
    reply = HttpReply(status=200, body=body)
    whole = outgoing(reply, None, method="POST", keep_alive=True).data
    action = WireAction(cut_after=after, cut_from=cut_from)
    out = outgoing(reply, action, method="POST", keep_alive=True)
    head = len(whole) - len(body)
    if cut_from == "head":
        assert out.data == whole[:after]
    elif cut_from == "" and after == 0:
        assert out.data == b""
    else:
        assert out.data == whole[: head + after]
    assert out.end == "close"
    assert (out.status is None) == (out.data == b"")


@given(
    data=st.binary(min_size=1, max_size=300),
    size=st.integers(1, 100),
    gap=st.floats(0, 10, allow_nan=False),
)
def test_pieces_are_the_whole_in_time(data: bytes, size: int, gap: float) -> None:
    action = WireAction(raw=data, pace=(size, gap))
    out = outgoing(HttpReply(status=200), action, method="POST", keep_alive=True)
    pieces = list(out.pieces())
    assert b"".join(piece for _, piece in pieces) == data
    assert [due for due, _ in pieces] == [n * gap for n in range(len(pieces))]
    assert {len(piece) for _, piece in pieces[:-1]} <= {size}


# ----------------------------------------------------------------- requests
class ByPieces:
    """A line that gives its bytes in pieces and then ends; what is sent to it is kept."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces, self.sent = list(pieces), b""

    async def read(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    async def send(self, data: bytes) -> None:
        self.sent += data


@st.composite
def requests(draw: Any) -> bytes:
    """One request, mostly legal: with a length, in chunks, without a body, or a bit wrong."""
    method = draw(st.sampled_from(["POST", "GET", "HEAD", "PUT", "get", "P T"]))
    lines = [f"X-{name}: {name}" for name in draw(st.lists(TOKENS, max_size=2))]
    lines += draw(
        st.sampled_from([[], ["Connection: close"], ["Expect: 100-continue"], ["broken"]])
    )
    if draw(st.integers(0, 9)):
        lines.append("Host: localhost")
    body = draw(st.binary(max_size=60))
    if draw(st.booleans()):
        lines.append(f"Content-Length: {len(body)}")
    else:
        lines.append("Transfer-Encoding: chunked")
        step = draw(st.integers(1, 30))
        parts = [body[i : i + step] for i in range(0, len(body), step)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"
    version = draw(st.sampled_from(["1.1", "1.1", "1.1", "1.0"]))
    head = "\r\n".join([f"{method} /a?b=c HTTP/{version}", *lines, "", ""])
    return head.encode() + body


def as_h11_reads(stream: bytes) -> list[tuple[bytes, bytes]]:
    """Method and body of each request, up to the first that is none."""
    found = []
    while stream:
        server = h11.Connection(h11.SERVER)
        server.receive_data(stream)
        server.receive_data(b"")
        method, body = b"", b""
        while True:
            try:
                event = server.next_event()
            except h11.RemoteProtocolError:
                return found
            if isinstance(event, h11.Request):
                method = event.method
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                break
            else:
                return found
        found.append((method, body))
        # h11 stops taking requests after a Connection: close; we are asked for each by itself.
        stream = server.trailing_data[0]
    return found


async def as_we_read(pieces: list[bytes]) -> list[tuple[bytes, bytes]]:
    reader = RequestReader(ByPieces(pieces))  # type: ignore[arg-type]
    found: list[tuple[bytes, bytes]] = []
    while True:
        try:
            received: Received | None = await reader.next()
        except RefusedRequestError:
            return found
        if received is None:
            return found
        found.append((received.method.encode(), received.body))


@settings(max_examples=150)
@given(many=st.lists(requests(), max_size=4), tail=st.binary(max_size=20), data=st.data())
def test_requests_are_read_as_h11_reads_them(many: list[bytes], tail: bytes, data: Any) -> None:
    stream = b"".join(many) + tail
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) if a < b]
    assert asyncio.run(as_we_read(pieces)) == as_h11_reads(stream)
