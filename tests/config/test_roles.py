"""The three roles are what they claim to be, on the database every test uses."""

import psycopg
import pytest
from django.db import connection, connections
from django.db.utils import ProgrammingError

from shouwang.config.embedded import Cluster
from shouwang.config.roles import (
    APP,
    BATCH,
    OWNER,
    ROLES,
    CannotBootstrap,
    WebRoleTooStrong,
    roles_bootstrap,
    url_for,
    web_role_check,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])


def test_tests_run_as_the_web_role():
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == (APP,)
        web_role_check(cursor)


def test_the_web_role_owns_no_table():
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_tables where tableowner = %s", [APP])
        assert cursor.fetchone() == (0,)


def test_the_web_role_may_not_make_tables():
    with connection.cursor() as cursor, pytest.raises(ProgrammingError):
        cursor.execute("create table anything (id int)")


def test_a_superuser_is_refused_as_web_role(admin_url):
    with psycopg.connect(admin_url) as admin, pytest.raises(WebRoleTooStrong, match="超级用户"):
        web_role_check(admin.cursor())


def test_an_owner_is_refused_as_web_role():
    with connections["owner"].cursor() as cursor, pytest.raises(WebRoleTooStrong, match="拥有数据表"):
        web_role_check(cursor)


def test_a_role_that_bypasses_row_security_is_refused_as_web_role(admin_url):
    with psycopg.connect(admin_url) as admin:
        admin.execute("create role passes_by bypassrls")
        admin.execute("set local role passes_by")
        with pytest.raises(WebRoleTooStrong, match="BYPASSRLS"):
            web_role_check(admin.cursor())
        admin.rollback()


def test_batch_reads_and_never_writes():
    with connections["batch"].cursor() as cursor:
        cursor.execute("select count(*) from django_content_type")
        assert cursor.fetchone()[0] > 0
        with pytest.raises(ProgrammingError):
            cursor.execute("delete from django_content_type")


def test_a_changed_reference_table_is_restored_after_a_test(admin_url):
    with psycopg.connect(admin_url, autocommit=True) as admin:
        before = admin.execute("select count(*) from django_content_type").fetchone()
        with connection.cursor() as cursor:
            cursor.execute("insert into django_content_type (app_label, model) values ('x', 'y')")
        admin.execute("select testing.reset()")
        assert admin.execute("select count(*) from django_content_type").fetchone() == before


def test_a_role_with_createrole_bootstraps_a_fresh_server_and_may_repeat_it(open_folder):
    cluster = Cluster(open_folder / "postgres", open_folder / "log", "secret", is_careless=True)
    cluster.start()
    try:
        with psycopg.connect(cluster.url(), autocommit=True) as admin:
            admin.execute("create role keeper login createrole createdb password 'keeper'")
        url = cluster.url(user="keeper", password="keeper")
        for _ in range(2):
            roles_bootstrap(url=url, passwords=dict.fromkeys(ROLES, "first"), database="county")
        with psycopg.connect(cluster.url("county", user=OWNER, password="first")) as owner:
            owner.execute("create table something (id int)")
        with psycopg.connect(cluster.url("county", user=APP, password="first")) as app:
            app.execute("insert into something values (1)")
            web_role_check(app.cursor())
        with psycopg.connect(cluster.url("county", user=BATCH, password="first")) as batch:
            assert batch.execute("select id from something").fetchone() == (1,)
    finally:
        cluster.stop()


def test_an_administrator_without_rights_is_refused(admin_url):
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("create role weak login password 'weak'")
    try:
        with pytest.raises(CannotBootstrap, match="权限不够"):
            roles_bootstrap(
                url=url_for(admin_url, user="weak", password="weak", database="postgres"),
                passwords=dict.fromkeys(ROLES, "x"),
            )
    finally:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute("drop role weak")
