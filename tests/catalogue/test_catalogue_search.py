"""Finding a trouble by what a person says of it."""

from __future__ import annotations

import pytest

from onshi.catalogue.load import load_profile, load_rules, load_troubles
from onshi.catalogue.search import Hit, fold, search


def found(query: str) -> list[Hit]:
    return search(
        query,
        load_troubles().values(),
        profiles=[load_profile("hodanren2025"), load_profile("chiba2023")],
        rules=load_rules(),
    )


def test_fold_ignores_width_case_and_kana() -> None:
    assert fold("ﾛｯｸ") == fold("ロック") == fold("ろっく")
    assert fold("ＰＩＮ") == "pin"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("抜いた", "card.pulled_mid_session"),
        ("pulled", "card.pulled_mid_session"),
        ("ふりーず", "integration.emr_freeze_1h"),
        ("ﾌﾘｰｽﾞ", "integration.emr_freeze_1h"),
        ("双子", "eligibility.multiple_twins"),
        ("3回 ロック", "card.pin_locked_third_try"),
        ("CERT_EXPIRED 猶予", "card.cert_expired_in_grace"),
        ("書きかけ", "result_file.half_written"),
        ("スマホ", "reader.smartphone_unsupported"),
        ("マスク", "reader.face_auth_mask"),
        ("汚れ", "card.surface_soiled"),
        ("置き忘れ", "card.left_behind"),
        ("千葉 汚損", "card.surface_soiled"),
    ],
)
def test_finds_by_title_text_and_id(query: str, first: str) -> None:
    hits = found(query)
    assert hits[0].trouble.id == first
    assert hits[0].exact


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("スマホだけ持ってきた", "reader.smartphone_unsupported"),
        ("カードがない", "card.absent_no_proof"),
        ("カードの更新中で手元にない", "card.absent_during_renewal"),
        ("使うたびに立ち上げ", "terminal.cold_start_each_use"),
        ("パスワードの入力が面倒", "terminal.login_credentials_slow"),
        ("1台だけ使えない", "reader.one_of_n_down_long"),
    ],
)
def test_what_a_clinic_says_on_the_telephone_is_among_the_first(said: str, meant: str) -> None:
    assert meant in [hit.trouble.id for hit in found(said)[:2]]


def test_finds_by_category_label_and_rule_text() -> None:
    by_label = {h.trouble.id for h in found("カードリーダーの接続不良・認証エラー")}
    assert "network.error_flap_week" in by_label
    by_rule = {h.trouble.id for h in found("PIN attempts")}
    assert "card.pin_already_locked" in by_rule


def test_every_word_must_be_there() -> None:
    both = {h.trouble.id for h in found("● 住所")}
    assert "name.blackdot_address" in both
    assert "name.blackdot_2_of_3" not in both


def test_a_whole_sentence_finds_what_is_near() -> None:
    hits = found("患者さんがカードを抜いたら固まった")
    assert not hits[0].exact
    assert hits[0].trouble.id == "card.pulled_mid_session"


@pytest.mark.parametrize("query", ["", "   ", "zzzzz", "きょうはよい天気です"])
def test_nothing_found(query: str) -> None:
    assert found(query) == []


def test_ties_are_in_a_fixed_order() -> None:
    assert [h.trouble.id for h in found("資格")] == [h.trouble.id for h in found("資格")]
    scores = [(-h.score, -h.trouble.support, h.trouble.id) for h in found("資格")]
    assert scores == sorted(scores)
