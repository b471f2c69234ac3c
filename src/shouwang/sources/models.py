"""Clues, and department feeds with their imports, refused rows and matches."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from shouwang.kit.codes import Risk


class Channel(models.TextChoices):
    """How a clue reached us."""

    OFFICER = "OFFICER", "预警员上报"
    PAPER = "PAPER", "纸质登记表补录"
    HOTLINE = "HOTLINE", "12317 热线"
    WECHAT = "WECHAT", "村微信群"
    APPLICATION = "APPLICATION", "农户自主申请"
    SWEEP = "SWEEP", "干部排查"
    LETTER = "LETTER", "来信来访"
    MEDIA = "MEDIA", "媒体舆情"
    DEPARTMENT = "DEPARTMENT", "部门推送"


def _not_negative(*fields: str) -> Q:
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0})
    return condition


class Clue(models.Model):
    """One 《预警信息登记表》: who, why, what happened, how much; `collected_case_id` once a case has taken it up.

    A person who is not registered has no `household_id` but a name and a note. Amounts: null = not known. A paper form
    was reported on its own date and `entered_at` later; null: entered when it was reported. `withdrawn_at`: who applied
    took it back before there was a case, and there will be none.
    """

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    person_name = models.CharField(max_length=60, blank=True)
    person_note = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    cause = models.CharField(max_length=12, choices=Risk.choices())
    cause_note = models.CharField(max_length=100, blank=True)
    occurred_on = models.DateField()
    summary = models.CharField(max_length=1000)
    gross_fen = models.BigIntegerField(null=True)
    reimbursed_fen = models.BigIntegerField(null=True)
    self_paid_fen = models.BigIntegerField(null=True)
    income_drop_fen = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    reporter_label = models.CharField(max_length=200)
    appointment_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    reported_at = models.DateTimeField()
    entered_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=64)
    body_blind = models.BinaryField(max_length=32)
    collected_case_id = models.BigIntegerField(null=True)
    collected_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["household_id", "-reported_at"]),
            models.Index(fields=["slot", "-reported_at"]),
            models.Index(fields=["appointment_id", "-reported_at"]),
            models.Index(fields=["id"], name="clue_uncollected", condition=Q(collected_case_id__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment_id", "idempotency_key"], name="clue_sent_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(household_id__isnull=False) | ~Q(person_name=""), name="clue_names_somebody"
            ),
            models.CheckConstraint(
                condition=_not_negative("gross_fen", "reimbursed_fen", "self_paid_fen", "income_drop_fen"),
                name="clue_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(collected_case_id__isnull=True, collected_at__isnull=True)
                | Q(collected_case_id__isnull=False, collected_at__isnull=False),
                name="clue_collected_whole",
            ),
            models.CheckConstraint(condition=~Q(cause="OTHER") | ~Q(cause_note=""), name="clue_other_has_note"),
            models.CheckConstraint(
                condition=Q(entered_at__isnull=True) | Q(entered_at__gte=F("reported_at")),
                name="clue_entered_after_reporting",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(collected_case_id__isnull=True),
                name="clue_withdrawn_has_no_case",
            ),
        ]

    @property
    def came_at(self) -> datetime:
        """When it came to the house: a paper form, when it was entered."""
        return self.entered_at or self.reported_at


class Call(models.Model):
    """Who told a clerk of a clue, by the hotline or in a village group, and the number that was told to the caller.

    `number_blind` is the blind index of that number, which stands nowhere; `sealed_phone` where she can be called back.
    """

    class Tie(models.TextChoices):
        SELF = "SELF", "本人"
        FAMILY = "FAMILY", "家人亲戚"
        NEIGHBOUR = "NEIGHBOUR", "邻居"
        OTHER = "OTHER", "其他人"

    clue = models.OneToOneField(Clue, on_delete=models.PROTECT, related_name="call")
    slot = models.BigIntegerField()
    caller = models.CharField(max_length=60, blank=True)
    tie = models.CharField(max_length=10, choices=Tie.choices)
    sealed_phone = models.BinaryField(null=True)
    is_urgent = models.BooleanField(default=False)
    number_blind = models.BinaryField(max_length=32, unique=True)
    taken_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["slot", "-taken_at"], condition=Q(is_urgent=True), name="call_urgent")]


class Opinion(models.Model):
    """A letter, a petition or a report of the press, until a person has said whether it is a clue; then `clue_id`.

    `due_on`: the day by which it is to be judged, where the policy says so. In `slot` lies what it is about, or the
    area of who entered it while nobody knows.
    """

    class Verdict(models.TextChoices):
        CLUE = "CLUE", "是风险线索"
        NONE = "NONE", "不是风险线索"

    slot = models.BigIntegerField()
    channel = models.CharField(max_length=12, choices=[(c.value, c.label) for c in (Channel.LETTER, Channel.MEDIA)])
    origin = models.CharField(max_length=200)
    received_on = models.DateField()
    subject = models.CharField(max_length=1000)
    household_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=200)
    appointment_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    due_on = models.DateField(null=True)
    is_due_provisional = models.BooleanField(default=False)
    verdict = models.CharField(max_length=4, blank=True, choices=Verdict.choices)
    why = models.CharField(max_length=500, blank=True)
    judged_at = models.DateTimeField(null=True)
    judged_by = models.CharField(max_length=200, blank=True)
    clue = models.OneToOneField(Clue, null=True, on_delete=models.PROTECT, related_name="opinion")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["slot", "due_on"], condition=Q(verdict=""), name="opinion_unjudged"),
            models.Index(fields=["slot", "-entered_at"], name="opinion_slot"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", judged_at__isnull=True, judged_by="", clue__isnull=True)
                | Q(verdict="CLUE", judged_at__isnull=False, clue__isnull=False) & ~Q(judged_by="")
                | Q(verdict="NONE", judged_at__isnull=False, clue__isnull=True) & ~Q(judged_by="") & ~Q(why=""),
                name="opinion_judged_whole",
            )
        ]


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


class CluePhoto(models.Model):
    """A photo or a signature that came after its report; the picture itself is a paper of the office."""

    class Kind(models.TextChoices):
        PHOTO = "PHOTO", "现场照片"
        SIGNATURE = "SIGNATURE", "承诺授权书签名"

    clue = models.ForeignKey(Clue, on_delete=models.PROTECT, related_name="photos")
    slot = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    paper_id = models.BigIntegerField()
    signer = models.CharField(max_length=60, blank=True)
    signed_text = models.CharField(max_length=1000, blank=True)
    taken_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["clue", "id"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="SIGNATURE") | (~Q(signer="") & ~Q(signed_text="")), name="cluephoto_signature_whole"
            )
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
