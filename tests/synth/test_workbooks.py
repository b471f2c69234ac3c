import itertools
from datetime import date

import pytest
from python_calamine import CalamineWorkbook
from tests.synth.conftest import PEOPLE

from shouwang.kit.codes import Health, Labour, Relationship
from shouwang.kit.money import fen_parse
from shouwang.synth.headings import headings
from shouwang.synth.workbooks import SHEETS, row_slices

ON_FILE = dict(
    zip(SHEETS, ("（自定义）监测对象信息", "（务工月监测）已外出务工信息", "（乡村建设）户信息"), strict=True)
)


@pytest.fixture(scope="module")
def sheets(county):
    found = {}
    for name in SHEETS:
        table = []
        head = None
        for path in sorted((county / "workbooks").glob(f"{name}*.xlsx")):
            book = CalamineWorkbook.from_path(path)
            assert book.sheet_names == [name]
            grid = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
            head = grid[2]
            table += [dict(zip(head, row, strict=True)) for row in grid[3:]]
        found[name] = (head, table)
    return found


@pytest.mark.parametrize("name", SHEETS)
def test_the_headings_stand_on_the_third_row_in_the_order_of_the_system(sheets, name):
    head, _ = sheets[name]
    wanted = list(headings(ON_FILE[name]))
    assert head[: len(wanted)] == wanted


def test_every_person_household_and_worker_is_there(sheets, rows):
    assert len(sheets[SHEETS[0]][1]) == PEOPLE
    assert len(sheets[SHEETS[1]][1]) == rows("SELECT count(work_months) FROM person")[0][0]
    assert len(sheets[SHEETS[2]][1]) == rows("SELECT count(*) FROM household")[0][0]


def test_ids_and_household_numbers_are_texts(sheets):
    for name in SHEETS:
        for row in sheets[name][1]:
            assert isinstance(row["证件号码"], str)
            assert len(row["证件号码"]) == 18
            assert isinstance(row["户编号"], str)


def test_persons_carry_what_the_register_says_of_them(sheets, rows):
    known = {
        number: (relation, labour, birth)
        for number, relation, labour, birth in rows(
            "SELECT resident_id, relationship, labour, birth_date FROM identity JOIN person USING (person_key)"
        )
    }
    for row in sheets[SHEETS[0]][1]:
        relation, labour, birth = known[row["证件号码"]]
        assert Relationship.parse(row["与户主关系"]) == relation
        assert Labour.parse(row["劳动技能"]) == labour
        assert row["出生日期"] == birth
        assert isinstance(row["出生日期"], date)
        assert Health.parse_several(row["健康状况"])


def test_households_have_one_head_in_the_sheet_too(sheets):
    heads = {}
    for row in sheets[SHEETS[0]][1]:
        heads.setdefault(row["户编号"], []).append(row["与户主关系"])
    assert all(relations.count("户主") == 1 for relations in heads.values())
    assert set(heads) == {row["户编号"] for row in sheets[SHEETS[2]][1]}


def test_incomes_of_the_sheet_add_up_to_its_net_income(sheets):
    seen = {}
    for row in sheets[SHEETS[0]][1]:
        seen.setdefault(row["户编号"], []).append(row)
    for members in list(seen.values())[:500]:
        row = members[0]
        parts = ("工资性收入", "生产经营性收入", "财产性收入", "转移性收入")
        net = sum(fen_parse(row[part]) for part in parts) - fen_parse(row["生产经营性支出"])
        assert fen_parse(row["人均纯收入（元）"], allow_negative=True) == net // len(members)


def test_work_ends_after_it_began(sheets):
    ended = [row for row in sheets[SHEETS[1]][1] if row["结束时间"]]
    assert ended
    assert all(row["开始时间"] < row["结束时间"] for row in ended)


def test_most_columns_are_filled(sheets):
    head, table = sheets[SHEETS[0]]
    filled = [name for name in head if any(row[name] not in ("", None) for row in table)]
    assert len(filled) >= 85


def test_a_household_is_never_cut_by_the_end_of_a_file():
    import numpy as np

    household = np.repeat(np.arange(15_000), 3)
    pieces = list(row_slices(household))
    assert len(pieces) == 3
    assert sum(piece.stop - piece.start for piece in pieces) == len(household)
    for left, right in itertools.pairwise(pieces):
        assert household[left.stop - 1] != household[right.start]
