"""The マイナンバーカード over PC/SC: its certificate's end, tries left, and one VERIFY per entry.

Low-level ``smartcard.scard``, one context per patient: whatever broke, the next patient starts
anew. Reading is repeated a few times; a VERIFY never is, since each one may cost a try.
"""

from __future__ import annotations

import calendar
import time
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import Any

from cryptography import x509
from smartcard import scard

from clinic.config import Limits
from clinic.errors import DeviceTrouble
from clinic.waiting import TooLong, bounded

SELECT_JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")
SELECT_AUTH_CERTIFICATE = bytes.fromhex("00A4020C02000A")
SELECT_AUTH_PIN = bytes.fromhex("00A4020C020018")
PIN_TRIES = bytes.fromhex("00200080")
OK = 0x9000

_JST = timezone(timedelta(hours=9))
_TROUBLES = {
    scard.SCARD_E_NO_SERVICE: ("no_service", "カードリーダーのサービスが動いていません"),
    scard.SCARD_E_SERVICE_STOPPED: ("no_service", "カードリーダーのサービスが止まりました"),
    scard.SCARD_E_NO_READERS_AVAILABLE: ("no_reader", "カードリーダーが見つかりません"),
    scard.SCARD_E_READER_UNAVAILABLE: ("reader_gone", "カードリーダーの接続が切れました"),
    scard.SCARD_E_UNKNOWN_READER: ("reader_gone", "カードリーダーの接続が切れました"),
    scard.SCARD_E_NO_SMARTCARD: ("no_card", "カードが置かれていません"),
    scard.SCARD_W_REMOVED_CARD: ("removed", "読み取り中にカードが離れました"),
    scard.SCARD_W_UNRESPONSIVE_CARD: ("mute", "カードが応答しません。置き方を確かめてください"),
    scard.SCARD_W_UNPOWERED_CARD: ("mute", "カードが応答しません。置き方を確かめてください"),
    scard.SCARD_W_RESET_CARD: ("busy", "カードが別のソフトに使われました"),
    scard.SCARD_E_SHARING_VIOLATION: ("busy", "カードリーダーを別のソフトが使っています"),
}


@dataclass(frozen=True)
class PinAnswer:
    """``tries_left`` is None when the card does not say."""

    right: bool
    tries_left: int | None


class CardSession:
    """A card from connect to disconnect. Raises :class:`DeviceTrouble` for every failure."""

    def __init__(self, pcsc: Any, context: Any, handle: Any, protocol: Any, seconds: float) -> None:
        self._pcsc, self._context, self._handle = pcsc, context, handle
        pci = {
            scard.SCARD_PROTOCOL_T0: scard.SCARD_PCI_T0,
            scard.SCARD_PROTOCOL_T1: scard.SCARD_PCI_T1,
        }
        self._pci = pci.get(protocol, scard.SCARD_PCI_T1)
        self._seconds = seconds
        self._stuck = False
        self.certificate_end = date.max
        self.tries_left: int | None = None

    def read(self) -> None:
        """Certificate and tries: everything that can be read without the patient."""
        self._select(SELECT_JPKI, "マイナンバーカードではありません")
        self._select(SELECT_AUTH_CERTIFICATE, "カードに利用者証明用電子証明書がありません")
        self.certificate_end = certificate_end(self._read_der())
        self._select(SELECT_AUTH_PIN, "カードの暗証番号を確かめられません")
        self.tries_left = _tries(self._send(PIN_TRIES)[1])

    def verify(self, pin: str) -> PinAnswer:
        """One VERIFY with what the patient typed. Never repeated, whatever happens."""
        command = bytes.fromhex("00200080") + bytes([len(pin)]) + pin.encode("ascii")
        try:
            _, sw = bounded(lambda: self._send(command), self._seconds)
        except TooLong:
            self._stuck = True
            raise DeviceTrouble("hang", "カードリーダーが応答しません") from None
        if sw == OK:
            return PinAnswer(True, None)
        if sw >> 8 != 0x63 and sw not in (0x6983, 0x6984):
            raise DeviceTrouble("unreadable", f"カードが暗証番号を受け付けません({sw:04X})")
        return PinAnswer(False, _tries(sw))

    def close(self) -> None:
        """Cut the power, so that no verified PIN outlives this patient."""
        if not self._stuck:
            self._pcsc.SCardDisconnect(self._handle, scard.SCARD_UNPOWER_CARD)
            self._pcsc.SCardReleaseContext(self._context)

    def _select(self, command: bytes, text: str) -> None:
        _, sw = self._send(command)
        if sw == 0x6A82:
            raise DeviceTrouble("not_mynumber", text)
        if sw != OK:
            raise DeviceTrouble("unreadable", f"カードを読み取れません({sw:04X})")

    def _read_der(self) -> bytes:
        """The current EF up to the length its header states; the file itself is longer."""
        head = self._read_at(0, 4)
        if len(head) < 4 or head[:2] != b"\x30\x82":
            raise DeviceTrouble("unreadable", "電子証明書を読み取れません")
        size = 4 + int.from_bytes(head[2:4])
        content = head
        while len(content) < size:
            part = self._read_at(len(content), min(256, size - len(content)))
            if not part:
                raise DeviceTrouble("unreadable", "電子証明書が途中で切れています")
            content += part
        return content[:size]

    def _read_at(self, offset: int, length: int) -> bytes:
        data, sw = self._send(bytes([0x00, 0xB0, offset >> 8, offset & 0xFF, length & 0xFF]))
        if sw != OK:
            raise DeviceTrouble("unreadable", f"カードを読み取れません({sw:04X})")
        return data

    def _send(self, command: bytes) -> tuple[bytes, int]:
        code, answer = self._pcsc.SCardTransmit(self._handle, self._pci, list(command))
        _check(code)
        if len(answer) < 2:
            raise DeviceTrouble("unreadable", "カードの応答が途中で切れました")
        return bytes(answer[:-2]), answer[-2] << 8 | answer[-1]


