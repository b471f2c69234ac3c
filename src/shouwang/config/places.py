"""Where the installation keeps its things; every place may come from the environment."""

from __future__ import annotations

import os
from pathlib import Path

_SOURCE = Path(__file__).resolve().parents[3]


def _home() -> Path:
    if named := os.environ.get("SHOUWANG_HOME"):
        return Path(named).resolve()
    return _SOURCE if (_SOURCE / "packs").is_dir() else Path.cwd()


BASE = _home()
VAR_DIR = Path(os.environ.get("SHOUWANG_VAR_DIR", BASE / "var")).resolve()
KEYS_DIR = Path(os.environ.get("SHOUWANG_KEYS_DIR", BASE / "keys")).resolve()
LOG_DIR = VAR_DIR / "log"
