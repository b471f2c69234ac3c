"""Pure rules of recurring entitlements."""

from __future__ import annotations

from datetime import date

REF = "entitlement:"  # how the names of months begin among the grants and payments of `funds`


def month_ref(entitlement_id: int, month: date) -> str:
    """This function returns the name under which a month of an entitlement is asked for, or known as a grant."""
    return f"{REF}{entitlement_id}:{month:%Y-%m}"
