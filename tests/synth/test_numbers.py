import numpy as np
import pytest
from stdnum import numdb
from tests.synth.conftest import ON

from shouwang.kit import divisions
from shouwang.kit.resident_id import check_digit, resident_id_parse
from shouwang.synth.draws import stream
from shouwang.synth.numbers import NumberIssuer, NumbersExhausted, accounts, phones, texts
from shouwang.synth.places import UNASSIGNED, place_load


def test_no_county_of_the_division_table_has_a_prefix_of_ours():
    table = divisions.load()
    cities = {prefix[:4] for prefix in table.county_prefixes()}
    ours = {f"{city}{suffix}" for city in cities for suffix in UNASSIGNED}
    assert not ours & table.county_prefixes()


def test_no_county_of_past_or_present_has_a_prefix_of_ours():
    known = numdb.get("cn/loc")
    cities = {prefix[:4] for prefix in divisions.load().county_prefixes()}
    for city in cities:
        for suffix in UNASSIGNED:
            facts = {key: value for _, part in known.info(f"{city}{suffix}") for key, value in part.items()}
            assert "county" not in facts


def test_a_thousand_people_of_one_birthday_get_a_thousand_numbers():
    issuer = NumberIssuer()
    sex = np.tile([0, 1], 500)
    found = [
        number
        for _ in range(2)
        for number in texts(issuer.resident_ids(np.full(1000, 1305), np.full(1000, 7305), sex)).to_pylist()
    ]
    assert len(set(found)) == 2000
    for number in found[:50]:
        assert check_digit(number[:17]) == number[17]
        assert resident_id_parse(number, on=ON).sex in "MF"


def test_numbers_that_run_out_are_refused():
    with pytest.raises(NumbersExhausted):
        NumberIssuer().resident_ids(np.full(5_000, 1305), np.full(5_000, 7305), np.ones(5_000, dtype=np.int64))


def test_phones_and_accounts_are_all_different():
    keys = np.arange(1, 200_001)
    assert len(set(phones(keys).to_pylist())) == len(keys)
    assert len(set(accounts(keys).to_pylist())) == len(keys)


def test_a_stream_is_the_same_for_the_same_path_only():
    assert stream(1, "a", 2).integers(10**9) == stream(1, "a", 2).integers(10**9)
    assert stream(1, "a", 2).integers(10**9) != stream(1, "a", 3).integers(10**9)
    assert stream(1, "a", 2).integers(10**9) != stream(2, "a", 2).integers(10**9)


def test_villages_go_before_neighbourhoods():
    place = place_load("130529", seed=1)
    table = divisions.load()
    assert {table.get(int(code)).kind for code in place.villages} == {"村委会"}
    assert place.edges[-1] == pytest.approx(1)
