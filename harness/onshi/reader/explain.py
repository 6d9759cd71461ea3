"""SCard calls in words: names, modes and codes as PC/SC has them, Japanese beside them. Pure."""

from __future__ import annotations

from typing import Any

from onshi.journal import apdu_hex
from onshi.reader.codes import GET_FEATURE_REQUEST, Attribute, ScardError

__all__ = ["call_words", "code_words"]

_MODES = {1: "exclusive", 2: "shared", 3: "direct"}
_ACTIONS = {0: "leave", 1: "reset", 2: "unpower", 3: "eject"}
_PROTOCOLS = ((1, "T=0"), (2, "T=1"), (4, "raw"))
_SHOWN_APDU = 20
"""Bytes of a command that never reached the card."""

_WORDS = {
    0: "成功",
    ScardError.SCARD_E_CANCELLED: "取り消された",
    ScardError.SCARD_E_INVALID_HANDLE: "ハンドルが無効",
    ScardError.SCARD_E_UNKNOWN_READER: "そのリーダーはない",
    ScardError.SCARD_E_TIMEOUT: "時間切れ",
    ScardError.SCARD_E_SHARING_VIOLATION: "ほかのプログラムが使用中",
    ScardError.SCARD_E_NO_SMARTCARD: "カードがない",
    ScardError.SCARD_E_PROTO_MISMATCH: "プロトコルが合わない",
    ScardError.SCARD_E_NOT_TRANSACTED: "通信できなかった",
    ScardError.SCARD_E_READER_UNAVAILABLE: "リーダーがない",
    ScardError.SCARD_E_NO_SERVICE: "サービスが動いていない",
    ScardError.SCARD_E_SERVICE_STOPPED: "サービスが止まった",
    ScardError.SCARD_E_UNSUPPORTED_FEATURE: "使えない機能",
    ScardError.SCARD_E_NO_READERS_AVAILABLE: "リーダーが1台もない",
    ScardError.SCARD_W_UNRESPONSIVE_CARD: "カードが応答しない",
    ScardError.SCARD_W_UNPOWERED_CARD: "カードに電源が入っていない",
    ScardError.SCARD_W_RESET_CARD: "カードがリセットされた",
    ScardError.SCARD_W_REMOVED_CARD: "カードが抜かれた",
}


def code_words(code: int) -> str:
    """``SCARD_W_REMOVED_CARD 80100069 カードが抜かれた``; ``成功`` for 0."""
    if not code:
        return _WORDS[0]
    name = ScardError(code).name if code in ScardError._value2member_map_ else "知らないコード"
    return f"{name} {code:08X} {_WORDS.get(code, '')}".rstrip()


def call_words(name: str, args: tuple[Any, ...], result: tuple[Any, ...]) -> str:
    """A call with its arguments, and how it ended. ``args`` are those of ``ReaderCalls.call``."""
    asked = _ARGUMENTS.get(name, _nothing)(args)
    text = f"{name} {asked} → {code_words(result[0])}".replace("  ", " ")
    got = "" if result[0] else _values(name, result[1:])
    return f"{text} {got}".rstrip()


def _nothing(args: tuple[Any, ...]) -> str:
    return ""


def _connect(args: tuple[Any, ...]) -> str:
    _, reader, mode, protocols = args
    return f'"{reader}" {_MODES.get(mode, mode)} {_protocols(protocols)}'


def _reconnect(args: tuple[Any, ...]) -> str:
    _, mode, protocols, action = args
    return f"{_MODES.get(mode, mode)} {_protocols(protocols)} {_ACTIONS.get(action, action)}"


def _action(args: tuple[Any, ...]) -> str:
    return str(_ACTIONS.get(args[1], args[1]))


def _apdu(args: tuple[Any, ...]) -> str:
    shown = apdu_hex(args[2])
    end = "…" if len(args[2]) > _SHOWN_APDU else ""
    return shown[: 2 * _SHOWN_APDU] + end


def _attribute(args: tuple[Any, ...]) -> str:
    number = args[1]
    known = number in Attribute._value2member_map_
    return Attribute(number).name if known else f"{number:08X}"


def _control(args: tuple[Any, ...]) -> str:
    return "GET_FEATURE_REQUEST" if args[1] == GET_FEATURE_REQUEST else f"{args[1]:08X}"


_ARGUMENTS = {
    "Connect": _connect,
    "Reconnect": _reconnect,
    "Disconnect": _action,
    "EndTransaction": _action,
    "Transmit": _apdu,
    "Control": _control,
    "GetAttrib": _attribute,
    "SetAttrib": _attribute,
}


def _protocols(bits: int) -> str:
    """``T=0|T=1``; a number where nothing else fits."""
    named = [text for bit, text in _PROTOCOLS if bits & bit]
    return "|".join(named) or ("any" if bits & 0x1000 else str(bits))


def _values(name: str, values: tuple[Any, ...]) -> str:
    """What a call gave: the protocol that was settled, or how much came back."""
    if name in ("Connect", "Reconnect"):
        return _protocols(values[-1])
    if name in ("Control", "GetAttrib"):
        return f"{len(values[0])} バイト"
    return ""
