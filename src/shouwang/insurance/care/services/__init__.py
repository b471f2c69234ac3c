"""Writes of long-term care. Each is one transaction with its audit row; refusals are in `insurance.care.errors`."""

from shouwang.insurance.care.services.assessing import assessment_record
from shouwang.insurance.care.services.billing import (
    Filing,
    bill_agree,
    bill_check,
    bill_correct,
    bill_dispute,
    bill_file,
    bill_reopen,
    bill_withdraw,
    days_strike,
)
from shouwang.insurance.care.services.common import (
    Frame,
    assessor_frame,
    frame_of,
    frame_or_none,
    is_body,
    is_body_of,
    is_own_hand,
    may_step,
    office_frame,
    role_of,
)
from shouwang.insurance.care.services.insuring import (
    Asking,
    application_withdraw,
    care_apply,
    care_apply_again,
    insured_end,
)
from shouwang.insurance.care.services.logging import days_log, days_take_back
from shouwang.insurance.care.services.paying import bill_pay, bills_follow
from shouwang.insurance.care.services.planning import Planning, plan_end, plan_make
from shouwang.insurance.care.services.reminding import offices_remind
from shouwang.insurance.care.services.replaying import CareReplay, settlement_replay

__all__ = [
    "Asking",
    "CareReplay",
    "Filing",
    "Frame",
    "Planning",
    "application_withdraw",
    "assessment_record",
    "assessor_frame",
    "bill_agree",
    "bill_check",
    "bill_correct",
    "bill_dispute",
    "bill_file",
    "bill_pay",
    "bill_reopen",
    "bill_withdraw",
    "bills_follow",
    "care_apply",
    "care_apply_again",
    "days_log",
    "days_strike",
    "days_take_back",
    "frame_of",
    "frame_or_none",
    "insured_end",
    "is_body",
    "is_body_of",
    "is_own_hand",
    "may_step",
    "office_frame",
    "offices_remind",
    "plan_end",
    "plan_make",
    "role_of",
    "settlement_replay",
]
