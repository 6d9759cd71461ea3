"""What the applications and files of a マイナンバーカード are called (facts: card page, section 1).

For people who read a trace: ids in English, words in Japanese. The card itself does not need it.
"""

from __future__ import annotations

__all__ = ["AP_IDS", "AP_WORDS", "FILE_WORDS", "OBJECT_WORDS", "file_id", "file_words"]

AP_IDS = {
    "A0000001510000": "isd",
    "D392F000260100000001": "jpki",
    "D3921000310001010408": "text",
    "D3921000310001010402": "visual",
    "D3921000310001010401": "juki",
    "D3921000310001010100": "common",
}
"""AID in hex to id; ``isd`` is what is current after power-on."""

AP_WORDS = {
    "isd": "カード管理 (ISD)",
    "jpki": "公的個人認証AP",
    "text": "券面事項入力補助AP",
    "visual": "券面事項確認AP",
    "juki": "住基AP",
    "common": "共通カードAP",
}

FILE_WORDS = {
    "jpki": {
        0x0001: "署名用電子証明書",
        0x0002: "署名用CA証明書",
        0x0006: "トークン情報",
        0x0008: "証明書の有無",
        0x000A: "利用者証明用電子証明書",
        0x000B: "利用者証明用CA証明書",
        0x0016: "端末CA鍵",
        0x0017: "利用者証明用秘密鍵",
        0x0018: "利用者証明用PIN",
        0x001A: "署名用秘密鍵",
        0x001B: "署名用PIN",
    },
    "text": {
        0x0001: "個人番号",
        0x0002: "基本4情報",
        0x0003: "真正性確認データ",
        0x0004: "CV証明書",
        0x0005: "AP基本情報",
        0x0006: "セッション鍵の公開鍵",
        0x0007: "公開鍵と署名",
        0x0011: "券面事項入力補助用PIN",
        0x0012: "使われないPIN",
        0x0013: "内部認証鍵",
        0x0014: "照合番号A",
        0x0015: "照合番号B",
    },
    "visual": {
        0x0001: "生年月日の記録",
        0x0002: "券面の記録",
        0x0003: "AP基本情報",
        0x0004: "CV証明書",
        0x0005: "個人番号の画像",
        0x0011: "生年月日PIN",
        0x0012: "照合番号B",
        0x0013: "照合番号A",
    },
    "common": {
        0x0001: "カードの番号と期限",
        0x0002: "鍵の番号",
        0x0019: "内部認証鍵",
        0x001C: "住民基本台帳用PIN",
    },
    "juki": {0x001C: "住民基本台帳用PIN"},
}
"""Files by AP and FID. One that is not here has no name that a public source gives."""

OBJECT_WORDS = {
    0x0042: "発行者番号",
    0x0045: "カード番号",
    0x0066: "GP認識データ",
    0x00F0: "市区町村コード",
    0x00F2: "有効期限",
    0x00F7: "鍵の番号",
    0x00F8: "CV証明書",
    0x5F51: "接触ATR",
    0x7F21: "CV証明書",
}
"""What GET DATA gives by P1P2, with no AP selected."""


def file_words(ap: str, fid: int | None) -> str:
    """What a file is called; ``ファイル`` where there is no name, ``""`` where there is no file."""
    if fid is None:
        return ""
    return FILE_WORDS.get(ap, {}).get(fid, "ファイル")


def file_id(ap: str, fid: int | None) -> str:
    """``jpki/0018``; ``jpki/-`` while no file is selected, ``-/0018`` without an AP."""
    return f"{ap or '-'}/{'-' if fid is None else f'{fid:04X}'}"
