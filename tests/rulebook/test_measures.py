"""The catalogue of measures: every national kind stands in a defence; what cannot be is refused with file and key."""

from __future__ import annotations

from datetime import date

import pytest

from shouwang.kit.codes import Defence, Measure
from shouwang.rulebook import PackError, PackSource, load_policy, packs_directory
from shouwang.rulebook.measures import clashes, defence_of, defences, excluded_pairs, offers_of
from shouwang.rulebook.policy import Policy, policy_resolve

ON = date(2021, 8, 1)
SOUND = "{provides: 救助, kinds: [SOCIAL]}"


def policy_of(place: str) -> Policy:
    return policy_resolve(PackSource.from_directory(packs_directory()), place=place, on=ON)


def test_each_of_the_fourteen_kinds_stands_in_one_of_six_defences() -> None:
    policy = policy_of("national")
    assert set(defences(policy)) == set(Measure) and len(Measure) == 14
    assert set(defences(policy).values()) == set(Defence) and len(Defence) == 6
    assert all(stated.value.defence and stated.value.providers for stated in offers_of(policy))
    assert all(stated.mark for stated in offers_of(policy))  # nobody has seen the documents


def test_a_place_states_what_differs_and_its_offers_follow_their_kind() -> None:
    shanxi = policy_of("shanxi")
    offers = shanxi.topic("measures")
    assert defence_of(shanxi, offers["jobs_defence"].value) == "EMPLOYMENT"
    lianyungang = policy_of("lianyungang")
    net = lianyungang.topic("measures")["safety_net"]
    assert (net.pack, net.value.defence) == ("lianyungang", "FLOOR")
    xingtai = policy_of("xingtai")
    aid = xingtai.topic("measures")["policy_aid"].value
    assert aid.defence is None and defence_of(xingtai, aid) == "POLICY"


def test_what_excludes_is_excluded_in_turn() -> None:
    policy = policy_of("national")
    assert [one.key for one in clashes(policy, "dibao", {"tekun", "medical_aid"})] == ["tekun"]
    assert [one.key for one in clashes(policy, "tekun", {"dibao", "disability_care"})] == ["dibao", "disability_care"]
    assert not list(clashes(policy, "dibao", {"dibao"})) and not list(clashes(policy, "unknown", {"dibao"}))
    assert ("dibao", "tekun") in excluded_pairs(policy)


def stated(first: str, second: str = SOUND) -> str:
    block = "{key}:\n  name: 甲\n  values:\n    - {{from: 2019-01-01, value: {value}, source: 乙}}\n"
    return block.format(key="first", value=first) + block.format(key="second", value=second)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{provides: 甲, kinds: [HOLIDAY]}", "kinds"),
        ("{provides: 甲, kinds: []}", "kinds"),
        ("{provides: 甲, kinds: [SOCIAL, SOCIAL]}", "kinds 里有重复的"),
        ("{provides: 甲, kinds: [SOCIAL], defence: WALL}", "defence"),
        ("{provides: 甲, kinds: [SOCIAL], providers: [bank]}", "没有“bank”这种提供单位"),
        ("{provides: 甲, kinds: [SOCIAL], risks: [RAIN]}", "risks"),
        ("{provides: 甲, kinds: [SOCIAL], excludes: [nothing]}", "当日没有“nothing”这项措施，不能与它互斥"),
        ("{provides: 甲, kinds: [SOCIAL], excludes: [first]}", "不能与自己互斥"),
        ('{provides: 甲, kinds: [SOCIAL], amount: "100"}', "也要写 unit"),
        ('{provides: 甲, kinds: [SOCIAL], amount: "0", unit: ONCE}', "要大于 0"),
        ('{provides: 甲, kinds: [SOCIAL], amount: "100.01", unit: ONCE, cap_year: "100"}', "还少"),
        ("{provides: 甲, kinds: [SOCIAL], unit: DAILY, recurs: 1}", "recurs"),
        ("{provides: 甲, kinds: [SOCIAL], unit: MONTHLY, recurs: 6}", "只能是 1"),
        ("{provides: 甲, kinds: [SOCIAL], when: nothing_known > 0}", "不认识的事实"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(small: dict[str, str], value: str, said: str) -> None:
    source = PackSource.from_files({**small, "low/measures.yaml": stated(value)})
    with pytest.raises(PackError) as caught:
        load_policy(source, place="low", on=date(2020, 6, 30))
    assert caught.value.file == "low/measures.yaml" and caught.value.key.startswith("first")
    assert said in f"{caught.value.key} {caught.value.message}"


def test_on_the_edge_it_stands(small: dict[str, str]) -> None:
    sound = '{provides: 甲, kinds: [SOCIAL], amount: "100", unit: ONCE, cap_year: "100", excludes: [second]}'
    source = PackSource.from_files({**small, "low/measures.yaml": stated(sound)})
    policy = load_policy(source, place="low", on=date(2020, 6, 30))
    offer = policy.topic("measures")["first"].value
    assert (offer.amount, offer.cap_year, offer.months) == (10_000, 10_000, None)
