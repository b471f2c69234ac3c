"""Installations of earlier versions are upgraded, rows and all, and then stand as new ones do.

`data/first_version.sql.gz` is what `pg_dump` wrote of an installation of the first version: every table, index, wall
and privilege, and some rows of its made county.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from tests.conftest import RUN

from shouwang.config.preparation import database_upgrade, is_fresh, web_role_verify

FIRST_VERSION = Path(__file__).parent / "data" / "first_version.sql.gz"
SHAPES = {
    "columns": """
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
               pg_get_expr(d.adbin, d.adrelid)
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p') and a.attnum > 0
          and not a.attisdropped
    """,
    "constraints": """
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated from pg_constraint
        where connamespace = 'public'::regnamespace
    """,
    "indexes": "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'",
    "walls": "select tablename, policyname, cmd, roles, qual, with_check from pg_policies where schemaname = 'public'",
    "walled": """
        select relname, relrowsecurity from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
    """,
    "privileges": """
        select c.relname, pg_get_userbyid(a.grantee), a.privilege_type from pg_class c, aclexplode(c.relacl) a
        where c.relnamespace = 'public'::regnamespace
    """,
    "functions": """
        select p.oid::regprocedure::text, md5(p.prosrc), p.prosecdef from pg_proc p
        where p.pronamespace = 'public'::regnamespace
    """,
    "triggers": """
        select tgrelid::regclass::text, tgname, pg_get_triggerdef(t.oid) from pg_trigger t
        join pg_class c on c.oid = t.tgrelid
        where not tgisinternal and c.relnamespace = 'public'::regnamespace and tgname not like 'zz_testing%'
    """,
}
KEPT = {
    "people_area": 3,
    "sources_feed": 13,
    "sources_feedimport": 13,
    "sources_feedmatch": 17,
    "sources_feedrow": 6,
    "standards_packversion": 2,
    "standards_adoption": 2,
    "screening_run": 1,
    "screening_warning": 5,
}

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])


def plain(cell: object) -> str:
    """A cell without casts and brackets: a dump read in again says the same condition with other ones."""
    return re.sub(r"::(character varying|text)(\[\])?|[()]", "", str(cell))


def shape_of(database: str) -> dict[str, set[tuple[Any, ...]]]:
    """Everything about the tables of a database but their rows and the order of their columns."""
    with psycopg.connect(RUN.admin_url(database)) as admin:
        return {
            what: {(*map(plain, row),) for row in admin.execute(query).fetchall()} for what, query in SHAPES.items()
        }


@pytest.fixture
def first_version(empty_database: str) -> str:
    """A database as the first version left it."""
    with psycopg.connect(RUN.admin_url(empty_database), autocommit=True) as admin:
        admin.execute(gzip.decompress(FIRST_VERSION.read_bytes()))
    return empty_database


def counts() -> dict[str, int]:
    with psycopg.connect(RUN.admin_url(RUN.current)) as admin:
        rows = {table: admin.execute(f"select count(*) from {table}").fetchone() for table in KEPT}
    return {table: row[0] for table, row in rows.items() if row}


def test_an_installation_of_the_first_version_is_upgraded_with_its_rows(first_version: str, database_name: str) -> None:
    assert not is_fresh()
    assert counts() == KEPT, "the rows of the first version are there"
    said: list[str] = []
    assert database_upgrade(said.append) is True
    assert said == ["正在建立或升级数据表 …"]
    assert database_upgrade(said.append) is False
    web_role_verify()
    assert counts() == KEPT
    upgraded, fresh = shape_of(first_version), shape_of(database_name)
    for what in SHAPES:
        assert upgraded[what] == fresh[what], what
    # New columns hold what old rows mean.
    with connections["owner"].cursor() as cursor:
        cursor.execute("select sum(rows_repaired + rows_similar + rows_decided), count(*) from sources_feedimport")
        assert cursor.fetchone() == (0, 13)
        cursor.execute("select count(*) from sources_feedmatch where decision_id is not null")
        assert cursor.fetchone() == (0,)
        cursor.execute("select changes, basis_id from standards_packversion")
        assert cursor.fetchall() == [("[]", None)] * 2


@pytest.mark.full
def test_tables_come_out_as_by_djangos_own_command(empty_database: str, database_name: str) -> None:
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    own, ours = shape_of(empty_database), shape_of(database_name)
    for what in SHAPES:
        assert own[what] == ours[what], what
    assert len(ours["columns"]) > 1000
