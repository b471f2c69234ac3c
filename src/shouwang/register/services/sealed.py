"""Where the register's sealed values stand, for the rotation of keys."""

from __future__ import annotations

from shouwang.kit.sealed import Sealed, SealedColumn

SEALED: tuple[Sealed, ...] = (SealedColumn("register_identifier", "sealed", "register_identifier:{id}"),)
