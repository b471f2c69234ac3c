"""Writes of people: areas, organisations, appointments, sign-in."""

from shouwang.people.services.appointments import (
    AppointmentRefused,
    IncompatibleRoles,
    SuccessorNeeded,
    appointment_begin,
    appointment_end,
)
from shouwang.people.services.devices import (
    DeviceGone,
    DeviceLocked,
    DeviceState,
    device_add,
    device_lock,
    device_report,
)
from shouwang.people.services.divisions import divisions_load
from shouwang.people.services.factors import FactorResetRefused, factor_reset_ask, factor_reset_decide
from shouwang.people.services.handover import WorkHolder, open_work, work_hand_over, work_holder_register
from shouwang.people.services.organisations import (
    DEPARTMENTS,
    NotAdministrator,
    OrganisationRefused,
    county_set_up,
    organisation_add,
    organisation_close,
)
from shouwang.people.services.users import (
    InvitationGone,
    PasswordRefused,
    UserRefused,
    first_administrator_invite,
    invitation_accept,
    invitation_make,
    invitation_user,
    user_add,
    user_disable,
    user_enable,
)

__all__ = [
    "DEPARTMENTS",
    "AppointmentRefused",
    "DeviceGone",
    "DeviceLocked",
    "DeviceState",
    "FactorResetRefused",
    "IncompatibleRoles",
    "InvitationGone",
    "NotAdministrator",
    "OrganisationRefused",
    "PasswordRefused",
    "SuccessorNeeded",
    "UserRefused",
    "WorkHolder",
    "appointment_begin",
    "appointment_end",
    "county_set_up",
    "device_add",
    "device_lock",
    "device_report",
    "divisions_load",
    "factor_reset_ask",
    "factor_reset_decide",
    "first_administrator_invite",
    "invitation_accept",
    "invitation_make",
    "invitation_user",
    "open_work",
    "organisation_add",
    "organisation_close",
    "user_add",
    "user_disable",
    "user_enable",
    "work_hand_over",
    "work_holder_register",
]
