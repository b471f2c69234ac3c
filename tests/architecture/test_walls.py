"""The second wall, read from PostgreSQL's own catalogue: no table with places or persons is left open."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import connection, models
from tests.factories.cast import Cast

from shouwang.config.roles import web_role_check
from shouwang.people.access import NOBODY, SETTINGS, acting_as
from shouwang.people.services.division_slots import slot_columns

# Tables that hold no row about a household or a person of one. Each with the reason why it needs no wall.
OPEN = {
    "people_area": "places are public",
    "people_areacode": "places are public",
    "people_boundary": "outlines of places are public",
    "people_divisionchange": "places are public",
    "people_user": "read before a scope exists; names of staff, no personal data of households",
    "people_user_groups": "unused, of Django's user model",
    "people_user_user_permissions": "unused, of Django's user model",
    "people_organisation": "offices, not persons",
    "people_appointment": "read before a scope exists; who holds which office",
    "people_appointment_areas": "read before a scope exists",
    "people_cache": "counts of sign-in attempts under hashed keys",
    "audit_seal": "digests only; needed to verify every county",
    "standards_calendaryear": "published days off are public",
    "standards_packversion": "policies are public",
    "standards_adoption": "which policy holds where is public",
}
# Rooms whose every table must be walled or named in OPEN; the tables of libraries are their own.
LIBRARIES = ("auth_", "account_", "mfa_", "django_", "procrastinate_", "testing.")


def rows(sql: str, *parameters: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall())


def tables() -> set[str]:
    found = rows(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and c.relkind in ('r', 'p')"
    )
    return {str(name) for (name,) in found if not str(name).startswith(LIBRARIES)}


def walled() -> set[str]:
    found = rows("select relname from pg_class where relrowsecurity and relkind in ('r', 'p')")
    return {str(name) for (name,) in found}


def open_by_room() -> dict[str, str]:
    """Rooms name their own open tables beside their tests: `OPEN_TABLES` in tests/<room>/walls.py."""
    from importlib import import_module
    from pathlib import Path

    found = dict(OPEN)
    for path in Path(__file__).parent.parent.glob("*/walls.py"):
        found |= import_module(f"tests.{path.parent.name}.walls").OPEN_TABLES
    return found


@pytest.mark.django_db
def test_every_table_of_the_house_is_walled_or_open_for_a_reason() -> None:
    missing = sorted(tables() - walled() - set(open_by_room()))
    assert not missing, f"no row-level security, and no reason in OPEN: {missing}"


@pytest.mark.django_db
def test_no_table_is_open_that_holds_places_of_rows() -> None:
    left = sorted({column.table for column in slot_columns()} - walled())
    assert not left, f"these tables have a slot column and no row-level security: {left}"


@pytest.mark.django_db
def test_no_table_is_open_that_holds_sealed_values() -> None:
    sealed = {
        model._meta.db_table
        for model in apps.get_models()
        for column in model._meta.local_fields
        if isinstance(column, models.BinaryField)
    }
    assert not sealed - walled() - {"audit_seal"}


@pytest.mark.django_db
def test_every_walled_table_has_a_policy_for_reading_and_adding() -> None:
    policies = {(str(table), str(command)) for table, command in rows("select tablename, cmd from pg_policies")}
    for table in walled() & tables():
        assert (table, "SELECT") in policies or (table, "ALL") in policies, table
        assert (table, "INSERT") in policies or (table, "ALL") in policies, table


@pytest.mark.django_db
def test_no_policy_lets_the_web_role_read_whatever_the_scope_says() -> None:
    lax = rows(
        "select tablename, policyname from pg_policies where cmd in ('SELECT', 'ALL') and qual = 'true'"
        " and ('shouwang_app' = any(roles) or 'public' = any(roles))"
    )
    assert not lax


@pytest.mark.django_db
def test_policies_read_only_settings_that_the_scope_writes() -> None:
    texts = [str(text) for row in rows("select qual, with_check from pg_policies") for text in row if text]
    read = {name for text in texts for name in re.findall(r"current_setting\('([^']+)'", text)}
    assert "sw.ranges" in read
    assert read <= set(SETTINGS), "nobody would see anything"


@pytest.mark.django_db
def test_the_web_role_is_no_superuser_no_owner_and_cannot_bypass() -> None:
    with connection.cursor() as cursor:
        web_role_check(cursor)
    assert rows("select current_user") == [("shouwang_app",)]
    assert rows("select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user") == [
        (False, False, False)
    ]
    assert rows("select count(*) from pg_class where pg_get_userbyid(relowner) = current_user") == [(0,)]


@pytest.mark.django_db
def test_the_batch_role_cannot_write() -> None:
    may = rows(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and c.relkind in ('r', 'p')"
        " and (has_table_privilege('shouwang_batch', c.oid, 'insert')"
        " or has_table_privilege('shouwang_batch', c.oid, 'update')"
        " or has_table_privilege('shouwang_batch', c.oid, 'delete'))"
    )
    assert not may


@pytest.mark.django_db
def test_without_a_scope_every_walled_table_is_empty(cast: Cast) -> None:
    for table in sorted(walled() & tables()):
        assert rows(f"select 1 from {table} limit 1") == [], table
    with acting_as(NOBODY):
        for table in sorted(walled() & tables()):
            assert rows(f"select 1 from {table} limit 1") == [], table


@pytest.mark.django_db
def test_functions_that_run_as_the_owner_are_few_and_have_a_fixed_search_path() -> None:
    found = {
        str(name): str(config)
        for name, config in rows(
            "select p.proname, p.proconfig::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
            " where p.prosecdef and n.nspname = 'public'"
        )
    }
    assert "audit_entry_horizon" in found
    for name, config in found.items():
        assert "search_path" in config, f"{name} runs as the owner without a fixed search_path"
