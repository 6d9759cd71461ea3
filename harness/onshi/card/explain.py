"""Commands and answers of a card in words: Japanese, with English ids. Pure; PINs never appear."""

from __future__ import annotations

from onshi.card.apdu import Command
from onshi.card.following import Following, understood
from onshi.card.names import AP_IDS, AP_WORDS, OBJECT_WORDS, file_id, file_words

__all__ = ["INSTRUCTIONS", "answer_words", "command_words", "status_words"]

INSTRUCTIONS = {
    0x20: "VERIFY",
    0x24: "CHANGE REFERENCE DATA",
    0x2A: "SIGN",
    0x2C: "RESET RETRY COUNTER",
    0x32: "CHANGE KEY",
    0x84: "GET CHALLENGE",
    0x88: "INTERNAL AUTHENTICATE",
    0xA2: "TERMINAL CERTIFICATE",
    0xA4: "SELECT",
    0xAE: "SET SESSION KEY",
    0xB0: "READ BINARY",
    0xB2: "READ RECORD",
    0xCA: "GET DATA",
    0xCB: "GET DATA",
}
_SCHEMES = {
    0: "PKCS#1 v1.5",
    1: "SHA-256をカードで、PKCS#1 v1.5",
    2: "DigestInfo、PKCS#1 v1.5",
    3: "SHA-256とDigestInfoをカードで、PKCS#1 v1.5",
    4: "PSS",
    5: "SHA-256をカードで、PSS",
}
_SECRET = (0x20, 0x24, 0x2C, 0x32)

_STATUS = {
    0x9000: "成功",
    0x6281: "データが壊れているかもしれない",
    0x6282: "ファイルの終わり",
    0x6300: "照合に失敗（回数の制限なし）",
    0x66F1: "セッション鍵は使えない",
    0x6700: "長さが違う",
    0x6881: "論理チャネルは使えない",
    0x6882: "セキュアメッセージングは使えない",
    0x6981: "このファイルには使えない命令",
    0x6982: "暗証番号が照合されていない",
    0x6983: "ブロックされている",
    0x6984: "ブロックされている",
    0x6985: "使う条件がそろっていない",
    0x6986: "ファイルが選ばれていない",
    0x69FC: "セキュアメッセージングは使えない",
    0x6A80: "データが正しくない",
    0x6A81: "使えない機能",
    0x6A82: "ファイルまたはAPがない",
    0x6A83: "レコードがない",
    0x6A86: "P1、P2が正しくない",
    0x6A88: "参照するデータがない",
    0x6B00: "ファイルの終わりより先",
    0x6D00: "知らない命令 (INS)",
    0x6E00: "知らない命令 (CLA)",
    0x6F00: "カードの内部エラー",
    0x6FFF: "記録にない (unrecorded)",
}


# ---------------------------------------------------------------- commands
def command_words(apdu: bytes, card: Following) -> str:
    """What a command asks for, at a card that stands as ``card`` does."""
    c = understood(apdu)
    if c is None:
        return f"長さの合わない命令 {apdu[:4].hex().upper()}、{len(apdu)} バイト"
    name = INSTRUCTIONS.get(c.ins)
    if c.cla == 0xFF:
        return f"リーダーへの命令 {_header(c)}" + (" UIDの取得" if c.ins == 0xCA else "")
    if name is None:
        return f"命令 {_header(c)}{_size(c)}"
    if c.ins == 0xA4:
        return _select(c, card)
    if c.ins in (0xCA, 0xCB):
        tag = c.p1 << 8 | c.p2
        return f"{name} {OBJECT_WORDS.get(tag, 'データ')} [{tag:04X}]{_size(c)}"
    if c.ins == 0x84:
        return f"{name} {_wanted(c)}"
    return f"{name} {_where(c, card)}{_rest(c)}"


def _select(c: Command, card: Following) -> str:
    if c.p1 == 0x04:
        aid = c.data.hex().upper()
        ap = AP_IDS.get(aid)
        return f"SELECT AP {AP_WORDS[ap]} [{ap}]" if ap else f"SELECT AP 知らないAP [{aid[:32]}]"
    if c.p1 == 0x02 and len(c.data) == 2:
        fid = int.from_bytes(c.data, "big")
        return f"SELECT EF {file_words(card.ap, fid)} [{file_id(card.ap, fid)}]"
    return f"SELECT {_header(c)} {c.data[:16].hex().upper()}".rstrip()


def _where(c: Command, card: Following) -> str:
    """The file that is meant: in words, by id, and how it was named."""
    fid = card.target(c)
    known = file_words(card.ap, fid)
    by = " SFI" if card.by_sfi(c) else ""
    return f"{known + ' ' if known else ''}[{file_id(card.ap, fid)}{by}]"


def _rest(c: Command) -> str:
    if c.ins in _SECRET:
        if c.data:
            return f" (****、{len(c.data)} バイト)"
        return " 残り回数の照会" if c.ins == 0x20 else ""
    if c.ins == 0xB0:
        offset = c.p2 if c.p1 & 0x80 else c.p1 << 8 | c.p2
        return f" 位置 {offset}、{_wanted(c)}"
    if c.ins == 0xB2:
        return f" 記録 {c.p1}"
    if c.ins == 0x2A:
        return f" 方式 {c.p1:02X} {_SCHEMES.get(c.p1, '知らない方式')}、{len(c.data)} バイト"
    return _size(c)


def _wanted(c: Command) -> str:
    """Le, in bytes: the most that the card may answer."""
    return f"{c.le} バイト" if c.le is not None else "長さの指定なし"


def _size(c: Command) -> str:
    return f"、{len(c.data)} バイト" if c.data else ""


def _header(c: Command) -> str:
    return f"{c.cla:02X} {c.ins:02X} {c.p1:02X} {c.p2:02X}"


# ----------------------------------------------------------------- answers
def answer_words(apdu: bytes, answer: bytes) -> str:
    """The status word in words, and how many bytes came before it."""
    if len(answer) < 2:
        return f"状態語のない応答、{len(answer)} バイト"
    sw = int.from_bytes(answer[-2:], "big")
    data = f"、{len(answer) - 2} バイト" if len(answer) > 2 else ""
    ins = apdu[1] if len(apdu) > 1 else 0
    return f"{sw:04X} {status_words(sw, ins=ins, asked=len(apdu) <= 5)}{data}"


def status_words(sw: int, *, ins: int = 0, asked: bool = False) -> str:
    """A status word in words. ``asked``: the command only asked for the tries left."""
    if sw >> 4 == 0x63C:
        left = f"残り{sw & 0x0F}回"
        return left if asked or ins not in _SECRET else f"暗証番号違い、{left}"
    if sw >> 8 == 0x6C:
        return f"Leが違う、正しくは {sw & 0xFF or 256}"
    if sw >> 8 == 0x61:
        return f"続きが {sw & 0xFF or 256} バイト"
    return _STATUS.get(sw) or "知らない状態語"
