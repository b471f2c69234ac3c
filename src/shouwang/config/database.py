"""Where the database is: three roles, one place.

`DATABASE_URL` (role app), `SHOUWANG_OWNER_URL` and `SHOUWANG_BATCH_URL` name a server of the operator; without them the
embedded server's own file `var/database.json` is read, which `shouwang up` writes while it runs. That file holds no
password: those lie in the keys folder.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

ALIASES = {"default": "DATABASE_URL", "owner": "SHOUWANG_OWNER_URL", "batch": "SHOUWANG_BATCH_URL"}
RUN_FILE = "database.json"


def _from_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"client_encoding": "UTF8"},
    }


def run_file_write(var_dir: Path, urls: dict[str, str]) -> None:
    """This function records where the embedded server listens (addresses without passwords)."""
    part = var_dir / f"{RUN_FILE}.part"
    part.write_text(json.dumps(urls))
    part.replace(var_dir / RUN_FILE)


def _with_password(url: str, keys_dir: Path) -> str:
    parts = urlsplit(url)
    password = keys_dir / password_name(parts.username or "")
    if not password.is_file():
        return url
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{password.read_text().strip()}@{place}"))


def password_name(role: str) -> str:
    """This function returns the name of the secret in the keys folder that holds a database role's password."""
    return f"database_{role}"


def database_settings(var_dir: Path, keys_dir: Path) -> dict[str, dict[str, Any]]:
    """This function returns Django's DATABASES: `default` (app), `owner` and `batch`."""
    urls = {alias: os.environ.get(name, "") for alias, name in ALIASES.items()}
    run_file = var_dir / RUN_FILE
    if not urls["default"] and run_file.is_file():
        urls = {a: _with_password(url, keys_dir) for a, url in json.loads(run_file.read_text()).items()}
    found = {alias: _from_url(url) for alias, url in urls.items() if url}
    found.setdefault("default", _from_url("postgresql://shouwang_app@127.0.0.1:5432/shouwang"))
    for alias in ALIASES:
        found.setdefault(alias, {**found["default"]})
    return found
