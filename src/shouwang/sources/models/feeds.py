"""What departments deliver: tables, their imports, rows that were set aside, keys of their systems."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Feed(models.Model):
    """One kind of table that an organisation delivers, with the headings it taught us and the date of its latest data.

    `mapping`: heading as compared → field of the kind; '' = this column is not used.
    """

    organisation_id = models.BigIntegerField()
    department = models.CharField(max_length=30)
    slot = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    mapping = models.JSONField(default=dict)
    data_date = models.DateField(null=True)
    imported_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "kind"], name="feed_once")]
        indexes = [models.Index(fields=["slot"])]


class FeedImport(models.Model):
    """One delivered table and what became of its rows; the counts add up at every commit.

    `layout`: per sheet its name, heading row and the field of every column, as corrected by the clerk.
    `rows_read` is also where the next chunk begins.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "等待处理"
        MAPPING = "MAPPING", "表头待核对"
        RUNNING = "RUNNING", "正在导入"
        DONE = "DONE", "已导入"
        FAILED = "FAILED", "未导入"
        UNDOING = "UNDOING", "正在撤销"
        UNDONE = "UNDONE", "已撤销"

    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="imports")
    organisation_id = models.BigIntegerField()
    appointment_id = models.BigIntegerField(null=True)
    slot = models.BigIntegerField()
    ranges = models.JSONField()
    file_id = models.BigIntegerField(null=True)
    file_token = models.CharField(max_length=32, unique=True)
    sealed_file_name = models.BinaryField()
    file_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    layout = models.JSONField(default=list)
    data_date = models.DateField()
    rows_total = models.BigIntegerField(null=True)
    rows_read = models.BigIntegerField(default=0)
    rows_exact = models.BigIntegerField(default=0)
    rows_by_name = models.BigIntegerField(default=0)
    rows_repaired = models.BigIntegerField(default=0)
    rows_similar = models.BigIntegerField(default=0)
    rows_decided = models.BigIntegerField(default=0)
    rows_duplicate = models.BigIntegerField(default=0)
    rows_unmatched = models.BigIntegerField(default=0)
    rows_refused = models.BigIntegerField(default=0)
    facts_recorded = models.BigIntegerField(default=0)
    progress_id = models.BigIntegerField(null=True)
    message = models.CharField(max_length=500, blank=True)
    uploaded_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "-id"]), models.Index(fields=["slot", "-id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    rows_read=F("rows_exact")
                    + F("rows_by_name")
                    + F("rows_repaired")
                    + F("rows_similar")
                    + F("rows_decided")
                    + F("rows_duplicate")
                    + F("rows_unmatched")
                    + F("rows_refused")
                ),
                name="feedimport_counts_add_up",
            ),
        ]

    @property
    def rows_taken(self) -> int:
        """The rows whose facts count, however their person was found."""
        return self.rows_exact + self.rows_by_name + self.rows_repaired + self.rows_similar + self.rows_decided


class FeedRow(models.Model):
    """A row that was not taken, sealed, with the reason; the department mends it, the county may look into it.

    One that a person decided is kept as DECIDED, so that the decision can be undone.
    """

    class State(models.TextChoices):
        REFUSED = "REFUSED", "未通过检查"
        UNMATCHED = "UNMATCHED", "需由县里核对"
        DECIDED = "DECIDED", "已由县里核对"

    feed_import = models.ForeignKey(FeedImport, on_delete=models.CASCADE, related_name="rows")
    organisation_id = models.BigIntegerField()
    slot = models.BigIntegerField()
    sheet = models.CharField(max_length=100, blank=True)
    sheet_number = models.PositiveSmallIntegerField()
    row_number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    column = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=300)
    sealed_cells = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed_import", "sheet_number", "row_number"], name="feedrow_once")
        ]


class InterfaceKey(models.Model):
    """A department's key to the JSON interface: it acts as the appointment that answers for it, within its scope.

    Only the digest is kept. `kinds` names the tables it may deliver, `may_report` whether clues; `area` narrows the
    appointment's areas. The quotas count rows a day and calls a minute.
    """

    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey("people.Appointment", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("people.Area", null=True, on_delete=models.PROTECT, related_name="+")
    slot = models.BigIntegerField()
    label = models.CharField(max_length=60)
    token_digest = models.CharField(max_length=64, unique=True)
    kinds = models.JSONField(default=list)
    may_report = models.BooleanField(default=False)
    rows_a_day = models.PositiveIntegerField()
    calls_a_minute = models.PositiveSmallIntegerField()
    used_on = models.DateField(null=True)
    used_rows = models.PositiveIntegerField(default=0)
    minute_at = models.DateTimeField(null=True)
    minute_calls = models.PositiveIntegerField(default=0)
    called_at = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_by = models.CharField(max_length=200, blank=True)
    revoked_at = models.DateTimeField(null=True)
    why_revoked = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="interfacekey_organisation")]
        constraints = [
            models.CheckConstraint(condition=Q(used_rows__lte=F("rows_a_day")), name="interfacekey_within_quota"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by="", why_revoked="")
                | Q(revoked_at__isnull=False) & ~Q(revoked_by="") & ~Q(why_revoked=""),
                name="interfacekey_revoked_whole",
            ),
            models.CheckConstraint(condition=~Q(kinds=[]) | Q(may_report=True), name="interfacekey_opens_something"),
        ]

    def __str__(self) -> str:
        return self.label
