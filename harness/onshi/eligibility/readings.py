"""Another reading of the same kanji, or another kanji of the same reading.

What an insurer registered is not always how the person reads or writes the name (facts: catalogue
``kana.reading_differs``, ``003:L595``; ``name.differs_from_card``, ``003:L569``). The first table
has readings that names really have; where it has none, a consonant is voiced or not (ヤマザキ,
ヤマサキ), which is the usual doubt about a family name.
"""

from __future__ import annotations

__all__ = ["KANJI", "READINGS", "other_kanji", "other_reading"]

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

_PAIRS = (
    "斎斉 斉斎 辺部 島嶋 嶋島 崎嵜 﨑崎 川河 河川 坂阪 藤東 木樹 田多 橋端 "
    "中仲 本元 村邑 上神 井居 水瑞 部辺 森杜 林森 下霜 浦裏 原源 野乃 山仙 "
    "髙高 太大 美実 郎朗 一市 也哉 樹貴 介輔 平兵 人斗 弘浩 浩弘 司史 助輔 "
    "真誠 治修 晃昭 淳純 学岳 充満 稔実 零怜 舞麻 幹樹 佳香 衣依 織折 奈菜 "
    "夏香 綾彩 代世 実美 子児"
)
KANJI: dict[str, str] = {pair[0]: pair[1] for pair in _PAIRS.split()}
"""Kanji to one that is read, or looks, alike: 伊藤 and 伊東, 美 and 実. All in JIS X 0208."""

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


def other_kanji(family: str, given: str) -> tuple[str, str]:
    """Both parts of a name, one kanji of it another one: of the family name where possible.

    A name without a kanji of :data:`KANJI` stays as it is.
    """
    if (other := _miswritten(family)) != family:
        return other, given
    return family, _miswritten(given)


def _miswritten(part: str) -> str:
    places = [i for i, c in enumerate(part) if c in KANJI]
    if not places:
        return part
    at = places[-1]
    return part[:at] + KANJI[part[at]] + part[at + 1 :]
