"""Ladders and settlements: sound ones only, and whatever the loss, never more than cap, rest of the year and loss."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.rulebook import PackError, PackSource, Policy, load_policy
from shouwang.rulebook.insurance import claim_terms
from shouwang.rulebook.ladders import OFFSETS, Ladder
from shouwang.rulebook.policy import plain
from shouwang.rulebook.settlements import claim_settle, share_text

PACKS = PackSource.from_directory(Path(__file__).resolve().parents[2] / "packs")


def policy(place: str, on: date) -> Policy:
    return load_policy(PACKS, place=place, on=on)


def ladder_text(body: str) -> str:
    return f"paid:\n  name: 赔付\n  values:\n    - {{from: 2019-01-01, value: {{ladder: {body}}}, source: 乙}}\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{causes: [ILLNESS], bands: [{above: 0, to: 1, share: 3%}, {above: 2, share: 5%}]}', "1.00 到 2.00 元没有"),
        ('{causes: [ILLNESS], bands: [{above: 0, to: 3, share: 3%}, {above: 2, share: 5%}]}', "重叠：2.00 到"),
        ('{causes: [ILLNESS], bands: [{above: "0", to: "300", share: 30%}]}', "最后一段不写 to"),
        ('{causes: [ILLNESS], bands: [{above: "1", share: 30%}]}', "从 0 起"),
        ('{causes: [ILLNESS], bands: [{above: "0", share: 30%}, {above: "0", share: 50%}]}', "由小到大"),
        ('{causes: [ILLNESS], bands: [{above: "0", share: 100.01%}]}', "比例 100.01% 不在 0 到 100% 之间"),
        ('{causes: [ILLNESS], bands: [{above: "0", share: -1%}]}', "不在 0 到 100% 之间"),
        ('{causes: [ILLNESS], bands: [{above: "0", share: 一半}]}', "比例看不懂"),
        ('{causes: [ILLNESS], bands: [{above: 0, share: 30%}], cap: 299, floor: 300}', "299.00 元）低于 floor"),
        ('{causes: [ILLNESS], fixed: "300", cap: "299.99"}', "低于 fixed"),
        ('{causes: [ILLNESS], bands: [{above: 0, share: 30%}], cap: 300, year_cap: 299}', "299.00 元）低于一次"),
        ('{causes: [ILLNESS], fixed: "300", bands: [{above: "0", share: 30%}]}', "只能写一个"),
        ('{causes: [ILLNESS], bands: [{above: "0", share: 30%}], before_papers: true}', "先救助后补材料"),
        ('{causes: [ILLNESS], fixed: "300", papers_within_days: 30}', "补材料期限"),
        ('{causes: [ILLNESS], fixed: "0"}', "要大于 0"),
        ('{causes: [FATE], fixed: "300"}', "不在原因代码表里"),
        ('{causes: [ILLNESS], fixed: "300", keeps: [LOTTERY]}', ""),
    ],
)  # fmt: skip
def test_an_unsound_ladder_is_refused_with_file_and_key(small: dict[str, str], body: str, said: str) -> None:
    with pytest.raises(PackError) as caught:
        load_policy(
            PackSource.from_files({**small, "low/insurance.yaml": ladder_text(body)}), place="low", on=date(2020, 6, 30)
        )
    assert caught.value.file == "low/insurance.yaml"
    assert "paid" in (caught.value.key or "")
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{fund: "100", premium: "50", heads: 3}', "不等于 fund"),
        ('{premium: "50"}', "要写 fund"),
        ('{fund: "0"}', "资金池的钱要大于 0"),
        ('{premium: "0", heads: 3}', "资金池的钱要大于 0"),
    ],
)
def test_an_unsound_pool_is_refused_with_file_and_key(small: dict[str, str], body: str, said: str) -> None:
    text = f"fund:\n  name: 池\n  values:\n    - {{from: 2019-01-01, value: {{pool: {body}}}, source: 乙}}\n"
    with pytest.raises(PackError, match=said) as caught:
        load_policy(PackSource.from_files({**small, "low/insurance.yaml": text}), place="low", on=date(2020, 6, 30))
    assert caught.value.file == "low/insurance.yaml"


@pytest.mark.parametrize("body", [
    '{causes: [ILLNESS], bands: [{above: "0", to: "200", share: 30%}, {above: "200", share: 100%}]}',
    '{causes: [ILLNESS], bands: [{above: "0", share: 0%}], cap: "300", floor: "300", year_cap: "300"}',
])  # fmt: skip
def test_a_sound_ladder_on_the_edge_is_taken(small: dict[str, str], body: str) -> None:
    source = PackSource.from_files({**small, "low/insurance.yaml": ladder_text(body)})
    assert load_policy(source, place="low", on=date(2020, 6, 30)).topic("insurance")["paid"].value.causes == (
        "ILLNESS",
    )


def test_a_ladder_of_a_pool_that_is_not_there_is_refused(small: dict[str, str]) -> None:
    text = ladder_text('{causes: [ILLNESS], fixed: "300", pool: nowhere}')
    with pytest.raises(PackError, match="没有“nowhere”这个资金池"):
        load_policy(PackSource.from_files({**small, "low/insurance.yaml": text}), place="low", on=date(2020, 6, 30))


def test_parts_that_a_pack_does_not_state_leave_its_digest_as_it_was() -> None:
    body = plain(Ladder.model_validate({"causes": ["ILLNESS"], "fixed": "300"}))
    assert set(body) == {"causes", "types", "fixed", "line", "deductible", "bands", "cap"}
    assert plain(Ladder.model_validate({"causes": ["ILLNESS"], "fixed": "300", "floor": "1"}))["floor"] == 100


def test_the_pool_of_weixian_adds_up_and_its_supplement_names_whom_it_insures() -> None:
    topic = policy("weixian", date(2020, 3, 1)).topic("insurance")
    fund, supplement = topic["fund"].value, topic["supplement"].value
    assert fund.premium * fund.heads == fund.total_fen == 400_000_000
    assert (supplement.total_fen, supplement.adds_to, supplement.insures) == (
        290_000_000,
        "fund",
        ("特定产业项目", "务工人员"),
    )
    assert fund.rolls_over and fund.topped_up


@pytest.mark.worked_case(5)
def test_the_published_case_of_2018_is_settled_step_by_step() -> None:
    terms = claim_terms(policy("weixian", date(2018, 9, 30)), cause="ILLNESS", type_key="LOW_INCOME")
    assert terms.ladder is not None and terms.pool is not None and terms.pool.key == "fund"
    found = claim_settle(terms.ladder.value, loss_fen=10_400_000, offsets={"MEDICAL": 8_600_000})
    assert (found.own_fen, found.paid_fen, found.due_fen) == (1_800_000, 900_000, 900_000)
    assert [step.text for step in found.steps] == [
        "核定损失 104,000.00 元",
        "先扣除医保报销 86,000.00 元，剩 18,000.00 元",
        "自己负担 18,000.00 元，达到起赔线 10,000.00 元",
        "0.00 元以上的部分 18,000.00 元 × 50% = 9,000.00 元",
    ]


@pytest.mark.worked_case(2)
def test_an_accident_counts_as_the_covered_cause_and_a_limb_is_more_than_fifty_thousand() -> None:
    terms = claim_terms(policy("weixian", date(2019, 6, 30)), cause="ACCIDENT", type_key="LOW_INCOME")
    assert terms.ladder is not None and terms.pool is not None and terms.pool.key == "fund"
    assert claim_settle(terms.ladder.value, loss_fen=11_000_000).paid_fen > 5_000_000
    crippled = claim_terms(policy("weixian", date(2019, 6, 30)), cause="DISABILITY", type_key="LOW_INCOME")
    assert (crippled.covered_as, crippled.ladder and crippled.ladder.key) == ("ILLNESS", "illness_payout")


def test_emergency_aid_comes_first_and_the_rest_is_settled() -> None:
    terms = claim_terms(policy("qinglong", date(2019, 8, 1)), cause="ACCIDENT", type_key="EXIT_UNSTABLE")
    assert terms.aid is not None and terms.aid == terms.ladder
    found = claim_settle(terms.aid.value, loss_fen=3_800_000, advance_fen=1_200_000)
    assert (found.paid_fen, found.due_fen, found.over_fen) == (1_000_000, 0, 200_000)
    assert "多付 2,000.00 元" in found.steps[-1].text


@pytest.mark.parametrize(("share", "said"), [("50%", "50%"), ("33.5%", "33.5%"), ("1/3", "约 33.3333%"), ("0", "0%")])
def test_a_share_is_written_as_people_read_it(share: str, said: str) -> None:
    assert share_text(Fraction(share[:-1]) / 100 if share.endswith("%") else Fraction(share)) == said


fens = st.integers(0, 10**9)
offsets = st.dictionaries(st.sampled_from(sorted(OFFSETS)), fens, max_size=3)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    floor = draw(st.integers(0, 10**6))
    cap = draw(st.none() | st.integers(floor, 10**9))
    starts = [0, *sorted(draw(st.sets(st.integers(1, 10**8), max_size=3)))]
    bands = [
        {"above": f"{start / 100:.2f}", "share": str(draw(st.fractions(0, 1, max_denominator=100)))} for start in starts
    ]
    body: dict[str, object] = {"causes": ["ILLNESS"], "bands": bands, "floor": f"{floor / 100:.2f}"}
    body |= {name: f"{draw(fens) / 100:.2f}" for name in ("line", "deductible")}
    body["keeps"] = draw(st.lists(st.sampled_from(sorted(OFFSETS)), max_size=2))
    if cap is not None:
        body["cap"] = f"{cap / 100:.2f}"
    if draw(st.booleans()):
        body["year_cap"] = f"{draw(st.integers(max(cap or 0, floor), 10**9 + 1)) / 100:.2f}"
    return Ladder.model_validate(body)


@settings(max_examples=150)
@given(ladders(), fens, fens, offsets)
def test_never_more_than_the_loss_the_cap_and_the_year_and_never_less_for_more(
    ladder: Ladder, loss: int, more: int, others: dict[str, int]
) -> None:
    found = claim_settle(ladder, loss_fen=loss, offsets=others)
    assert 0 <= found.paid_fen <= found.own_fen <= loss
    for cap in (ladder.cap, ladder.year_cap):
        assert cap is None or found.paid_fen <= cap
    assert claim_settle(ladder, loss_fen=loss + more, offsets=others).paid_fen >= found.paid_fen
    assert claim_settle(ladder, loss_fen=loss).paid_fen == ladder.payout(loss)
    assert found.paid_fen == ladder.payout(found.own_fen)
    assert found.steps[-1].amount_fen == found.paid_fen


@settings(max_examples=100)
@given(ladders(), st.lists(fens, min_size=1, max_size=5))
def test_however_an_event_is_split_its_payments_stay_under_the_cap(ladder: Ladder, losses: list[int]) -> None:
    """One event told bit by bit: each time the whole loss so far, less what was paid for it before."""
    paid = so_far = 0
    for loss in losses:
        so_far += loss
        paid += claim_settle(ladder, loss_fen=so_far, advance_fen=paid).due_fen
    assert paid == claim_settle(ladder, loss_fen=so_far).paid_fen
    assert ladder.cap is None or paid <= ladder.cap
    assert paid <= so_far


@settings(max_examples=100)
@given(ladders(), st.lists(fens, min_size=1, max_size=5))
def test_however_many_events_a_year_has_they_stay_under_its_cap(ladder: Ladder, losses: list[int]) -> None:
    year = 0
    for loss in losses:
        year += claim_settle(ladder, loss_fen=loss, paid_year_fen=year).paid_fen
    assert ladder.year_cap is None or year <= ladder.year_cap


@settings(max_examples=60)
@given(ladders(), fens, offsets, fens, fens)
def test_the_same_claim_settles_to_the_same_steps(
    ladder: Ladder, loss: int, others: dict[str, int], year: int, advance: int
) -> None:
    first, again = (
        claim_settle(ladder, loss_fen=loss, offsets=others, paid_year_fen=year, advance_fen=advance) for _ in "12"
    )
    assert first == again
    assert first.due_fen - first.over_fen == first.paid_fen - advance
    assert json.loads(json.dumps(first.to_dict()))["steps"][0]["amount_fen"] == loss


def test_amounts_below_zero_and_unknown_kinds_are_no_claims() -> None:
    ladder = Ladder.model_validate({"causes": ["ILLNESS"], "fixed": "300"})
    for given_ in ({"loss_fen": -1}, {"loss_fen": 1, "offsets": {"GIFT": 1}}, {"loss_fen": 1, "advance_fen": -1}):
        with pytest.raises(ValueError, match="never negative"):
            claim_settle(ladder, **given_)  # type: ignore[arg-type]
