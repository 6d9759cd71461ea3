"""Kana as the messages carry it: half width, with small kana sometimes spelt full size.

Both spellings occur in answers (facts: oqs page, section 5).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import jaconv

__all__ = ["fold_small", "full_width", "half_width", "has_small"]

_SMALL = "ァィゥェォッャュョヮヵヶ" + "ｧｨｩｪｫｯｬｭｮ" + "ぁぃぅぇぉっゃゅょゎ"
_LARGE = "アイウエオツヤユヨワカケ" + "ｱｲｳｴｵﾂﾔﾕﾖ" + "あいうえおつやゆよわ"
_FOLD = str.maketrans(_SMALL, _LARGE)
_RARE = str.maketrans({"ヷ": "ワ゛", "ヸ": "ヰ゛", "ヹ": "ヱ゛", "ヺ": "ヲ゛", "ヮ": "ワ"})
_OLD = str.maketrans({"ヰ": "イ", "ヱ": "エ", "ヵ": "カ", "ヶ": "ケ"})


@lru_cache(maxsize=4096)
def half_width(kana: str) -> str:
    """Full-width katakana (or hiragana) as half width; the space becomes an ASCII one.

    Kana that half width lacks (ヵ, ヶ, ヰ, ヱ) take their nearest: ``キョウコ`` is ``ｷｮｳｺ``.
    """
    kata = jaconv.hira2kata(kana).translate(_RARE).translate(_OLD)
    return str(jaconv.z2h(kata, kana=True, ascii=True, digit=True)).replace("゛", "ﾞ")


def full_width(kana: str) -> str:
    """The inverse for what half width can hold; the space becomes U+3000."""
    runs = re.sub("[\uff61-\uff9f]+", lambda found: unicodedata.normalize("NFKC", found[0]), kana)
    return runs.replace(" ", "　")


def fold_small(kana: str) -> str:
    """Small kana spelt full size, in either width: ``ｼｮｳｲﾁ`` becomes ``ｼﾖｳｲﾁ``."""
    return kana.translate(_FOLD)


def has_small(kana: str) -> bool:
    """Whether folding would change anything."""
    return kana.translate(_FOLD) != kana
