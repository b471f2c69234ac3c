"""Where this room's sealed values stand, for the rotation of keys."""

from __future__ import annotations

from shouwang.kit.sealed import Sealed, SealedColumn

SEALED: tuple[Sealed, ...] = (SealedColumn("public_application", "sealed", "public_application:{token}"),)
