"""Who handles entitlements: begins, changes and runs them. The walls say of which households, this says who."""

from __future__ import annotations

from collections.abc import Collection

from shouwang.assistance.errors import EntitlementNotYours
from shouwang.people.access import Kind, Role, Viewer

# Who runs a month: a department its own entitlements, the centre all of its county.
RUNNERS = (Kind.DEPARTMENT, Kind.COUNTY_CENTRE)
KEEPERS = (*RUNNERS, Kind.TOWNSHIP)
WORKERS = frozenset({Role.CLERK, Role.LEADER})


def entitlements_refuse(viewer: Viewer, kinds: Collection[Kind] = KEEPERS) -> None:
    """This function refuses whoever's body or role does not handle entitlements; raises EntitlementNotYours."""
    if viewer.kind not in kinds or viewer.role not in WORKERS or viewer.organisation_id is None:
        raise EntitlementNotYours


def beginning_refuse(viewer: Viewer, *, slot: int, payer_organisation_id: int) -> None:
    """This function refuses the beginning of an entitlement outside the viewer's areas, or that a department leaves
    another one to pay; raises EntitlementNotYours."""
    entitlements_refuse(viewer)
    is_others = viewer.kind is Kind.DEPARTMENT and payer_organisation_id != viewer.organisation_id
    if is_others or not viewer.can_see(slot):
        raise EntitlementNotYours
