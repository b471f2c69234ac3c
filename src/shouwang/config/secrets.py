"""Secrets of the installation that are no sealing keys: kept in the keys folder, made once."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret(folder: Path, name: str) -> str:
    """This function returns a named secret of the keys folder, making it on first use (0600)."""
    path = folder / name
    if not path.is_file():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def django_secret(folder: Path) -> str:
    """This function returns Django's signing secret: from SHOUWANG_SECRET, else from the keys folder."""
    return os.environ.get("SHOUWANG_SECRET") or secret(folder, "django_secret")
