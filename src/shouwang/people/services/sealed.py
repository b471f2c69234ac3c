"""Where the sealed values of second factors stand, for the rotation of keys."""

from __future__ import annotations

from shouwang.kit.sealed import Sealed, SealedJson

SEALED: tuple[Sealed, ...] = (SealedJson("mfa_authenticator", "data", ("secret", "seed"), "mfa_authenticator"),)
