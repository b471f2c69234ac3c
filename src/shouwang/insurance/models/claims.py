"""Claims with what was claimed, computed, changed, decided and paid. Amounts in fen."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shouwang.insurance.models.pools import LIMIT_FEN, Pool
from shouwang.insurance.rules import OVER, UNDER_WAY, Following, Keeper, State, TypeSource
from shouwang.kit.codes import Risk


class Claim(models.Model):
    """What one event cost a household and what the pool pays for it; about one case.

    `person_id` is who it happened to (null: the household), `payee_id` who is paid. `covered_as` is the cause under
    which the policy counts it. `type_key` is the household's type on the day, and `type_source` who says so.
    `insured_as` is which of those whom the pool insures it belongs to, where it is not for everybody. The amounts:
    `evidence_fen` ≥ `loss_fen` (as assessed), `computed_fen` what the ladder gives for the event, `amount_fen` after a
    change by hand, `advance_fen` what was paid of it before the papers, `earlier_fen` what it was paid, less what was
    got back, before an appeal opened it again; `asked_fen` what is asked for, or was paid, since.
    """

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    household_name = models.CharField(max_length=80)
    place = models.CharField(max_length=200)
    person_id = models.BigIntegerField(null=True)
    person_name = models.CharField(max_length=80, blank=True)
    payee_id = models.BigIntegerField()
    payee_name = models.CharField(max_length=80)
    case_id = models.BigIntegerField()
    task_id = models.BigIntegerField(null=True)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="claims")
    pool_name = models.CharField(max_length=120)
    organisation_id = models.BigIntegerField()
    insurer_name = models.CharField(max_length=120)
    cause = models.CharField(max_length=12, choices=Risk.choices())
    covered_as = models.CharField(max_length=12, choices=Risk.choices())
    event_on = models.DateField()
    summary = models.CharField(max_length=300)
    pack_version = models.ForeignKey("standards.PackVersion", on_delete=models.PROTECT, related_name="+")
    type_key = models.CharField(max_length=60)
    type_name = models.CharField(max_length=120)
    type_source = models.CharField(max_length=10, choices=TypeSource.choices)
    type_note = models.CharField(max_length=300, blank=True)
    insured_as = models.CharField(max_length=120, blank=True)
    insured_note = models.CharField(max_length=300, blank=True)
    ladder_key = models.CharField(max_length=60)
    ladder_name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    evidence_fen = models.BigIntegerField(default=0)
    loss_fen = models.BigIntegerField(default=0)
    offsets = models.JSONField(default=dict)
    computed_fen = models.BigIntegerField(null=True)
    amount_fen = models.BigIntegerField(null=True)
    advance_fen = models.BigIntegerField(default=0)
    advance_decided_at = models.DateTimeField(null=True)
    advance_decided_by = models.CharField(max_length=200, blank=True)
    advance_paid_on = models.DateField(null=True)
    papers_due_on = models.DateField(null=True)
    proposed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decision_reason = models.CharField(max_length=500, blank=True)
    appeals = models.PositiveSmallIntegerField(default=0)
    earlier_fen = models.BigIntegerField(default=0)
    asked_fen = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField(null=True)
    requested_by = models.CharField(max_length=200, blank=True)
    paid_on = models.DateField(null=True)
    paid_by = models.CharField(max_length=8, choices=Keeper.choices, default=Keeper.INSURER)
    payer_name = models.CharField(max_length=120, blank=True)
    payment_state = models.CharField(max_length=10, choices=Following.choices, blank=True)
    payment_ref = models.CharField(max_length=80, blank=True)
    payment_asks = models.PositiveSmallIntegerField(default=0)
    payment_said = models.CharField(max_length=200, blank=True)
    recovered_fen = models.BigIntegerField(default=0)
    advance_state = models.CharField(max_length=10, choices=Following.choices, blank=True)
    advance_ref = models.CharField(max_length=80, blank=True)
    advance_asks = models.PositiveSmallIntegerField(default=0)
    advance_said = models.CharField(max_length=200, blank=True)
    advance_reference = models.CharField(max_length=60, blank=True)
    advance_recovered_fen = models.BigIntegerField(default=0)
    reference = models.CharField(max_length=60, blank=True)
    grant_id = models.BigIntegerField(null=True, unique=True)
    # Who had a hand in it, and so does not decide on it; who decided before an appeal.
    handled_user_ids = ArrayField(models.BigIntegerField(), default=list)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["slot", "state"], name="claim_by_place"),
            models.Index(fields=["organisation_id", "state", "-id"], name="claim_by_insurer"),
            models.Index(fields=["household_id", "-event_on"], name="claim_by_household"),
            models.Index(fields=["case_id"], name="claim_by_case"),
            models.Index(
                fields=["id"],
                condition=Q(payment_state__in=UNDER_WAY) | Q(advance_state__in=UNDER_WAY),
                name="claim_payment_under_way",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "person_id", "covered_as", "event_on"],
                condition=~Q(state__in=OVER),
                nulls_distinct=False,
                name="claim_once_an_event",
            ),
            models.CheckConstraint(
                condition=Q(loss_fen__gte=0, loss_fen__lte=F("evidence_fen")), name="claim_within_its_evidence"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["OPEN", *OVER]) | Q(amount_fen__isnull=False, computed_fen__isnull=False),
                name="claim_computed_before_it_is_proposed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["PAID", "RECOVERED"], paid_on__isnull=False)
                | (~Q(state__in=["PAID", "RECOVERED"]) & Q(paid_on__isnull=True)),
                name="claim_paid_whole",
            ),
            models.CheckConstraint(
                condition=Q(advance_fen=0, advance_decided_at__isnull=True, advance_paid_on__isnull=True)
                | Q(advance_fen__gt=0, advance_decided_at__isnull=False),
                name="claim_advance_whole",
            ),
            models.CheckConstraint(condition=Q(earlier_fen__gte=0), name="claim_earlier_not_below_zero"),
            models.CheckConstraint(condition=Q(insured_as="") | ~Q(insured_note=""), name="claim_insured_with_reason"),
            models.CheckConstraint(
                condition=Q(recovered_fen__gte=0, advance_recovered_fen__gte=0)
                & Q(advance_recovered_fen__lte=F("advance_fen")),
                name="claim_recovered_within_what_was_paid",
            ),
        ]

    @property
    def advance_net_fen(self) -> int:
        """What the household has of an advance: paid, less what it gave back."""
        return self.advance_fen - self.advance_recovered_fen if self.advance_paid_on else 0

    @property
    def had_fen(self) -> int:
        """What the household has already: of an advance, and of payments before an appeal."""
        return self.advance_net_fen + self.earlier_fen

    @property
    def due_fen(self) -> int:
        """What is still to be paid of the amount, or was paid last."""
        if self.asked_fen is not None:
            return self.asked_fen
        return max(0, (self.amount_fen or 0) - self.had_fen)

    @property
    def is_paid_out(self) -> bool:
        """Money went out after the decision; not so where nothing was left to pay."""
        return self.state == State.PAID and self.due_fen > 0

    @property
    def is_refused(self) -> bool:
        """It was refused or taken back."""
        return self.state in OVER

    @property
    def state_said(self) -> str:
        """Where the claim stands, in words; one that came to nothing more to pay was not paid."""
        if self.state == State.PAID and not self.is_paid_out:
            return "没有要再付的" if self.advance_paid_on or self.earlier_fen else "没有要付的"
        return str(State(self.state).label)

    @property
    def over_fen(self) -> int:
        """What the household has already beyond the amount, to be got back; all of it where the claim was refused."""
        if self.state in OVER:
            return self.had_fen
        return 0 if self.amount_fen is None else max(0, self.had_fen - self.amount_fen)

    @property
    def payer(self) -> str:
        """Who pays the household."""
        return self.payer_name or self.insurer_name

    @property
    def is_over(self) -> bool:
        return self.state in (*OVER, State.PAID, State.RECOVERED)


class ClaimItem(models.Model):
    """One line of a claim: what was claimed, the papers prove, the insurer found. `receipt` is the invoice's number.

    An invoice counts once in a county, in claims that were not refused or taken back (`is_live`).
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="items")
    slot = models.BigIntegerField()
    county = models.GeneratedField(
        expression=F("slot") / 1_000_000, output_field=models.BigIntegerField(), db_persist=True
    )
    organisation_id = models.BigIntegerField()
    name = models.CharField(max_length=80)
    receipt = models.CharField(max_length=40, blank=True)
    claimed_fen = models.BigIntegerField()
    evidence_fen = models.BigIntegerField()
    assessed_fen = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True)
    is_live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(assessed_fen__gte=0, assessed_fen__lte=F("claimed_fen"))
                & Q(claimed_fen__lte=F("evidence_fen"))
                & Q(evidence_fen__lt=LIMIT_FEN),
                name="claimitem_within_its_evidence",
            ),
            models.UniqueConstraint(
                fields=["county", "receipt"], condition=Q(is_live=True) & ~Q(receipt=""), name="claimitem_receipt_once"
            ),
        ]


