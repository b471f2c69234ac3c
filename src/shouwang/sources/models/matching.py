"""Rows and persons: pairs that wait for a person, what was decided, every match with its method."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwang.sources.models.feeds import Feed, FeedImport, FeedRow


class MatchDecision(models.Model):
    """What a person decided about a row's person and one of the register; learnt, until it is undone.

    `subject` is the blind index of the words in which the organisation's rows name somebody.
    """

    class Verdict(models.TextChoices):
        SAME = "SAME", "是同一个人"
        DIFFERENT = "DIFFERENT", "不是同一个人"

    organisation_id = models.BigIntegerField()
    slot = models.BigIntegerField()
    subject = models.BinaryField(max_length=32)
    person_id = models.BigIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    batch = models.CharField(max_length=32)
    appointment_id = models.BigIntegerField(null=True)
    decided_by = models.CharField(max_length=200)
    decided_at = models.DateTimeField()
    undone_by = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["slot", "-id"]), models.Index(fields=["batch"])]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "subject", "person_id"],
                condition=Q(undone_at__isnull=True),
                name="matchdecision_once",
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "subject"],
                condition=Q(undone_at__isnull=True, verdict="SAME"),
                name="matchdecision_one_person",
            ),
        ]


class MatchPair(models.Model):
    """A row that matching left to a person, beside one person of the register it may mean. In `slot` she lives.

    `sealed_subject` holds whom the row names; `agreements` the levels point by point; `points` their rough weight and
    `score` Splink's, in thousandths (None: not scored). `rank` counts the pairs of one row from 1.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "待核对"
        SAME = "SAME", "是同一个人"
        DIFFERENT = "DIFFERENT", "不是同一个人"
        SETTLED = "SETTLED", "已定为另一个人"

    feed_import = models.ForeignKey(FeedImport, on_delete=models.CASCADE, related_name="pairs")
    feed_row = models.ForeignKey(FeedRow, on_delete=models.CASCADE, related_name="pairs")
    organisation_id = models.BigIntegerField()
    slot = models.BigIntegerField()
    person_id = models.BigIntegerField()
    subject = models.BinaryField(max_length=32)
    sealed_subject = models.BinaryField()
    agreements = models.JSONField()
    points = models.SmallIntegerField()
    score = models.SmallIntegerField(null=True)
    rank = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    postponed_at = models.DateTimeField(null=True)
    decision = models.ForeignKey(MatchDecision, null=True, on_delete=models.SET_NULL, related_name="pairs")

    class Meta:
        indexes = [
            models.Index(fields=["slot", "-points"], name="matchpair_waiting", condition=Q(state="WAITING")),
            models.Index(fields=["organisation_id", "subject", "person_id"], name="matchpair_same_words"),
        ]
        constraints = [models.UniqueConstraint(fields=["feed_row", "person_id"], name="matchpair_once")]


class FeedMatch(models.Model):
    """A row that was taken: whose it is, how that was found, and what makes it the same row when it comes again.

    `identity` is the blind index of what names the event (who, when, where); `content` of everything counted.
    The department never reads these rows. `score` in thousandths.
    """

    class Method(models.TextChoices):
        EXACT_ID = "EXACT_ID", "身份证号与姓名一致"
        NAME_BIRTH_VILLAGE = "NAME_BIRTH", "姓名、出生日期与村一致"
        ID_REPAIRED = "ID_REPAIRED", "身份证号错一位或两位颠倒，姓名和出生日期一致"
        SIMILAR_ID = "SIMILAR_ID", "身份证号一致，姓名音同、形近或是异体字"
        SIMILAR_BIRTH = "SIMILAR_BIRTH", "出生日期与村一致，姓名音同、形近或是异体字"
        LEARNT = "LEARNT", "县里核对过是同一个人"

    feed_import = models.ForeignKey(FeedImport, on_delete=models.CASCADE, related_name="matches")
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="+")
    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    method = models.CharField(max_length=14, choices=Method.choices)
    decision = models.ForeignKey(MatchDecision, null=True, on_delete=models.PROTECT, related_name="matches")
    score = models.PositiveSmallIntegerField()
    sheet_number = models.PositiveSmallIntegerField()
    row_number = models.PositiveIntegerField()
    identity = models.BinaryField(max_length=32)
    content = models.BinaryField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["person_id"]), models.Index(fields=["household_id"])]
        constraints = [
            models.UniqueConstraint(fields=["feed_import", "sheet_number", "row_number"], name="feedmatch_once"),
            models.UniqueConstraint(fields=["feed", "identity"], name="feedmatch_event_once"),
        ]
