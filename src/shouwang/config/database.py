"""Where the database is: three roles, one place.

`DATABASE_URL` (role app), `SHOUWANG_OWNER_URL` and `SHOUWANG_BATCH_URL` name a server of the operator; without them the
embedded server's own file `var/database.json` is read, which `shouwang up` writes while it runs. That file holds no
password; passwords that an address leaves out lie in the keys folder.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from shouwang.config.roles import ALIAS_ROLES, url_for

ALIASES = {"default": "DATABASE_URL", "owner": "SHOUWANG_OWNER_URL", "batch": "SHOUWANG_BATCH_URL"}
RUN_FILE = "database.json"
NOWHERE = "postgresql://shouwang_app@127.0.0.1:5432/shouwang"


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
        # Conditions of row-level security are long; compiling them (Debian servers have LLVM) costs seconds a query.
        "OPTIONS": {"client_encoding": "UTF8", "options": "-c jit=off"},
    }


def run_file_write(var_dir: Path, urls: dict[str, str]) -> None:
    """This function records where the embedded server listens (addresses without passwords)."""
    part = var_dir / f"{RUN_FILE}.part"
    part.write_text(json.dumps(urls))
    part.replace(var_dir / RUN_FILE)


def password_name(role: str) -> str:
    """This function returns the name of the secret in the keys folder that holds a database role's password."""
    return f"database_{role}"


def _with_password(url: str, keys_dir: Path, *, role: str = "") -> str:
    """This function fills in the password that lies in the keys folder, for the address's role or another one."""
    parts = urlsplit(url)
    if parts.password and not role:
        return url
    user = role or unquote(parts.username or "") or ALIAS_ROLES["default"]
    path = keys_dir / password_name(user)
    if not path.is_file():
        return "" if role else url
    return url_for(url, user=user, password=path.read_text().strip())


def database_settings(var_dir: Path, keys_dir: Path) -> dict[str, dict[str, Any]]:
    """This function returns Django's DATABASES: `default` (app), `owner` and `batch`.

    The web process (SHOUWANG_PROCESS=web) gets the web role under every alias: it never holds the others.
    """
    urls = {alias: os.environ.get(name, "") for alias, name in ALIASES.items()}
    run_file = var_dir / RUN_FILE
    if not urls["default"] and run_file.is_file():
        urls = json.loads(run_file.read_text())
    default = _with_password(urls["default"], keys_dir) if urls["default"] else NOWHERE
    found = {"default": _from_url(default)}
    for alias in ("owner", "batch"):
        url = urls[alias] and _with_password(urls[alias], keys_dir)
        if not url and urls["default"]:
            url = _with_password(urls["default"], keys_dir, role=ALIAS_ROLES[alias])
        is_web = os.environ.get("SHOUWANG_PROCESS") == "web"
        found[alias] = _from_url(url if url and not is_web else default)
    return found
