"""Meetings that decide: of a village on one case, of the leading group on many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager
from shouwang.casework.models.cases import Case, CaseEvent
from shouwang.casework.models.deciding import Decision


class Appraisal(models.Model):
    """A village meeting 民主评议 on one case: who came, how they voted; only ever added.

    `is_carried` is what the pack's rule made of the votes on that day.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appraisals")
    slot = models.BigIntegerField()
    event = models.OneToOneField(CaseEvent, on_delete=models.PROTECT, related_name="appraisal")
    at = models.DateTimeField()
    met_on = models.DateField()
    place = models.CharField(max_length=100)
    chaired_by = models.CharField(max_length=60)
    attended = models.PositiveSmallIntegerField()
    in_favour = models.PositiveSmallIntegerField()
    against = models.PositiveSmallIntegerField()
    abstained = models.PositiveSmallIntegerField()
    is_carried = models.BooleanField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="appraisal_case")]
        constraints = [
            models.CheckConstraint(
                condition=Q(attended=F("in_favour") + F("against") + F("abstained")), name="appraisal_votes_add_up"
            )
        ]


class Council(models.Model):
    """A meeting of the leading group 会商会议: its agenda, who took part, its minutes signed by another.

    `slot` is where the leading group's area begins. Once signed, the minutes are two papers of the office that never
    change.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", "进行中"
        RECORDED = "RECORDED", "待签发"
        SIGNED = "SIGNED", "已签发"

    slot = models.BigIntegerField()
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=100)
    met_on = models.DateField()
    place = models.CharField(max_length=100)
    chaired_by = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    called_at = models.DateTimeField()
    called_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField(null=True)
    recorded_by = models.CharField(max_length=200, blank=True)
    recorded_by_user_id = models.BigIntegerField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=200, blank=True)
    signed_by_user_id = models.BigIntegerField(null=True)
    return_reason = models.CharField(max_length=500, blank=True)
    pdf_id = models.BigIntegerField(null=True)
    word_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    if TYPE_CHECKING:
        members: RelatedManager[CouncilMember]
        items: RelatedManager[CouncilItem]

    class Meta:
        indexes = [models.Index(fields=["slot", "-met_on"], name="council_slot")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", recorded_at__isnull=True, signed_at__isnull=True)
                | Q(state="RECORDED", recorded_at__isnull=False, signed_at__isnull=True)
                | Q(state="SIGNED", recorded_at__isnull=False, signed_at__isnull=False, pdf_id__isnull=False)
                & Q(word_id__isnull=False, recorded_by_user_id__isnull=False, signed_by_user_id__isnull=False),
                name="council_state_whole",
            ),
            models.CheckConstraint(
                condition=Q(signed_by_user_id__isnull=True) | ~Q(signed_by_user_id=F("recorded_by_user_id")),
                name="council_signed_by_another",
            ),
        ]


class CouncilMember(models.Model):
    """Somebody who took part in a meeting of the leading group."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="members")
    slot = models.BigIntegerField()
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    post = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["council", "number"], name="council_member_number")]


class CouncilItem(models.Model):
    """One case on the agenda; at the end decided (the decision says how) or put off, with the reason."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="items")
    slot = models.BigIntegerField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, null=True, related_name="council_item")
    put_off_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["council", "case"], name="council_item_once"),
            models.CheckConstraint(
                condition=Q(decision__isnull=True) | Q(put_off_reason=""), name="council_item_decided_or_put_off"
            ),
        ]

    @property
    def is_settled(self) -> bool:
        return self.decision_id is not None or bool(self.put_off_reason)
