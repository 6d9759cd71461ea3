"""The page: what is on it, what may not be, what it costs. Without a browser."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from pathlib import Path
from typing import Any

import lxml.html
import msgspec
import pytest
from report_runs import EVIL, small_rows, small_run

from onshi.catalogue.load import load_profile, load_troubles, profiles
from onshi.config import Config
from onshi.journal import Journal
from onshi.outcomes import Row
from onshi.reports.html import PICTURES, html
from onshi.reports.journals import Journals, pack
from onshi.reports.run import Run, merge, read_run, write_run
from onshi.serve.ledger import Ledger

ORDER = b"""\
{"lane":"card/0","action":"on","event":"power"}
{"lane":"desk/0","key":"p1","event":"patient"}
{"lane":"desk/0","fault":"card.pull","event":"inject"}
{"lane":"desk/0","event":"present"}
{"lane":"pcsc/0","c":"00A4020C02000A","rv":"80100069","event":"apdu"}
{"lane":"desk/0","do":"claim","what":"<b>x</b>","event":"step"}
"""


def page(run: Run, rows: Any, **more: Any) -> Any:
    return lxml.html.fromstring(html(run, rows, **more))


def text(node: Any) -> str:
    return re.sub(r"\s+", " ", node.text_content()).strip()


def journals(rows: list[Row], order: bytes = ORDER) -> Journals:
    found = Journals()
    for row in rows:
        found.keep(row, pack(order))
    return found


def test_the_head_says_what_was_tested_by_whom_and_with_what() -> None:
    root = page(small_run(), small_rows())
    assert root.get("lang") == "ja"
    facts = {text(tr[0]): text(tr[1]) for tr in root.xpath("//table[@class='facts']//tr")}
    assert facts["製品"] == "試験レセコン"
    assert facts["版"] == "4.2"
    assert facts["試験者"] == "品質管理部"
    assert facts["実施日"] == "2025-11-04"
    assert facts["試験の中の日付"] == "2025-10-20"
    assert facts["試験の道具"] == "pytest-onshi 0.1.0、カタログ 0123456789ab"
    said = "判定を変えた規則: H46 = fail; 自社の制限: answer = 30 秒"
    assert facts["変えた水準と制限"] == said
    totals = [text(li) for li in root.xpath("//ul[@class='totals']/li")]
    assert totals[:4] == ["× 違反1", "△ 猶予1", "○ 適合1", "－ 観測なし1"]
    waiver = text(root.xpath("//*[@id='waivers']/following::tbody[1]/tr")[0])
    assert waiver.startswith("H02eligibility.not_found2999-03-31次版で対応REC-123")
    for limit in load_profile("hodanren2025").limits:
        assert limit in root.text_content()


@pytest.mark.parametrize("name", profiles())
def test_each_survey_has_its_shares_and_says_what_they_are(name: str) -> None:
    survey = load_profile(name)
    root = page(small_run(profiles=[name], troubles=[]), [])
    table = root.xpath(f"//table[@class='categories'][@data-profile='{name}']")[0]
    shown = {tr.get("data-category"): tr for tr in table.xpath(".//tr[@data-category]")}
    assert set(shown) == {c.key for c in survey.category}
    for category in survey.category:
        share = text(shown[category.key][1])
        if category.share is not None:
            assert float(share.removesuffix(" %")) == category.share
            continue
        assert share == ("－" if survey.kind == "rules" else "不明")
        assert category.reason.rstrip("。") in text(shown[category.key][0])
    words = "割合はありません" if survey.kind == "rules" else "製品の不具合率ではありません"
    assert words in text(table.find("caption"))
    assert "発生率ではない" in text(table.find("thead"))


def test_every_trouble_of_a_category_has_its_verdict_or_why_there_is_none() -> None:
    run = small_run()
    root = page(run, small_rows())
    cells = root.xpath("//tbody[@data-category='reader_auth']/tr[@data-trouble]")
    states = {tr.get("data-trouble"): tr.get("data-state") for tr in cells}
    survey = load_profile("hodanren2025")
    category = next(c for c in survey.category if c.key == "reader_auth")
    assert set(states) == {
        t.id for t in load_troubles().values() if category.has(t.id, t.categories)
    }
    assert states["card.chip_failure"] == "failed"
    assert states["card.pulled_mid_session"] == "passed"
    assert states["card.unreadable"] == "not_run"
    assert states["network.vpn_lost"] == "out"
    assert states["reader.freeze"] == "not_chosen"
    never = {t.id for t in load_troubles().values() if t.why_not}
    assert all((states[t] == "impossible") == (t in never) for t in states)
    headings = [text(h) for h in root.xpath("//*[@id='untested']/following-sibling::h3")]
    assert any(h.startswith("／ 対象外（1 件）") for h in headings)


def test_what_only_a_part_of_was_brought_about_is_told() -> None:
    partly = next(t for t in load_troubles().values() if t.partly and not t.why_not)
    rows = [Row(trouble=partly.id, categories=list(partly.categories), result="passed")]
    root = page(small_run(troubles=[partly.id]), rows)
    assert "一部だけ試験したトラブル（1 件）" in root.text_content()
    assert partly.partly in root.text_content()


def test_a_products_text_is_only_text_and_nothing_comes_from_outside() -> None:
    rows = small_rows()
    made = html(small_run(), rows, journals=journals(rows))
    root = lxml.html.fromstring(made)
    assert EVIL in root.text_content()
    assert len(root.xpath("//script")) == 1
    outside = root.xpath("//@src | //link | //iframe | //object | //base | //form/@action")
    assert outside == []
    assert all(href.startswith("#") for href in root.xpath("//@href"))
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in root.xpath("//a/@href")} <= set(ids)
    assert not re.search(r"url\(|@import", made)
    assert "<b>x</b>" not in made


def test_the_page_lets_nothing_run_but_its_own_script() -> None:
    root = page(small_run(), small_rows())
    policy = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; ")
    for kind in ("style", "script"):
        own = root.xpath(f"//{kind}")[0].text
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert root.xpath("//@style") == []
    assert [a for a in root.xpath("//@*") if a.attrname.startswith("on")] == []


def test_tables_can_be_read_aloud() -> None:
    rows = small_rows()
    root = page(small_run(), rows, before=rows, journals=journals(rows))
    assert root.xpath("//table//th[not(@scope)]") == []
    assert all(svg.get("aria-label") for svg in root.xpath("//svg[@role='img']"))
    signs = {"failed": "× 違反", "passed": "○ 適合", "waived": "△ 猶予", "skipped": "－ 観測なし"}
    for tr in root.xpath("//table[@class='matrix'][@data-profile]//tr[@data-state]"):
        if tr.get("data-state") in signs:
            assert text(tr[1]) == signs[tr.get("data-state")]


def test_a_broken_rule_is_told_with_what_was_expected_why_and_how_to_see_it_again() -> None:
    rows = small_rows()
    article = page(small_run(), rows, journals=journals(rows)).get_element_by_id(
        "t-card.chip_failure"
    )
    (first, *_) = article.xpath(".//div[@class='finding']")
    told = [(text(dt), text(dt.getnext())) for dt in first.iter("dt")]
    assert [name for name, _ in told] == ["期待", "実際", "実際", "なぜ必要か", "出典"]
    assert told[0][1] == "H10 の期待"
    assert told[2][1] == "二つ目 handling.status=invalid"
    assert told[4][1] == "004:L87"
    assert text(article.xpath(".//pre")[0]) == rows[0].reproduce
    lanes = [text(t) for t in article.xpath(".//*[@class='lane']")]
    assert lanes == ["時計・受付", "カード", "リーダー・端末", "オンライン資格確認"]
    marks = [text(t) for t in article.xpath(".//g")]
    assert marks[:3] == ["2025-10-20", "患者 p1 が受付に来る", "仕込み card.pull"]
    assert "カードが抜かれた" in marks[-2]
    assert marks[-1] == "請求（月を締める）: <b>x</b>"


def test_a_journal_that_is_missing_or_damaged_costs_the_picture_only(tmp_path: Path) -> None:
    rows = small_rows()
    (tmp_path / "card.chip_failure.order.jsonl").write_bytes(b'\xff{"lane": 3}\n[]\n{"lane"')
    damaged = Journals()
    damaged.keep(rows[0], "not packed \x00")
    for found in (Journals(tmp_path), Journals(tmp_path / "nowhere"), damaged):
        root = page(small_run(), rows, journals=found)
        assert root.xpath("//figure") == []
        assert root.get_element_by_id("t-card.chip_failure") is not None


def test_of_several_folders_the_picture_is_of_the_run_that_counts(tmp_path: Path) -> None:
    row = small_rows()[0]
    runs = []
    for name, result in (("good", "passed"), ("bad", "failed")):
        own = msgspec.structs.replace(row, result=result)
        write_run(tmp_path / name, small_run(), [own])
        order = ORDER.replace(b"card.pull", name.encode())
        (tmp_path / name / f"{row.trouble}.order.jsonl").write_bytes(order)
        runs.append(read_run(tmp_path / name))
    run, rows = merge(runs)
    found = Journals(tmp_path / "good", tmp_path / "bad")
    for name, (_, own_rows) in zip(("good", "bad"), runs, strict=True):
        found.place(tmp_path / name, own_rows, rows)
    figure = page(run, rows, journals=found).xpath("//figure")[0]
    assert "仕込み bad" in text(figure)


def test_a_process_that_serves_keeps_the_journal_of_what_was_broken() -> None:
    journal = Journal()
    journal.only("desk").event("inject", fault="card.pull")
    ledger = Ledger(Config(), [], "2025-10-20")
    ledger.keep([small_rows()[0]], journal)
    root = page(ledger.run(), ledger.rows(), journals=ledger.journals)
    assert "仕込み card.pull" in text(root.xpath("//figure")[0])


def test_a_row_cannot_name_a_file_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret.order.jsonl").write_bytes(ORDER)
    (tmp_path / "in").mkdir()
    row = msgspec.structs.replace(small_rows()[0], trouble="../secret")
    assert Journals(tmp_path / "in").events(row) == []


def test_the_former_run_is_beside_this_one() -> None:
    rows = small_rows()
    before = [msgspec.structs.replace(rows[0], broken=["H51"], findings=[], met=["H10"])]
    root = page(small_run(), rows, before=before)
    told = [text(tr) for tr in root.xpath("//table[@class='change']/tbody/tr")]
    assert told == [
        "× 新しい違反: 2 件",
        "ICチップの破損 card.chip_failureH10",
        "資格情報なし eligibility.not_foundH02",
        "○ 直った違反: 1 件",
        "ICチップの破損 card.chip_failureH51",
        "△ 残っている違反: 0 件",
        "－ 観測されなくなった規則: 0 件",
    ]


def test_a_run_kept_by_an_older_version_is_read(tmp_path: Path) -> None:
    write_run(tmp_path, small_run(), small_rows())
    kept = msgspec.json.decode((tmp_path / "run.json").read_bytes())
    for field in ("about", "rate", "weight"):
        del kept[field]
    (tmp_path / "run.json").write_bytes(msgspec.json.encode(kept))
    run, rows = read_run(tmp_path)
    assert "製品名の記載なし" in html(run, rows)


def test_ten_thousand_encounters_make_a_small_page_quickly() -> None:
    """Rows come one by one; each trouble has one picture, however often it was broken."""
    ids = [t.id for t in load_troubles().values() if not t.why_not]
    long = b"".join(
        b'{"lane":"webapi/%d","service":"search","http":%d,"event":"request"}\n' % (i, 500 + i % 2)
        for i in range(300)
    )
    one, kept = small_rows()[0], Journals()

    def day() -> Any:
        for i in range(10_000):
            row = msgspec.structs.replace(
                one,
                trouble=ids[i % len(ids)],
                name=f"{i:04}-x",
                result=("failed", "passed")[i % 3 > 0],
            )
            if i < len(ids):
                kept.keep(row, pack(ORDER + long))
            yield row

    run = small_run(encounters=10_000, rate=0.1, troubles=ids, scope=[])
    rows = list(day())
    start = time.perf_counter()
    made = html(run, iter(rows), journals=kept)
    took = time.perf_counter() - start
    assert len(made.encode()) < 5_000_000
    assert took < 5
    root = lxml.html.fromstring(made)
    totals = [text(li) for li in root.xpath("//ul[@class='totals']/li")]
    assert totals[0] == "× 違反3,334"
    assert 0 < len(root.xpath("//figure")) <= PICTURES
    assert "この間の" in made
    assert "トラブルのある割合 0.1（試験で与えた値で、調査で測られた率ではない）" in made


def test_pictures_are_few_enough_and_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onshi.reports.html.PICTURES", 2)
    one = small_rows()[0]
    rows = [msgspec.structs.replace(one, trouble=f"card.x{i}") for i in range(5)]
    root = page(small_run(), rows, journals=journals(rows))
    assert len(root.xpath("//figure")) == 2
    assert "始めの 2 件だけ載せた。ほか 3 件は省いた" in root.text_content()
