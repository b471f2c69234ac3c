"""The three database roles and what each may do; made once over an administrator's connection, safe to repeat.

owner: owns the tables, runs migrations. app: web and worker, reads and writes rows, owns nothing. batch: reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from shouwang.kit.errors import Refusal

OWNER, APP, BATCH = "shouwang_owner", "shouwang_app", "shouwang_batch"
ROLES = (OWNER, APP, BATCH)
DATABASE = "shouwang"
ALIAS_ROLES = {"default": APP, "owner": OWNER, "batch": BATCH}


class CannotBootstrap(Refusal):
    """The given administrator may not make roles."""

    sentence = "数据库管理账号权限不够：首次建库需要能建角色和数据库的账号（CREATEROLE、CREATEDB）。"


class WebRoleTooStrong(Refusal):
    """The role of the web process could step over row-level security."""

    def __init__(self, role: str, reason: str) -> None:
        super().__init__(f"数据库角色 {role} {reason}，行级权限会失效，程序不启动：请让网页进程使用 {APP} 角色。")


class RolesMissing(Refusal):
    """The operator's server has not been prepared."""

    sentence = "数据库服务器上还没有守望的角色：首次启动请用 SHOUWANG_ADMIN_URL 给出一个能建角色和数据库的账号。"


def url_for(url: str, *, user: str, password: str, database: str = "") -> str:
    """This function returns a connection address with another role, and another database if one is given."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    path = f"/{quote(database, safe='')}" if database else parts.path
    return urlunsplit(
        (parts.scheme, f"{quote(user, safe='')}:{quote(password, safe='')}@{host}", path, parts.query, "")
    )


def _made(cursor: psycopg.Cursor[Any], role: str, password: str) -> None:
    known = cursor.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    # Hashed on our side: a password must not reach the server's log.
    hashed = cursor.connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    verb = "alter" if known else "create"
    cursor.execute(
        sql.SQL("{} role {} login password {}").format(sql.SQL(verb), sql.Identifier(role), sql.Literal(hashed))
    )
    strong = cursor.execute(
        "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication"
        " from pg_roles where rolname = %s",
        [role],
    ).fetchone()
    if strong and strong[0]:
        cursor.execute(
            sql.SQL("alter role {} nosuperuser nobypassrls nocreaterole nocreatedb noreplication").format(
                sql.Identifier(role)
            )
        )


def _is_superuser(cursor: psycopg.Cursor[Any]) -> bool:
    row = cursor.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    return bool(row and row[0])


def roles_bootstrap(*, url: str, passwords: Mapping[str, str], database: str = DATABASE) -> None:
    """This function makes the roles, the database and the standing privileges; may be repeated.

    `url` is a superuser or a role with CREATEROLE and CREATEDB; `passwords` holds one per role. Raises CannotBootstrap.
    """
    try:
        with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
            for role in ROLES:
                _made(cursor, role, passwords[role])
            if not _is_superuser(cursor):
                cursor.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(OWNER)))
            if not cursor.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
                cursor.execute(
                    sql.SQL("create database {} owner {}").format(sql.Identifier(database), sql.Identifier(OWNER))
                )
        privileges_grant(url=url_for_database(url, database), database=database)
    except psycopg.errors.InsufficientPrivilege:
        raise CannotBootstrap from None


def url_for_database(url: str, database: str) -> str:
    """This function returns the same connection address for another database."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{quote(database, safe='')}", parts.query, ""))


def privileges_grant(*, url: str, database: str) -> None:
    """This function sets who may enter a database and what app and batch get on every table the owner will make."""
    names = {
        "database": sql.Identifier(database),
        "owner": sql.Identifier(OWNER),
        "app": sql.Identifier(APP),
        "batch": sql.Identifier(BATCH),
    }
    future = "alter default privileges for role {owner} in schema public grant"
    statements = (
        "revoke all on database {database} from public",
        "grant connect, temporary on database {database} to {app}, {batch}",
        "revoke create on schema public from public",
        "grant create, usage on schema public to {owner}",
        "grant usage on schema public to {app}, {batch}",
        f"{future} select, insert, update, delete on tables to {{app}}",
        f"{future} usage, select on sequences to {{app}}",
        f"{future} select on tables to {{batch}}",
    )
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        if not _is_superuser(cursor):
            # Schema and database belong to the owner role or its group: act as that role.
            cursor.execute(sql.SQL("set role {}").format(names["owner"]))
        for statement in statements:
            cursor.execute(sql.SQL(statement).format(**names))


def web_role_check(cursor: Any) -> None:
    """This function refuses a web connection whose role could step over row-level security; raises WebRoleTooStrong."""
    cursor.execute("select current_user, rolsuper, rolbypassrls from pg_roles where rolname = current_user")
    role, is_super, is_bypassing = cursor.fetchone()
    if is_super:
        raise WebRoleTooStrong(role, "是超级用户")
    if is_bypassing:
        raise WebRoleTooStrong(role, "带有 BYPASSRLS")
    cursor.execute("select exists (select 1 from pg_roles where rolname = %s)", [APP])
    if not cursor.fetchone()[0]:
        raise RolesMissing
    cursor.execute(
        "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'p') and n.nspname not like 'pg_%' and n.nspname <> 'information_schema'"
        " and pg_has_role(current_user, c.relowner, 'member')"
    )
    if cursor.fetchone()[0]:
        raise WebRoleTooStrong(role, "拥有数据表")


def database_drop(*, url: str, database: str) -> None:
    """This function removes a database whose first filling was cut off."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database)))
