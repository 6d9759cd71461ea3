"""Another reading of the same kanji: what an insurer registered is not how the person reads it.

(facts: catalogue ``kana.reading_differs``, ``003:L595``). The table has readings that names really
have; where it has none, a consonant is voiced or not (ヤマザキ, ヤマサキ), which is the usual
doubt about a family name.
"""

from __future__ import annotations

__all__ = ["READINGS", "other_reading"]

READINGS: dict[str, tuple[str, ...]] = {
    "河野": ("コウノ", "カワノ"),
    "東": ("ヒガシ", "アズマ"),
    "角田": ("ツノダ", "カクタ"),
    "山崎": ("ヤマザキ", "ヤマサキ"),
    "山﨑": ("ヤマザキ", "ヤマサキ"),
    "髙﨑": ("タカサキ", "タカザキ"),
    "中島": ("ナカジマ", "ナカシマ"),
    "藤原": ("フジワラ", "フジハラ"),
    "清水": ("シミズ", "キヨミズ"),
    "小林": ("コバヤシ", "オバヤシ"),
    "渡辺": ("ワタナベ", "ワタベ"),
    "太田": ("オオタ", "フトダ"),
    "井上": ("イノウエ", "イノエ"),
    "阿部": ("アベ", "アブ"),
    "木村": ("キムラ", "コムラ"),
    "三浦": ("ミウラ", "ミツウラ"),
    "林": ("ハヤシ", "リン"),
    "森": ("モリ", "シン"),
    "晃": ("アキラ", "コウ"),
    "淳": ("ジュン", "アツシ"),
    "浩": ("ヒロシ", "コウ"),
    "学": ("マナブ", "サトル"),
    "充": ("ミツル", "タカシ"),
    "治": ("オサム", "ハル"),
    "翼": ("ツバサ", "タスク"),
    "零": ("レイ", "リョウ"),
    "健一": ("ケンイチ", "タケカズ"),
    "和也": ("カズヤ", "カズナリ"),
    "直人": ("ナオト", "ナオヒト"),
    "智也": ("トモヤ", "トモナリ"),
    "英樹": ("ヒデキ", "エイキ"),
    "裕樹": ("ユウキ", "ヒロキ"),
    "裕太": ("ユウタ", "ヒロタ"),
    "康弘": ("ヤスヒロ", "ミチヒロ"),
    "陽一": ("ヨウイチ", "ハルイチ"),
    "洋介": ("ヨウスケ", "ヒロスケ"),
    "亮介": ("リョウスケ", "アキスケ"),
    "裕子": ("ユウコ", "ヒロコ"),
    "幸子": ("サチコ", "ユキコ"),
    "明美": ("アケミ", "ハルミ"),
    "知実": ("トモミ", "サトミ"),
    "七夏": ("ナナミ", "ナナカ"),
    "裕美子": ("ユミコ", "ヒロミコ"),
    "陽子": ("ヨウコ", "ハルコ"),
    "幹": ("ミキ", "カン"),
    "里佳": ("リカ", "サトカ"),
    "翔一": ("ショウイチ", "ショウイツ"),
}

_PLAIN = "カキクケコサシスセソタチツテトハヒフヘホ"
_VOICED = "ガギグゲゴザジズゼゾダヂヅデドバビブベボ"
_FLIP = {**dict(zip(_PLAIN, _VOICED, strict=True)), **dict(zip(_VOICED, _PLAIN, strict=True))}


def other_reading(family: str, given: str, family_kana: str, given_kana: str) -> tuple[str, str]:
    """Both parts of a name in full-width katakana, one of them read differently.

    The given name where the table has it, else the family name, else a consonant of either. A name
    in which nothing can be read otherwise stays as it is.
    """
    if other := _listed(given, given_kana):
        return family_kana, other
    if other := _listed(family, family_kana) or _flipped(family_kana):
        return other, given_kana
    return family_kana, _flipped(given_kana) or given_kana


def _listed(kanji: str, kana: str) -> str:
    others = [r for r in READINGS.get(kanji, ()) if r != kana]
    return others[0] if others else ""


def _flipped(kana: str) -> str:
    """With one consonant voiced or not: the third kana where possible, where a second kanji is."""
    places = [i for i, c in enumerate(kana) if i and c in _FLIP]
    if not places:
        return ""
    at = min(places, key=lambda i: (abs(i - 2), i))
    return kana[:at] + _FLIP[kana[at]] + kana[at + 1 :]
