"""A snapshot folder loaded by COPY is the same register that its files describe, once and whole."""

import shutil
from dataclasses import replace
from datetime import date

import duckdb
import pytest
from django.db import IntegrityError, connections
from django.utils import timezone

from shouwang.engine import manifest_write
from shouwang.kit.seal import keyring
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import BulkLoad, Household, Identifier, Membership, NamedFact, Person
from shouwang.register.selectors import household_search, persons_by_identifier
from shouwang.register.services.bare import TablesInUse
from shouwang.register.services.bulk import FolderIncomplete, LoadedBefore, OutsideArea, SomebodyKnown, bulk_load
from shouwang.synth.population import population_write

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
ON = date(2020, 6, 30)
COUNTY = replace(SYSTEM, ranges=((130529000000, 130529999999),))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "county"
    population_write(people=600, place="130529", seed=7, on=ON, out=out)
    return out


def load(folder, viewer=COUNTY):
    heard = {}
    return bulk_load(viewer=viewer, folder=folder, at=timezone.now(), note=heard.__setitem__), heard


def counted(folder, sql):
    with duckdb.connect() as files:
        return files.execute(sql.format(folder=folder)).fetchall()


def test_every_row_of_the_folder_is_in_once(folder):
    made, heard = load(folder)
    for table in ("household", "person", "income", "spending", "status"):
        rows = counted(folder, f"select count(*) from '{{folder}}/{table}.parquet'")[0][0]
        assert made.counts[f"register_{table}"] == heard[f"register_{table}"] == rows
    with acting_as(COUNTY):
        assert Membership.objects.filter(relationship="HEAD").count() == Household.objects.count()
        assert Person.objects.filter(initials="").count() == 0
        facts = {row.household_id: row.facts for row in NamedFact.objects.all()}
    assert all(set(values) >= {"住房面积", "是否有卫生厕所"} for values in facts.values())


def test_people_are_found_by_their_numbers_which_stand_sealed(folder):
    load(folder)
    name, number, phone = counted(
        folder,
        "select name, resident_id, phone from '{folder}/identity/identity.parquet' where phone is not null limit 1",
    )[0]
    with acting_as(COUNTY):
        hit = persons_by_identifier("RESIDENT_ID", [number], on=ON)[number][0]
        assert hit.name == name
        assert household_search(COUNTY, phone).rows
        row = Identifier.objects.get(person_id=hit.person_id, kind="RESIDENT_ID")
        assert keyring().open(bytes(row.sealed), context=f"register_identifier:{row.pk}") == number


def test_the_same_folder_is_refused_a_second_time(folder):
    load(folder)
    with pytest.raises(LoadedBefore):
        load(folder)


def test_a_folder_of_another_county_is_refused_and_nothing_is_written(folder):
    with pytest.raises(OutsideArea):
        load(folder, replace(SYSTEM, ranges=((130532000000, 130532999999),)))
    with acting_as(SYSTEM):
        assert not BulkLoad.objects.exists()
        assert not Household.objects.exists()


def test_a_folder_without_identities_is_refused(tmp_path):
    with pytest.raises(FolderIncomplete):
        load(tmp_path)


def checks():
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint"
            " where conrelid::regclass::text like 'register_%' union all select tablename, indexname, indexdef"
            " from pg_indexes where tablename like 'register_%' order by 1, 2, 3"
        )
        return cursor.fetchall()


def test_every_check_and_index_is_back_afterwards_and_a_broken_folder_leaves_nothing(folder, tmp_path):
    before = checks()
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    duckdb.sql(
        f"copy (select * replace ('HEAD' as relationship) from '{folder}/person.parquet') to '{broken}/person.parquet'"
    )
    manifest_write(broken, on=ON)
    with pytest.raises(IntegrityError, match="membership_one_head_a_day"):
        load(broken)
    assert checks() == before
    with acting_as(COUNTY):
        assert not Household.objects.exists()
    load(folder)
    assert checks() == before
    with pytest.raises(SomebodyKnown):
        load(broken)
    assert checks() == before


def test_a_register_in_use_is_refused(folder, monkeypatch):
    monkeypatch.setattr("shouwang.register.services.bare.WAIT", "200ms")
    with acting_as(COUNTY):
        Household.objects.count()
        with pytest.raises(TablesInUse, match="先停止网页服务"):
            load(folder)
