"""Where the sealed values of assistance stand, for the rotation of keys."""

from __future__ import annotations

from shouwang.kit.sealed import Sealed, SealedColumn

SEALED: tuple[Sealed, ...] = (
    SealedColumn("assistance_entitlementpayee", "sealed_account", "assistance_entitlementpayee:{reference}"),
)