class Computation(models.Model):
    """What the ladder made of a claim at one time, with all that is needed to compute it again; only ever added."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="computations")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    pack_version = models.ForeignKey("standards.PackVersion", on_delete=models.PROTECT, related_name="+")
    policy_on = models.DateField()
    policy_digest = models.CharField(max_length=64)
    ladder_key = models.CharField(max_length=60)
    ladder_name = models.CharField(max_length=120)
    source = models.CharField(max_length=300, blank=True)
    clause = models.CharField(max_length=300, blank=True)
    mark = models.CharField(max_length=20, blank=True)
    inputs = models.JSONField()
    steps = models.JSONField()
    own_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["claim", "-id"], name="computation_claim")]


class ClaimChange(models.Model):
    """An amount changed by hand: asked for with a reason by one person, settled by another."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="changes")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    from_fen = models.BigIntegerField()
    to_fen = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    asked_user_id = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=200, blank=True)
    settled_user_id = models.BigIntegerField(null=True)
    is_approved = models.BooleanField(null=True)
    is_dropped = models.BooleanField(default=False)  # the claim was computed anew meanwhile

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(settled_at__isnull=True), name="claimchange_one_open_a_claim"
            ),
            models.CheckConstraint(
                condition=Q(settled_user_id__isnull=True) | Q(is_dropped=True) | ~Q(settled_user_id=F("asked_user_id")),
                name="claimchange_by_two_people",
            ),
            models.CheckConstraint(condition=Q(to_fen__gte=0), name="claimchange_not_below_zero"),
        ]


class ClaimEvent(models.Model):
    """Something that happened to a claim, in one Chinese sentence; only ever added."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="events")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    at = models.DateTimeField()
    what = models.CharField(max_length=16)
    text = models.CharField(max_length=500)
    claim_version = models.PositiveIntegerField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["claim", "id"], name="claimevent_claim")]


class ClaimPaper(models.Model):
    """A photo or PDF that came with a claim, as one of the documents its ladder asks for; only ever added."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="papers")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    paper_id = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["claim", "id"], name="claimpaper_claim")]
