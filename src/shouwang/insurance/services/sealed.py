"""Where the sealed values of insurance stand, for the rotation of keys."""

from __future__ import annotations

from shouwang.kit.sealed import Sealed, SealedColumn

SEALED: tuple[Sealed, ...] = (SealedColumn("insurance_careinsured", "sealed_id", "insurance_careinsured:{reference}"),)
