"""A journal in words, for people: marks on four lanes (clock, card, reader, back end), in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["LANES", "Mark", "marks"]

LANES = {
    "clock": "時計・受付",
    "card": "カード",
    "reader": "リーダー・端末",
    "back": "オンライン資格確認",
}
"""The lanes by id, in the order in which they are drawn."""

Event = dict[str, Any]

_AT_WORK = {"hands": "card", "card": "card", "reader": "reader", "terminal": "reader",
            "wire": "back", "inquiry": "back", "file": "back"}  # fmt: skip
"""The lane on which a fault strikes, by the first word of its name."""

_STEPS = {"visit": "来院", "claim": "請求（月を締める）", "returns": "審査の結果が届く"}
_OUTCOMES = {"accepted": "受理", "transferred": "振替", "returned": "返戻"}
_BEFORE, _AFTER = 44, 15


@dataclass
class Mark:
    """One thing that happened. ``kind``: "" (ordinary), ``day``, ``step``, ``fault``, ``bad``,
    ``more`` (what is left out). ``at``: seconds of simulated waiting in its journal lane.
    ``times``: how often, one after the other.
    """

    lane: str
    text: str
    kind: str = ""
    at: float = 0.0
    times: int = 1

    @property
    def words(self) -> str:
        return f"{self.text} ×{self.times}" if self.times > 1 else self.text


def marks(events: Iterable[Event], first_day: str = "") -> list[Mark]:
    """What is worth showing of a journal, same things in a row drawn together.

    ``first_day`` stands at the head unless the journal names a day before the first patient. Of a
    long journal the beginning and the end are given, and how much lies between.
    """
    found: list[Mark] = []
    for event in events:
        mark = _mark(event)
        if mark is None:
            continue
        last = found[-1] if found else None
        if last and (last.lane, last.text, last.kind) == (mark.lane, mark.text, mark.kind):
            last.times += 1
            last.at = max(last.at, mark.at)
        else:
            found.append(mark)
    found = _from_the_patient(found)
    if first_day and not (found and found[0].kind == "day"):
        found.insert(0, Mark("clock", first_day, "day"))
    return _shortened(found)


def _from_the_patient(found: list[Mark]) -> list[Mark]:
    """Without what the desk does before the trouble is laid: it is the same every time."""
    start = next((i for i, mark in enumerate(found) if mark.kind in ("fault", "day")), 0)
    ready = [m for m in found[:start] if m.lane == "clock"]
    return ready + found[start:]


def _shortened(found: list[Mark]) -> list[Mark]:
    if len(found) <= _BEFORE + _AFTER + 1:
        return found
    left = len(found) - _BEFORE - _AFTER
    between = Mark("clock", f"… この間の {left} 件は省略 …", "more")
    return [*found[:_BEFORE], between, *found[-_AFTER:]]


def _mark(event: Event) -> Mark | None:
    kind = str(event["lane"]).partition("/")[0]
    told = _TELL.get(kind, _by_name)(event)
    if told is not None and isinstance(at := event.get("t", 0.0), int | float):
        told.at = float(at)
    return told


# ------------------------------------------------------------------ by lane
def _desk(event: Event) -> Mark | None:
    tell = _DESK.get(event["event"])
    return tell(event) if tell is not None else None


def _decided(event: Event) -> Mark:
    answer = str(event.get("answer", ""))
    said = answer.removeprefix("document:").replace("copay:", "負担割合 ")
    asked = "操作者" if event.get("scripted", True) else "台本にない問い"
    return Mark("clock", f"{asked}: {said}", "" if event.get("scripted", True) else "bad")


def _terminal(event: Event) -> Mark:
    method = {"face": "顔認証", "pin": "暗証番号"}.get(str(event.get("method")), "本人確認できず")
    screen = str(event.get("screen") or "")
    return Mark("reader", f"{method} {screen}".strip(), "" if event.get("method") else "bad")


def _settled(event: Event) -> Mark:
    outcomes = [_OUTCOMES.get(o, o) for o in _texts(event.get("outcomes"))]
    reasons = [r for r in _texts(event.get("reasons")) if r]
    text = "審査支払: " + ("、".join(outcomes) or "請求がない")
    return Mark("back", text + (f"（{'、'.join(reasons)}）" if reasons else ""), "step")


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _step(event: Event) -> Mark:
    text = _STEPS.get(str(event.get("do")), str(event.get("do")))
    what = str(event.get("what") or "")
    return Mark("clock", f"{text}: {what}" if what else text, "step")


_DESK: dict[str, Callable[[Event], Mark]] = {
    "date": lambda e: Mark("clock", str(e.get("date", "")), "day"),
    "patient": lambda e: Mark("clock", f"患者 {e.get('key', '')} が受付に来る", "step"),
    "step": _step,
    "inject": lambda e: Mark("clock", f"仕込み {e.get('fault', '')}", "fault"),
    "instead": lambda e: Mark(
        "clock", f"{e.get('of', '')} の代わり: {e.get('fault', '')}", "fault"
    ),
    "lift": lambda e: Mark("clock", f"解除 {e.get('name', '')}", "fault"),
    "present": lambda e: Mark("clock", "カードなどを出す"),
    "take_away": lambda e: Mark("clock", "カードを持って離れる"),
    "pin": lambda e: Mark(
        "clock", "暗証番号を入れる" if e.get("entered") else "暗証番号を入れない"
    ),
    "decide": _decided,
    "terminal": _terminal,
    "settled": _settled,
    "more": lambda e: Mark("clock", f"… このあとの {e.get('number', '')} 件は省略 …", "more"),
}


def _fault(event: Event) -> Mark | None:
    if event["event"] != "fault":
        return None
    name = str(event.get("name", ""))
    if name.startswith("scene."):  # it was laid down, and is in the picture as such
        return None
    return Mark(_AT_WORK.get(name.partition(".")[0], "clock"), f"障害 {name}", "fault")


def _card(event: Event) -> Mark:
    if event["event"] == "power":
        on = {"on": "電源が入る", "off": "電源が切れる", "reset": "リセット"}
        return Mark("card", on.get(str(event.get("action")), str(event.get("action"))))
    if event["event"] == "verify":
        said = "合う" if event.get("ok") else "違う"
        left = f"暗証番号が{said}（残り {event.get('tries')} 回）"
        return Mark("card", left, "" if event.get("ok") else "bad")
    return Mark("card", str(event["event"]))


def _reader(event: Event) -> Mark:
    if event["event"] == "apdu":
        return _apdu(event)
    name = _CALLS.get(str(event["event"]), str(event["event"]))
    return _ended("reader", name, str(event.get("rv", "")))


def _apdu(event: Event) -> Mark:
    from onshi.card.explain import INSTRUCTIONS, status_words

    command, answer = str(event.get("c", "")), str(event.get("r", ""))
    code = _hex(command[2:4])
    name = INSTRUCTIONS.get(code, f"INS {command[2:4]}")
    if "rv" in event or len(answer) < 4:
        return _ended("reader", name, str(event.get("rv", "")))
    word = _hex(answer[-4:])
    if word == 0x9000:
        return Mark("reader", name)
    asked = len(command) <= 10
    said = status_words(word, ins=code, asked=asked)
    bad = "" if asked and word >> 4 == _TRIES else "bad"
    return Mark("reader", f"{name} → {answer[-4:]} {said}", bad)


def _ended(lane: str, name: str, rv: str) -> Mark:
    from onshi.reader.explain import code_words

    code = _hex(rv)
    return Mark(lane, f"{name} → {code_words(code)}", "bad") if code > 0 else Mark(lane, name)


def _hex(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        return -1


_TRIES = 0x63C
"""The answer that says how many tries are left: also to who only asks."""

_CALLS = {
    "establish": "PC/SC を開く",
    "connect": "カードにつなぐ",
    "reconnect": "つなぎ直す",
    "disconnect": "切り離す",
    "begin_transaction": "占有する",
    "end_transaction": "占有を終える",
    "control": "リーダーへの命令",
    "hang_up": "呼び出しが返らない",
}


def _back(event: Event) -> Mark:
    tell = _BACK.get(event["event"])
    return tell(event) if tell is not None else Mark("back", str(event["event"]))


def _requested(event: Event) -> Mark:
    name = "ログイン" if event.get("service") == "auth" else "資格の照会"
    http = event.get("http", 200)
    bad = "" if http == 200 else "bad"
    said = _validity(event) if http == 200 else f"HTTP {http}"
    return Mark("back", f"{name} → {said}" if said else name, bad)


def _validity(event: Event) -> str:
    from onshi.eligibility.code_lists import CODE_LISTS

    code = event.get("validity")
    if not code:
        return ""
    word = CODE_LISTS["OQSCD006"].get(str(code), str(code))
    many = event.get("records")
    return f"{word}（{many} 件）" if isinstance(many, int) and many != 1 else word


def _wired(event: Event) -> Mark:
    stage = str(event.get("stage", ""))
    rest = [
        f"{name} {value}"
        for name, value in event.items()
        if name not in ("lane", "event", "stage", "t") and isinstance(value, str | int | float)
    ]
    return Mark("back", f"回線 {stage}: {'、'.join(rest)}" if rest else f"回線 {stage}", "bad")


def _filed(event: Event) -> Mark:
    where = {"face": "face/", "res": "res/", "req": "req/"}.get(str(event.get("where")), "")
    done = {"write": "結果ファイルを置く", "remove": "ファイルを消す"}
    op = str(event.get("op", ""))
    return Mark("back", f"{done.get(op, 'ファイル ' + op)} {where}".strip())


def _answered(event: Event) -> Mark:
    said = _validity(event)
    return Mark("back", f"資格の回答 {said}".strip())


_BACK: dict[str, Callable[[Event], Mark]] = {
    "request": _requested,
    "wire": _wired,
    "file": _filed,
    "answer": _answered,
    "nothing": lambda e: Mark("back", f"結果が来ない {e.get('where', '')}".strip(), "bad"),
    "nobody": lambda e: Mark("back", f"本人確認できず {e.get('screen', '')}".strip(), "bad"),
    "refused": lambda e: Mark("back", f"拒む {e.get('why', e.get('status', ''))}".strip(), "bad"),
    "failed": lambda e: Mark("back", f"書けない {e.get('reason', '')}".strip(), "bad"),
    "error": lambda e: Mark("back", f"通信の誤り {e.get('kind', '')}".strip(), "bad"),
    "tls": lambda e: Mark("back", f"TLS {e.get('reason', '')}".strip(), "bad"),
    "left": lambda e: Mark("back", "相手が切る"),
    "ignored": lambda e: Mark("back", "知らない名前のファイル"),
}


def _by_name(event: Event) -> Mark:
    return Mark("back", f"{str(event['lane']).partition('/')[0]} {event['event']}")


_TELL: dict[str, Callable[[Event], Mark | None]] = {
    "desk": _desk,
    "fault": _fault,
    "card": _card,
    "pcsc": _reader,
    "vpcd": _reader,
    "webapi": _back,
    "folder": _back,
    "face": _back,
}
