"""Find a trouble by what a person says of it.

Matching ignores width and letter case (NFKC, casefold) and the difference between hiragana and
katakana.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

import msgspec

from onshi.catalogue.records import Profile, RuleText, Trouble

__all__ = ["Hit", "fold", "search", "search_rules"]

_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_CONTENT = re.compile(r"[一-鿿々●]+|[ァ-ヶー]{2,}|[A-Za-z0-9_.]{2,}")
_TITLE, _WHAT, _CATEGORY, _RULE = 8, 4, 2, 1


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A trouble that was found. ``exact``: every word of the query stands in it."""

    trouble: Trouble
    score: float
    exact: bool


def fold(text: str) -> str:
    """The text without differences of width, case and kana."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_TO_HIRAGANA)


def search(
    query: str,
    troubles: Iterable[Trouble],
    *,
    profiles: Iterable[Profile] = (),
    rules: Mapping[str, RuleText] | None = None,
) -> list[Hit]:
    """The troubles in which every word of ``query`` stands, best first.

    Looked at: id and title, what happens, category keys and labels with whose survey they are of,
    the texts of its rules. When
    no trouble has every word, those that have at least half of the query's content (kanji,
    katakana and Latin runs, so that a whole sentence can be asked) with ``exact=False``. An
    empty query finds nothing.
    """
    labels: dict[str, list[str]] = {}
    for profile in profiles:
        for category in profile.category:
            labels.setdefault(category.key, []).append(f"{category.label} {profile.publisher}")
    fields = [(t, _fields(t, labels, rules or {})) for t in troubles]
    words = fold(query).split()
    hits = [
        Hit(trouble=t, score=sum(scores), exact=True)
        for t, texts in fields
        if words and all(scores := [_best(word, texts) for word in words])
    ]
    if not hits:
        hits = _near(query, fields)
    return sorted(hits, key=lambda h: (-h.score, -h.trouble.support, h.trouble.id))


def search_rules(query: str, rules: Iterable[RuleText]) -> list[RuleText]:
    """The rules in whose id or words every word of ``query`` stands, those with it in the title
    first. An empty query finds nothing.
    """
    words = fold(query).split()
    scored = [
        (-sum(scores), rule.id, rule)
        for rule in rules
        if words and all(scores := [_best(word, _rule_fields(rule)) for word in words])
    ]
    return [rule for _, _, rule in sorted(scored, key=lambda found: found[:2])]


def _rule_fields(rule: RuleText) -> list[tuple[int, str]]:
    said = f"{rule.must} {rule.must_not} {rule.must_en} {rule.must_not_en} {rule.why}"
    return [(_TITLE, fold(f"{rule.id} {rule.title} {rule.title_en}")), (_WHAT, fold(said))]


def _fields(
    trouble: Trouble, labels: Mapping[str, list[str]], rules: Mapping[str, RuleText]
) -> list[tuple[int, str]]:
    """(weight, folded text) of what is searched."""
    categories = " ".join(f"{k} {' '.join(labels.get(k, []))}" for k in trouble.categories)
    judged = " ".join(
        f"{r.id} {r.title} {r.title_en} {r.must} {r.must_not}"
        for r in (rules[i] for i in trouble.rules if i in rules)
    )
    return [
        (_TITLE, fold(f"{trouble.id} {trouble.title}")),
        (_WHAT, fold(trouble.what)),
        (_CATEGORY, fold(f"{categories} {trouble.layer}")),
        (_RULE, fold(judged)),
    ]


def _best(word: str, texts: list[tuple[int, str]]) -> int:
    return max((weight for weight, text in texts if word in text), default=0)


def _near(query: str, fields: list[tuple[Trouble, list[tuple[int, str]]]]) -> list[Hit]:
    terms = [fold(t) for t in _CONTENT.findall(unicodedata.normalize("NFKC", query))]
    found = []
    for trouble, texts in fields:
        own = [(weight, text) for weight, text in texts if weight > _CATEGORY]
        parts = [_share(term, own) for term in terms]
        if terms and sum(p > 0 for p in parts) * 2 >= len(terms) and any(parts):
            found.append(Hit(trouble=trouble, score=sum(parts), exact=False))
    return found


def _share(term: str, texts: list[tuple[int, str]]) -> float:
    """The best weight of the term, or of the share of its letter pairs that are there."""
    whole = _best(term, texts)
    if whole or len(term) < 3:
        return whole
    pairs = [term[i : i + 2] for i in range(len(term) - 1)]
    score = sum(_best(pair, texts) for pair in pairs) / len(pairs)
    return score if score >= _WHAT / 2 else 0
