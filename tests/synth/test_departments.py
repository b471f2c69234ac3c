"""Department files are bad on purpose; the truth beside them says of every row whose it is and what is wrong."""

import csv
import functools
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook
from tests.synth.conftest import ON

from shouwang.kit.errors import Refusal
from shouwang.kit.money import AmountRefusal, fen_parse
from shouwang.kit.resident_id import resident_id_parse
from shouwang.kit.texts import name_key
from shouwang.synth.population import population_write


def files(county):
    with (county / "truth/files.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def encoding_of(path: Path) -> str:
    return "utf-8-sig" if path.read_bytes()[:3] == b"\xef\xbb\xbf" else "gb18030"


def grid(county, one) -> list[list]:
    return read(county / "departments" / one["file"])


@functools.cache
def read(path: Path) -> list[list]:
    if path.suffix == ".xlsx":
        return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    with path.open(encoding=encoding_of(path), newline="") as file:
        return list(csv.reader(file))


def truth(county, one) -> list[dict[str, str]]:
    with (county / "truth" / one["truth"]).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def column(head: list[str], *names: str) -> int | None:
    plain = [re.sub(r"\s", "", str(cell)) for cell in head]
    return next((plain.index(name) for name in names if name in plain), None)


@pytest.fixture(scope="module")
def identities(rows):
    return {key: (name, number) for key, name, number in rows("SELECT person_key, name, resident_id FROM identity")}


IDS = ("身份证号", "身份证号码", "证件号码", "证件号", "户主身份证号")
NAMES = ("姓名", "人员姓名", "户主姓名", "学生姓名")


def test_every_department_has_its_file(county):
    assert {one["department"] for one in files(county)} == {
        "civil_affairs", "disabled", "medical_insurance", "education", "public_security", "emergency", "labour",
        "rural", "housing", "water",
    }  # fmt: skip
    assert {one["file"] for one in files(county)} == {path.name for path in (county / "departments").iterdir()}


def test_the_truth_says_whose_each_row_is(county, identities):
    for one in files(county):
        table, told = grid(county, one), truth(county, one)
        first = int(one["first_row"])
        head = table[first - 2]
        id_at, name_at = column(head, *IDS), column(head, *NAMES)
        assert id_at is not None
        assert len(told) == int(one["rows"])
        for row in told:
            cells = table[int(row["row"]) - 1]
            name, number = identities.get(int(row["person_key"]), ("", ""))
            faults = set(row["faults"].split(";")) - {"", "duplicate"}
            if not any(fault.startswith("id_") for fault in faults) and "stranger" not in faults:
                assert str(cells[id_at]).strip()[:18] == number
            if name_at is not None and not any(f.startswith("name_") for f in faults) and "stranger" not in faults:
                assert cells[name_at] == name


def test_planted_faults_of_the_id_are_refused_or_mended_by_the_kit(county, identities):
    seen = Counter()
    for one in files(county):
        table = grid(county, one)
        id_at = column(table[int(one["first_row"]) - 2], *IDS)
        for row in truth(county, one):
            _, number = identities.get(int(row["person_key"]), ("", ""))
            cell = table[int(row["row"]) - 1][id_at]
            for fault in row["faults"].split(";"):
                seen[fault] += 1
                if fault in ("id_missing", "id_digit_wrong", "id_swapped", "id_numeric_cell"):
                    try:
                        read = resident_id_parse(cell, on=ON)
                    except Refusal:
                        continue
                    # a certificate of twenty digits whose last two were hit still names the person
                    assert fault != "id_numeric_cell"
                    assert read.number == number or len(str(cell)) == 20
                elif fault in ("id_full_width", "id_blanks", "id_lower_x", "id_old_15") and number:
                    assert resident_id_parse(cell, on=ON).number == number
    wanted = (
        "id_missing", "id_digit_wrong", "id_swapped", "id_numeric_cell", "id_full_width", "id_blanks", "id_lower_x",
        "id_old_15", "name_blank_inside", "name_wrong_character", "duplicate", "stranger", "amount_negative",
        "amount_text", "day_impossible",
    )  # fmt: skip
    assert [fault for fault in wanted if not seen[fault]] == []


def test_strangers_are_in_no_register(county, rows):
    known = {number for (number,) in rows("SELECT resident_id FROM identity")}
    for one in files(county):
        table = grid(county, one)
        id_at = column(table[int(one["first_row"]) - 2], *IDS)
        for row in truth(county, one):
            if "stranger" in row["faults"]:
                assert row["person_key"] == "0"
                assert str(table[int(row["row"]) - 1][id_at]) not in known


def test_an_id_of_a_numeric_cell_is_a_number_in_a_workbook_and_an_exponent_in_csv(county):
    kinds = Counter()
    for one in files(county):
        table = grid(county, one)
        id_at = column(table[int(one["first_row"]) - 2], *IDS)
        for row in truth(county, one):
            if "id_numeric_cell" in row["faults"]:
                cell = table[int(row["row"]) - 1][id_at]
                assert isinstance(cell, float) or re.fullmatch(r"\d\.\d{5}E\+\d\d\t?", cell)
                kinds[type(cell)] += 1
    assert kinds[float]
    assert kinds[str]


def test_workbooks_have_real_merged_cells_and_banners(county):
    one = next(one for one in files(county) if one["kind"] == "dibao_household")
    sheet = CalamineWorkbook.from_path(county / "departments" / one["file"]).get_sheet_by_index(0)
    merged = sheet.merged_cell_ranges
    assert ((0, 0), (0, 31)) in merged
    assert any(start[0] == end[0] == 2 for start, end in merged)
    disaster = next(one for one in files(county) if one["kind"] == "disaster")
    merged = (
        CalamineWorkbook.from_path(county / "departments" / disaster["file"]).get_sheet_by_index(0).merged_cell_ranges
    )
    assert ((2, 0), (3, 0)) in merged


def test_files_come_in_both_encodings(county):
    found = {encoding_of(path) for path in (county / "departments").glob("*.csv")}
    assert found == {"utf-8-sig", "gb18030"}
    for path in (county / "departments").glob("*.csv"):
        path.read_text(encoding=encoding_of(path))


def test_days_come_in_five_forms_and_as_date_cells(county):
    forms = Counter()
    patterns = {
        "-": r"\d{4}-\d\d-\d\d", "/": r"\d{4}/\d{1,2}/\d{1,2}", ".": r"\d{4}\.\d{1,2}\.\d{1,2}",
        "年": r"\d{4}年\d{1,2}月\d{1,2}日", "compact": r"(19|20)\d{6}",
    }  # fmt: skip
    for one in files(county):
        for line in grid(county, one)[int(one["first_row"]) - 1 :]:
            for cell in line:
                if isinstance(cell, datetime | date):
                    forms["cell"] += 1
                elif isinstance(cell, str):
                    forms.update(name for name, pattern in patterns.items() if re.fullmatch(pattern, cell))
    assert all(forms[name] for name in (*patterns, "cell"))


def test_headings_vary_in_brackets_and_words(county):
    heads = [str(cell) for one in files(county) for cell in grid(county, one)[int(one["first_row"]) - 2]]
    assert any("(元)" in head for head in heads)
    assert any("（元）" in head for head in heads)
    assert any(re.fullmatch(r"\S[ \u3000]\S", head) for head in heads)


def test_amounts_come_in_full_width_with_separators_and_with_units(county):
    cells = [str(cell) for one in files(county) for line in grid(county, one) for cell in line]
    assert any(re.fullmatch(r"[０-９]+．[０-９]{2}", cell) for cell in cells)
    assert any(re.fullmatch(r"\d{1,3},\d{3}\.\d\d", cell) for cell in cells)
    assert any(re.fullmatch(r"\d+\.\d\d元", cell) for cell in cells)


def test_the_stays_of_the_file_are_the_spending_of_the_register(county, rows):
    one = next(one for one in files(county) if one["kind"] == "inpatient")
    table = grid(county, one)
    head = table[int(one["first_row"]) - 2]
    gross_at, own_at = (
        column(head, "医疗费总额（元）", "医疗费总额(元)"),
        column(head, "个人支付金额（元）", "个人支付金额(元)"),
    )
    spending = {
        key: (gross, own) for key, gross, own in rows("SELECT event_key, gross_fen, self_paid_fen FROM spending")
    }
    told = truth(county, one)
    assert len({row["event_key"] for row in told if row["event_key"] != "0"}) == len(
        rows("SELECT 1 FROM spending WHERE cause = 'ILLNESS'")
    )
    for row in told:
        if row["event_key"] == "0" or "amount" in row["faults"]:
            continue
        cells = table[int(row["row"]) - 1]
        gross, own = spending[int(row["event_key"])]
        assert fen_parse(cells[gross_at]) == gross
        if own is not None:
            assert fen_parse(cells[own_at]) == own
        else:
            with pytest.raises(AmountRefusal):
                fen_parse(cells[own_at])


def test_a_name_with_a_blank_inside_is_the_same_name(county, identities):
    for one in files(county):
        table = grid(county, one)
        name_at = column(table[int(one["first_row"]) - 2], *NAMES)
        for row in truth(county, one):
            if "name_blank_inside" in row["faults"] and row["person_key"] != "0":
                assert name_key(table[int(row["row"]) - 1][name_at]) == identities[int(row["person_key"])][0]


def test_without_workbooks_every_file_is_csv(tmp_path):
    population_write(people=500, place="130529103", seed=2, on=ON, out=tmp_path / "out")
    assert {path.suffix for path in (tmp_path / "out/departments").iterdir()} == {".csv"}
    assert not (tmp_path / "out/workbooks").exists()
    assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path}/out/feed.parquet'").fetchall() == [(15,)]
