"""What a claim was paid before an appeal opened it again."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shouwang.insurance.models.claims import Claim
from shouwang.insurance.rules import Following


class EarlierPayment(models.Model):
    """A payment of a claim that was appealed against afterwards; less what was got back it is taken off what is due.

    `ref` is the name it was made under (`claim:<id>`, with `:<count>` from the second on), `state` how it stands where
    the county paid: a payment that the bank gives back is still on its way there.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="earlier")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    ref = models.CharField(max_length=80, unique=True)
    amount_fen = models.BigIntegerField()
    recovered_fen = models.BigIntegerField(default=0)
    paid_on = models.DateField()
    reference = models.CharField(max_length=60, blank=True)
    grant_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=Following.choices, default=Following.PAID)

    class Meta:
        indexes = [models.Index(fields=["claim", "id"], name="earlierpayment_claim")]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, recovered_fen__gte=0, recovered_fen__lte=F("amount_fen")),
                name="earlierpayment_recovered_within",
            ),
        ]

    @property
    def net_fen(self) -> int:
        """What the household has of it, or is on its way to it."""
        return 0 if self.state == Following.CANCELLED else self.amount_fen - self.recovered_fen
