"""H47 What was valid at the visit is asked for again before the claim (``003:L650``).

Seen of it: the inquiry in the claim chapter, what the operator is told there, and whether what the
visit rested on is still kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.compare import same
from onshi.judge.findings import Half
from onshi.judge.look import NUMBERS, as_chart, asked, handling, inquired, last_result
from onshi.judge.rules import story_rule
from onshi.judge.story import Chapter, Story
from onshi.seams import Answer

RECHECK = Half("H47", "warn", "請求の前に資格を確かめ直す")
TOLD = Half("H47", "warn", "受付時と請求時の資格の違いを示す")
KEPT = Half("H47", "warn", "受付時の根拠を消さない")
_VALID = ("1", "6")
_ABOUT_CHANGE = re.compile(r"無効|喪失|変わ|変更|違|異な|相違|確かめ|情報なし|該当なし|複数該当")


@story_rule("H47")
def judge(story: Story) -> Iterator[Finding]:
    confirmed: Case | None = None
    claimed = False
    for chapter in story.chapters:
        if chapter.purpose == "visit":
            answer = last_result(chapter.case)
            if answer is not None:
                confirmed = chapter.case if answer.validity in _VALID else None
        elif chapter.purpose == "claim":
            claimed = True
            yield from _claim(confirmed, chapter)
    if not claimed:
        yield RECHECK.unseen("請求まで進んでいない")


def _claim(confirmed: Case | None, chapter: Chapter) -> Iterator[Finding]:
    if confirmed is None:
        yield RECHECK.unseen("受付時に有効の回答は送られていない")
        return
    yield _recheck(confirmed, chapter)
    yield _told(confirmed, chapter.case)
    yield _kept(confirmed, chapter.case)


def _recheck(confirmed: Case, chapter: Chapter) -> Finding:
    case = chapter.case
    if inquired(case):
        return RECHECK.met("請求の前に照会した")
    if not case.surfaces & {"webapi", "folder"}:
        return RECHECK.unseen("カードなしで照会できる経路がない")
    if chapter.raw is None:
        return RECHECK.unseen("請求ファイルが出ていない")
    if case.date == confirmed.date:
        return RECHECK.unseen("受付の日に請求した")
    return RECHECK.broken(
        "受付のあと一度も照会せずに請求した", f"受付 {confirmed.date}、請求 {case.date}"
    )


def _told(confirmed: Case, case: Case) -> Finding:
    then, now, h = last_result(confirmed), last_result(case), handling(case)
    if then is None or now is None or not _differ(then, now):
        return TOLD.unseen("請求のときに、受付時と違う回答は送られていない")
    if asked(case) or h.warned or h.held or _ABOUT_CHANGE.search(h.message or ""):
        return TOLD.met("尋ねた、知らせた、または保留した")
    if asked(case) is None or h.warned is None or h.message is None:
        return TOLD.unseen("asked・warned・message のすべては報告されていない")
    return TOLD.broken("受付時と違う資格を、尋ねも知らせもせずに請求した", h.message)


def _differ(then: Answer, now: Answer) -> bool:
    if (then.validity in _VALID) != (now.validity in _VALID):
        return True
    old = [as_chart(r) for r in then.records]
    return any(
        not any(all(_agree(f, getattr(c, f), getattr(o, f)) for f in NUMBERS) for o in old)
        for c in (as_chart(r) for r in now.records)
    )


def _agree(field: str, a: object, b: object) -> bool:
    return a in (None, "") or b in (None, "") or same(field, a, b)


def _kept(confirmed: Case, case: Case) -> Finding:
    then, now = handling(confirmed).evidence, handling(case).evidence
    if not then or now is None:
        return KEPT.unseen("受付時と請求時の evidence の両方は報告されていない")
    if set(then) <= set(now):
        return KEPT.met("受付時の根拠: " + "、".join(then))
    if not now:
        return KEPT.broken("受付時の根拠が消えた", "受付時 " + "、".join(then))
    return KEPT.unseen("請求時に別の根拠が示され、受付時の記録は見えない")
