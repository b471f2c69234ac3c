"""The database of a test run: one cluster, one migrated template, one copy of it per worker."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from shouwang.config.embedded import Cluster, installation_find
from shouwang.config.roles import (
    ALIAS_ROLES,
    OWNER,
    ROLES,
    database_drop,
    privileges_grant,
    roles_bootstrap,
    web_role_check,
)

PASSWORD = "only-for-this-run"
TEMPLATE = "shouwang_template"
DEBIAN_15 = Path("/usr/lib/postgresql/15")
PORT_FILE = "cluster-port"

# Tables that migrations filled keep their rows; everything else is emptied. Triggers and foreign keys rest meanwhile.
MARK = """
create schema testing;
create table testing.dirty (name text not null);
create function testing.mark() returns trigger language plpgsql security definer as $$
begin insert into testing.dirty values (tg_relid::regclass::text); return null; end $$;
grant usage on schema testing to public;
"""
KEEP = """
create function testing.keep() returns void language plpgsql as $$
declare t regclass; filled boolean; copy text; asked text[] := '{}';
begin
  for t in select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where c.relkind = 'r' and n.nspname = 'public' and c.relname <> 'django_migrations' loop
    execute format('select exists (select 1 from %s)', t) into filled;
    if filled then
      copy := 'testing.' || quote_ident('kept_' || t::oid);
      execute format('create table %s as table %s', copy, t);
      execute format('create trigger zz_testing_mark after insert or update or delete or truncate on %s
                      for each statement execute function testing.mark()', t);
    else
      asked := asked || format('select %L::regclass where exists (select 1 from %s)', t, t);
    end if;
  end loop;
  -- One statement, planned once a connection, asks all the empty ones whether they still are.
  execute format('create function testing.filled() returns setof regclass language plpgsql as %L',
                 'begin return query ' || array_to_string(asked, ' union all ') || '; end');
end $$;
create function testing.reset() returns void language plpgsql as $$
declare t regclass; columns text;
begin
  set local session_replication_role = replica;
  for t in select filled from testing.filled() filled loop
    execute format('delete from %s', t);
  end loop;
  for t in select distinct name::regclass from testing.dirty loop
    execute format('delete from %s', t);
    select string_agg(quote_ident(attname), ', ') into columns from pg_attribute
      where attrelid = t and attnum > 0 and not attisdropped and attgenerated = '';
    execute format('insert into %s (%s) overriding system value select %s from testing.%I',
                   t, columns, columns, 'kept_' || t::oid);
  end loop;
  delete from testing.dirty;
end $$;
select testing.keep();
"""


class TestCluster:
    """The cluster of this run as one process sees it: the starter owns it, workers only connect."""

    __test__ = False

    def __init__(self, root: Path) -> None:
        self.root = root
        self.started: Cluster | None = None
        self.cluster: Cluster | None = None
        self.current = ""

    def start(self) -> None:
        """Starts the cluster unless this run has one already."""
        with self._locked():
            port = self.root / PORT_FILE
            if port.is_file():
                self.cluster = self._cluster()
                self.cluster.port = int(port.read_text())
                return
            self.cluster = self.started = self._cluster()
            self.started.start()
            roles_bootstrap(url=self.started.url(), passwords=dict.fromkeys(ROLES, PASSWORD), database=TEMPLATE)
            port.write_text(str(self.started.port))

    def stop(self) -> None:
        """Stops the cluster if this process started it."""
        if self.started is not None:
            self.started.stop()
            self.started = None

    def _cluster(self) -> Cluster:
        installation = DEBIAN_15 if os.environ.get("SHOUWANG_TEST_PG") == "debian15" else installation_find()
        if not (installation / "bin" / "postgres").is_file():
            pytest.skip(f"PostgreSQL 15 of Debian is not installed in {installation}", allow_module_level=True)
        log = self.root / "postgres.log"
        return Cluster(self.root / "postgres", log, PASSWORD, installation=installation, is_careless=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.root / "cluster.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def database_make(self, name: str) -> dict[str, str]:
        """Makes this worker's database from the migrated template; returns its addresses by Django alias."""
        assert self.cluster is not None
        with self._locked(), psycopg.connect(self.cluster.url(), autocommit=True) as admin:
            if not (self.root / "migrated").is_file():
                self._migrate()
                (self.root / "migrated").touch()
            admin.execute(
                sql.SQL("create database {} owner {} template {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(TEMPLATE)
                )
            )
        privileges_grant(url=self.cluster.url(name), database=name)
        return self.urls(name)

    def database_create(self, name: str) -> None:
        """Makes an empty database that the owner owns."""
        assert self.cluster is not None
        with psycopg.connect(self.cluster.url(), autocommit=True) as admin:
            admin.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(OWNER)))
        privileges_grant(url=self.cluster.url(name), database=name)
        with psycopg.connect(self.cluster.url(name)) as admin:
            admin.execute(MARK)  # a dump of a test database names it

    def database_drop(self, name: str) -> None:
        """Drops a database made by `database_create`."""
        assert self.cluster is not None
        database_drop(url=self.cluster.url(), database=name)

    def template_copy(self, other: Cluster, database: str) -> None:
        """Gives an empty database of another cluster, whose roles are there, the tables that migrations made here."""
        assert self.cluster is not None
        programs = self.cluster.installation / "bin"
        made = subprocess.run([programs / "pg_dump", self.admin_url(TEMPLATE)], check=True, stdout=subprocess.PIPE)
        read = [programs / "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", other.url(database)]
        subprocess.run(read, check=True, input=made.stdout, stdout=subprocess.DEVNULL)

    def urls(self, name: str) -> dict[str, str]:
        """Returns the addresses of a database by Django alias."""
        assert self.cluster is not None
        return {alias: self.cluster.url(name, user=role, password=PASSWORD) for alias, role in ALIAS_ROLES.items()}

    def admin_url(self, name: str) -> str:
        """Returns the administrator's address of a database."""
        assert self.cluster is not None
        return self.cluster.url(name)

    def _migrate(self) -> None:
        from django.db import connections

        from shouwang.config.upgrading import tables_upgrade

        self.point_django(TEMPLATE)
        tables_upgrade()
        with connections["default"].cursor() as cursor:
            web_role_check(cursor)
        connections.close_all()
        with psycopg.connect(self.admin_url(TEMPLATE)) as admin:
            admin.execute(MARK)
            admin.execute(KEEP)

    def point_django(self, name: str) -> None:
        """Makes Django's three aliases use one database of this cluster."""
        from django.db import connections

        assert self.cluster is not None
        connections.close_all()
        self.current = name
        for alias, role in ALIAS_ROLES.items():
            facts = {
                "NAME": name,
                "USER": role,
                "PASSWORD": PASSWORD,
                "HOST": "127.0.0.1",
                "PORT": str(self.cluster.port),
            }
            connections.settings[alias].update(facts)


def leftovers_remove() -> None:
    """Removes the folders of test runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob("shouwang-test-*"):
        found = re.fullmatch(r"shouwang-test-(\d+)-.*", folder.name)
        if found and not Path("/proc", found[1]).exists():
            shutil.rmtree(folder, ignore_errors=True)
