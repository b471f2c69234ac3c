import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kit import divisions

VILLAGE = 130529103201


def test_a_code_knows_its_level_and_its_ancestors():
    assert divisions.level(VILLAGE) == divisions.Level.VILLAGE
    assert divisions.ancestors(VILLAGE) == (130000000000, 130500000000, 130529000000, 130529103000)
    assert divisions.parent(130000000000) == 0
    assert divisions.at_level(VILLAGE, divisions.Level.COUNTY) == 130529000000


def test_a_city_without_counties_stands_right_above_its_townships():
    assert divisions.ancestors(441900003000) == (440000000000, 441900000000)
    assert divisions.level(441900003000) == divisions.Level.TOWNSHIP


@pytest.mark.parametrize(
    ("code", "lo", "hi"),
    [
        ("13", 130000000000, 139999999999),
        ("1305", 130500000000, 130599999999),
        ("130529", 130529000000, 130529999999),
        (130529000000, 130529000000, 130529999999),
        ("130529103", 130529103000, 130529103999),
        (VILLAGE, VILLAGE, VILLAGE),
    ],
)
def test_an_area_is_a_closed_range_of_slots(code, lo, hi):
    assert divisions.slot_range(code) == (lo, hi)


@pytest.mark.parametrize(
    "text", ["", "1", "130", "13052910320", "1305291032011", "013052910320", "abc", None, 1.5, True]
)
def test_what_is_no_code_is_refused(text):
    with pytest.raises(divisions.DivisionCodeRefusal):
        divisions.code_parse(text)


@pytest.mark.parametrize("text", ["130000103000", "130529000201"])
def test_a_code_with_a_hole_is_refused(text):
    with pytest.raises(divisions.DivisionCodeRefusal):
        divisions.code_parse(text)


def test_a_code_is_read_from_full_width_digits():
    assert divisions.code_parse(" １３０５２９ ") == 130529000000


def test_the_table_holds_the_counts_of_its_source():
    table = divisions.load()
    # city: (counties, townships, villages), from the statistics bureau's listing of 2023-06-30
    counts = {
        1305: (19, 201, 5396),
        1311: (13, 129, 5118),
        3207: (7, 109, 1782),
        1306: (26, 359, 6899),
        14: (121, 1352, 21895),
    }
    found = {prefix: tuple(len(table.below(str(prefix), wanted=level)) for level in (3, 4, 5)) for prefix in counts}
    assert found == counts
    assert len(table.below("130321")) == 406
    assert len(table.below("130434")) == 569


def test_every_row_of_the_table_has_its_parent_and_level():
    table = divisions.load()
    for row in table:
        assert row.parent == 0 or row.parent in table
        assert divisions.is_code(row.code)
        assert row.name
    assert table.full_name(130529103000).startswith("河北省邢台市巨鹿县")


codes = st.builds(
    lambda p, c, x, t, v: p * 10**10 + c * 10**8 + x * 10**6 + t * 10**3 + v * (t > 0),
    st.integers(11, 65), st.integers(1, 99), st.integers(1, 99), st.integers(0, 999), st.integers(0, 999),
)  # fmt: skip


@given(codes)
def test_every_ancestor_contains_its_descendant(code):
    above = divisions.ancestors(code)
    assert list(above) == sorted(set(above))
    for one in above:
        lo, hi = divisions.slot_range(one)
        assert lo <= code <= hi
        assert divisions.level(one) < divisions.level(code)


@given(codes)
def test_a_code_reads_back_from_its_text(code):
    assert divisions.code_parse(divisions.text(code)) == code
