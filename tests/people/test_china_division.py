"""Reading the npm package of the whole country."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from shouwang.people.services.china_division import PackageUnreadable, package_read, package_rows

TABLES = {
    "provinces": 'code,name\n13,"河北省"\n44,"广东省"\n',
    "cities": 'code,name,provinceCode\n1305,"邢台市",13\n4419,"东莞市",44\n',
    "areas": 'code,name,cityCode,provinceCode\n130529,"巨鹿县",1305,13\n441900,"东莞市",4419,44\n',
    "streets": "code,name,areaCode,provinceCode,cityCode\n"
    '130529101,"王虎寨镇",130529,13,1305\n441900003,"东城街道",441900,44,4419\n',
    "villages": "code,name,streetCode,provinceCode,cityCode,areaCode\n"
    '130529101214,"大寨村委会",130529101,13,1305,130529\n'
    '441900003001,"岗贝社区居民委员会",441900003,44,4419,441900\n',
}


def package(folder: Path, tables: dict[str, str]) -> Path:
    path = folder / "china-division-2.7.0.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in tables.items():
            info = tarfile.TarInfo(f"package/dist/{name}.csv")
            data = text.encode()
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def test_parents_come_before_children_and_no_place_twice(tmp_path: Path) -> None:
    rows = list(package_rows(package_read(package(tmp_path, TABLES))))
    codes = [row.code for row in rows]
    assert len(set(codes)) == len(codes) == 9
    for row in rows:
        assert row.parent == 0 or codes.index(row.parent) < codes.index(row.code)


def test_a_city_without_counties_holds_its_townships_itself(tmp_path: Path) -> None:
    rows = {row.code: row for row in package_rows(package_read(package(tmp_path, TABLES)))}
    assert rows[441900003000].parent == 441900000000
    assert rows[441900000000].level == 2


def test_kinds_are_read_from_the_names(tmp_path: Path) -> None:
    rows = {row.code: row.kind for row in package_rows(package_read(package(tmp_path, TABLES)))}
    assert rows == {
        130000000000: "省",
        440000000000: "省",
        130500000000: "市",
        441900000000: "市",
        130529000000: "县",
        130529101000: "镇",
        441900003000: "街道",
        130529101214: "村委会",
        441900003001: "居委会",
    }


def test_one_place_brings_what_lies_above_it(tmp_path: Path) -> None:
    rows = package_rows(package_read(package(tmp_path, TABLES)), place=130529000000)
    assert [row.code for row in rows] == [130000000000, 130500000000, 130529000000, 130529101000, 130529101214]


def test_a_file_that_is_no_package_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "x.tgz"
    broken.write_bytes(b"not a package")
    with pytest.raises(PackageUnreadable, match="打不开"):
        package_read(broken)
    with pytest.raises(PackageUnreadable, match="没有"):
        package_read(package(tmp_path, {"provinces": TABLES["provinces"]}))
