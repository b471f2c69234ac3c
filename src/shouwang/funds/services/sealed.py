"""Where the sealed values of funds stand, for the rotation of keys."""

from __future__ import annotations

from shouwang.kit.sealed import Sealed, SealedColumn

SEALED: tuple[Sealed, ...] = (
    SealedColumn("funds_commitment", "sealed_account", "funds_commitment:{source_ref}"),
    SealedColumn("funds_payment", "sealed_account", "funds_payment:{reference}"),
)