class CardReader:
    """Finds the card on whichever reader has one. ``pcsc`` is ``smartcard.scard``."""

    def __init__(self, limits: Limits, pcsc: Any = scard) -> None:
        self._limits, self._pcsc = limits, pcsc

    def open(self) -> CardSession:
        """A session with the card read, after at most ``limits.tries`` tries.

        A wrong card or a stuck reader is not tried again: nothing would change.
        """
        for attempt in range(self._limits.tries):
            if attempt:
                time.sleep(self._limits.pause)
            try:
                return bounded(self._open, self._limits.card)
            except DeviceTrouble as trouble:
                last = trouble
                if trouble.category == "not_mynumber":
                    break
            except TooLong:
                last = DeviceTrouble("hang", "カードリーダーが応答しません")
                break
        raise last

    def _open(self) -> CardSession:
        pcsc = self._pcsc
        code, context = pcsc.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        _check(code)
        try:
            session = self._connect(context)
        except DeviceTrouble:
            pcsc.SCardReleaseContext(context)
            raise
        try:
            session.read()
        except DeviceTrouble:
            session.close()
            raise
        return session

    def _connect(self, context: Any) -> CardSession:
        """The first reader whose card answers; one broken reader does not hide another."""
        pcsc = self._pcsc
        trouble = DeviceTrouble("no_reader", "カードリーダーが見つかりません")
        for reader in self._readers(context):
            code, handle, protocol = pcsc.SCardConnect(
                context,
                reader,
                scard.SCARD_SHARE_EXCLUSIVE,
                scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1,
            )
            try:
                _check(code)
            except DeviceTrouble as e:
                trouble = e
                continue
            return CardSession(pcsc, context, handle, protocol, self._limits.card)
        raise trouble

    def _readers(self, context: Any) -> list[str]:
        """Asked for anew each time: a reader that was exchanged comes back under another name."""
        code, readers = self._pcsc.SCardListReaders(context, [])
        _check(code)
        return list(readers)


def _check(code: int) -> None:
    if code != scard.SCARD_S_SUCCESS:
        category, text = _TROUBLES.get(code, ("comm", "カードリーダーとの通信に失敗しました"))
        raise DeviceTrouble(category, f"{text} (0x{code & 0xFFFFFFFF:08X})", code)


def _tries(sw: int) -> int | None:
    """Tries left: 63Cx, or 0 for a blocked PIN; None when the card does not report them."""
    if sw in (0x6983, 0x6984):
        return 0
    return sw & 0x0F if sw & 0xFFF0 == 0x63C0 else None


def certificate_end(der: bytes) -> date:
    """The last day (JST) of a certificate. Raises :class:`DeviceTrouble` for a broken one."""
    try:
        end = x509.load_der_x509_certificate(der).not_valid_after_utc
    except ValueError:
        raise DeviceTrouble("unreadable", "電子証明書が壊れています") from None
    return end.astimezone(_JST).date()


def grace_end(certificate_end: date) -> date:
    """Until when an expired certificate still serves for eligibility alone.

    The end of the month three months later (February: the end of May).
    """
    month = certificate_end.month - 1 + 3
    year, month = certificate_end.year + month // 12, month % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])
