"""H45 Staff do not handle PINs (``000:L157``).

A product may well speak of the 暗証番号, and ask the patient for it: what breaks the rule is the
PIN itself in what is shown or printed, and staff who are told to type it or write it down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.compare import one_width
from onshi.judge.findings import Half
from onshi.judge.look import handling, last_result, pin_was_near, said, ways_on
from onshi.judge.rules import rule

SCREEN = Half("H45", "warn", "暗証番号を画面に出さない")
PAPERS = Half("H45", "warn", "暗証番号を書類に印字しない")
STAFF = Half("H45", "warn", "職員に暗証番号を入力させたり控えさせたりしない")
ROUTE = Half("H45", "warn", "患者が入力できないときは、顔認証・目視・ほかの書類へ案内する")
_WORD = r"(?:暗証番号|暗証|PIN|パスワード)"
_BY_STAFF = (
    r"(?:職員|スタッフ|受付|窓口|操作者|医療機関)(?:の方|者|担当者?)?(?:が|で|側で)[^。\n]{0,15}"
    r"暗証番号[^。\n]{0,10}入力(?P<rest>[^。\n]*)",
    r"暗証番号を[^。\n]{0,8}(?:聞いて|聞き取|尋ね|伺|控え|書き留め|メモ|記録)(?P<rest>[^。\n]*)",
)
_NOT = re.compile(r"ない|せず|ません|禁|ずに")
_ANOTHER_WAY = re.compile(r"顔認証|目視")


@rule("H45")
def judge(case: Case) -> Iterator[Finding]:
    if not pin_was_near(case):
        yield SCREEN.unseen("暗証番号の入力はなかった")
        return
    yield _on_screen(case)
    yield _on_paper(case)
    yield _by_staff(case)
    if any(e.get("event") == "pin" and not e.get("entered") for e in case.events):
        yield _route(case)


def _on_screen(case: Case) -> Finding:
    text = said(case)
    options = [o for _, given, _ in case.visit.asked for o in given]
    if text is None:
        return SCREEN.unseen("handling.message も handling.warned も報告されていない")
    if any(pin in options or _named(pin, text) for pin in _pins(case)):
        return SCREEN.broken("暗証番号が画面に出た")
    return SCREEN.met("画面に暗証番号はない")


def _on_paper(case: Case) -> Finding:
    papers = handling(case).documents
    if not papers:
        return PAPERS.unseen("handling.documents が報告されていない")
    shown = [p.kind for p in papers if any(_named(pin, p.text) for pin in _pins(case))]
    if shown:
        return PAPERS.broken("暗証番号が印字された", "、".join(shown))
    return PAPERS.met("暗証番号のない書類: " + "、".join(p.kind for p in papers))


def _pins(case: Case) -> list[str]:
    """What the patient may have typed in this course; nothing where nothing was typed."""
    if not case.visit.pins_entered:
        return []
    situation = case.trouble.situation
    typed = [*situation.pins, *(pin for step in situation.step for pin in step.pins or ())]
    return [pin for pin in dict.fromkeys(typed) if pin]


def _named(pin: str, text: str) -> bool:
    """Whether a text gives the PIN as such: other numbers may be the same by chance."""
    code = rf"(?<![0-9A-Z]){re.escape(one_width(pin))}(?![0-9A-Z])(?!\s*[円点])"
    after, before = r"[^0-9。、\n]{0,6}", r"[ ()「」:=]{0,3}"
    return bool(re.search(rf"{_WORD}{after}{code}|{code}{before}{_WORD}", one_width(text)))


def _by_staff(case: Case) -> Finding:
    text = said(case)
    if text is None:
        return STAFF.unseen("handling.message も handling.warned も報告されていない")
    for pattern in _BY_STAFF:
        for found in re.finditer(pattern, text):
            if not _NOT.search(found["rest"]):
                return STAFF.broken("職員に暗証番号を扱わせようとした", found[0])
    return STAFF.met("職員に暗証番号を扱わせていない")


def _route(case: Case) -> Finding:
    text = said(case)
    if last_result(case) is not None:
        return ROUTE.unseen("回答が届いている")
    if ways_on(case) or (text is not None and _ANOTHER_WAY.search(text)):
        return ROUTE.met("別の方法を案内した")
    if text is None or handling(case).offered is None:
        return ROUTE.unseen("handling.message と handling.offered の両方は報告されていない")
    return ROUTE.broken("暗証番号のほかに方法が案内されなかった")
