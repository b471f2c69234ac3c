"""What casework refuses; each refusal carries the sentence the user sees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shouwang.kit.errors import Refusal
from shouwang.people.access import StaleWrite
from shouwang.rulebook.requirements import Requirement


class CaseNotFound(Refusal):
    """There is no such case, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这个案件。"


class TaskNotFound(Refusal):
    """There is no such task, or it is none of the viewer's organisation."""

    is_absent = True
    sentence = "找不到这项任务。"


class CaseStale(StaleWrite):
    """Somebody else changed the case after the reader opened it.

    `theirs` are the later events, oldest first; `stage_seen` is where the case stood when it was opened, `version` what
    it has come to.
    """

    def __init__(
        self,
        *,
        case_id: int,
        version: int,
        theirs: Sequence[object],
        changed_by: str,
        changed_at: str,
        stage_seen: str = "",
    ) -> None:
        super().__init__("这个案件", changed_by, changed_at)
        self.case_id = case_id
        self.version = version
        self.theirs = tuple(theirs)
        self.stage_seen = stage_seen


class CaseClosed(Refusal):
    """The case is closed."""

    sentence = "这个案件已经结案，不能再办理。家里有新的风险，请重新登记预警信息。"


class WrongStage(Refusal):
    """The case is not at a stage where this can be done."""

    def __init__(self, *, stage: str, wanted: str) -> None:
        super().__init__(f"这个案件现在处于“{stage}”，不能办理“{wanted}”。")


class NotYourTurn(Refusal):
    """Another kind of organisation, or another role, acts at this stage."""

    def __init__(self, *, stage: str, who: str) -> None:
        super().__init__(f"“{stage}”由{who}办理。")


class OwnWork(Refusal):
    """Who worked on a case earlier may not judge it."""

    def __init__(self, *, stage: str) -> None:
        super().__init__(f"这个案件您在前面经手过，“{stage}”要由别人来办。")


class Recused(Refusal):
    """Somebody declared to be one of the household, or close to it."""

    sentence = "您对这一户申报过回避，这件事要由别人来办。"


class RelationUnknown(Refusal):
    """A declaration says how somebody is related to the household."""

    field = "relation"
    sentence = "请选您和这一户的关系。"


class MoveUnknown(Refusal):
    """The pack has no such way out of the stage."""

    def __init__(self, *, stage: str) -> None:
        super().__init__(f"本地的办理流程里，“{stage}”没有这种处理办法。")


class StatementMissing(Refusal):
    """A move needs a clause, a reason, or words for the household; `field` names which."""

    WORDS = {
        "clause": "请写明依据的条款。",
        "reason": "请写明理由。",
        "told": "请写明告知农户的话。",
    }

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(self.WORDS[field])


class ReasonUnknown(Refusal):
    """The chosen reason is not one of the pack's."""

    sentence = "请从列出的理由中选一项。"


class NothingToSend(Refusal):
    """Nobody was chosen to verify."""

    sentence = "至少选一个核查单位。"


class TaskNotAllowed(Refusal):
    """The stage does not open such tasks."""

    sentence = "现在这个环节不能开这项任务。"


class OrganisationMissing(Refusal):
    """No organisation answers for the place."""

    def __init__(self, name: str) -> None:
        super().__init__(f"本地还没有登记负责“{name}”的机构，请先由管理员登记。")


class TaskClosed(StaleWrite):
    """The task was answered, withdrawn, or ended by itself; `theirs` are the events that tell by whom."""

    def __init__(
        self, state: str, *, theirs: Sequence[object] = (), changed_by: str = "", changed_at: str = ""
    ) -> None:
        super().__init__()
        who = f"（{changed_by}，{changed_at}）" if changed_by else ""
        self.message = f"这项任务{state}{who}，不用再办。"
        self.args = (self.message,)
        self.theirs = tuple(theirs)


class FigureRefused(Refusal):
    """A figure of an answer is missing or out of bounds; `field` names which."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


class ReasonsMissing(Refusal):
    """An answer says why."""

    field = "reasons"
    sentence = "请写明核查到的情况和理由。"


class NotAssisted(Refusal):
    """A visit comes after help."""

    sentence = "这个案件还没有落实救助，不能登记回访。"


class NoWorkflow(Refusal):
    """The adopted policy has no procedure for cases."""

    sentence = "本地选用的政策标准没有写明办理流程，案件暂时不能立案。"


class MeetingUnsound(Refusal):
    """What is said of an appraisal meeting cannot be: days, votes; `field` names which."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


class VoteContradicts(Refusal):
    """The decision is not the one that the votes made."""

    field = "move"

    def __init__(self, *, attended: int, in_favour: int, least: int, over: str, is_carried: bool) -> None:
        rule = f"到会不少于 {least} 人、同意的超过到会的 {over} 才算通过"
        found = f"这次到会 {attended} 人、同意 {in_favour} 人"
        ends = "已经通过，不能记为不同意" if is_carried else "没有通过，不能记为同意"
        super().__init__(f"{rule}。{found}，{ends}。")


class NoticeStands(Refusal):
    """A sheet of this case hangs already."""

    sentence = "这个案件的公示已经张贴，不用再登记。"


class NoticeMissing(Refusal):
    """Nothing of this case hangs."""

    sentence = "这个案件还没有张贴公示。请先登记张贴。"


class NoticeRunning(Refusal):
    """The notice has not hung long enough."""

    def __init__(self, ends_on: date) -> None:
        super().__init__(f"公示要到 {ends_on:%Y-%m-%d} 满期，次日起才能记“期满无异议”。")


class NoticeUnproven(Refusal):
    """The pack wants a photo of what hangs, and there is none."""

    sentence = "还没有张贴的照片，不能记“期满无异议”。请先在这一页补上公示栏的照片。"


class NotAPhoto(Refusal):
    """A posting is proven by a photo, not by a PDF."""

    field = "photos"
    sentence = "张贴的证明要用照片，PDF 不算。"


class NoticeDay(Refusal):
    """The day of posting cannot be."""

    field = "posted_on"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class AttachmentNotFound(Refusal):
    """There is no such paper, or it is none of the viewer's, or it was taken back."""

    is_absent = True
    sentence = "找不到这份材料。"


class PapersMissing(Refusal):
    """Nothing was brought."""

    field = "papers"
    sentence = "请选择要附上的照片或 PDF。"


class PapersRequired(Refusal):
    """A move wants papers that the case does not have."""

    def __init__(self, *, move: str, names: Sequence[str]) -> None:
        super().__init__(f"“{move}”要先附上：{'、'.join(names)}。请在案件的“照片和材料”里附上再办。")


class PaperKindUnknown(Refusal):
    """Papers of a case are of a named kind."""

    field = "kind"
    sentence = "请选一种材料。"


class PauseRefused(Refusal):
    """The clock cannot be paused as asked; the sentence says why. `field` is the form's field it stands beside."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class NotPaused(Refusal):
    """The clock of the case is running."""

    sentence = "这个案件没有暂停计时，不用恢复。"


class CouncilNotFound(Refusal):
    """There is no such meeting, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这次会商会议。"


class CouncilUnsound(Refusal):
    """What is said of a meeting of the leading group cannot be; `field` names which."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


class CouncilClosed(Refusal):
    """The meeting is past the point at which this can be done."""

    def __init__(self, state: str) -> None:
        super().__init__(f"这次会议{state}，不能再办这一步。")


class NotOnAgenda(Refusal):
    """A case that was chosen does not wait for the leading group any more."""

    field = "cases"
    sentence = "选中的案件里有的已经不等会商，请刷新后重新选。"


class AgendaUnsettled(Refusal):
    """Some cases of the agenda are neither decided nor put off."""

    def __init__(self, count: int) -> None:
        super().__init__(f"还有 {count} 个议题没有决定。决定或记为缓议之后，才能结束会议记录。")


class OwnMinutes(Refusal):
    """Who recorded the minutes may not sign them."""

    sentence = "会议记录是您整理的，要由另一位负责人签发。"


class HouseholdsDiffer(Refusal):
    """Two cases are of different households."""

    sentence = "两个案件不是同一户的，不能并在一起。"


class RemovalApart(Refusal):
    """A removal is not about a warning."""

    sentence = "风险消除另有流程，不和预警的案件并在一起。"


class CaseHelped(Refusal):
    """Help has been given under a case that would end."""

    sentence = "这个案件已经有救助记录，不能并掉，请按流程办结。"


class LastSource(Refusal):
    """A case has this one source only."""

    sentence = "本案只有这一条线索，不用另立案。不是这一户的，请选对的户；是误报的，请途中结案。"


class SourceFixed(Refusal):
    """A warning of the screening is about the household it names."""

    sentence = "系统筛查的预警是按这一户的数据算的，不能换户。"


class RequirementsOpen(Refusal):
    """A move whose conditions do not hold, cannot be told from the data, or were not confirmed by a person."""

    field = "confirmed"

    def __init__(self, *, move: str, open_: Sequence[Requirement]) -> None:
        self.keys = tuple(one.key for one in open_)
        says = {False: "没有达到", True: "已达到", None: "登记里没有填，尚难判断"}
        parts = [f"{one.name}（{'还没有人确认' if one.is_asked else says[one.result]}）" for one in open_]
        super().__init__(f"还不能“{move}”：{'；'.join(parts)}。")


class NotWatched(Refusal):
    """A removal of a household that is not watched, or whose risk was removed already."""

    sentence = "这一户现在不是监测对象，不用消除风险。"


class NeverRemoved(Refusal):
    """A household wholly without labour stays watched."""

    sentence = "整户无劳动能力的，落实兜底保障、继续监测，不标注风险消除。"


class RemovalRuns(Refusal):
    """The removal of this household is under way already."""

    sentence = "这一户已经在办风险消除。"


class RemovalUnwritten(Refusal):
    """The policy of the place names no procedure by which a risk is removed."""

    sentence = "本地现行的政策标准里没有写风险消除的流程，请先在政策标准里补上。"


class NothingNewer(Refusal):
    """The case is on the policy in force already."""

    sentence = "这个案件用的已经是现行的政策标准，不用换。"


class VersionUnfit(Refusal):
    """The case cannot go on under the newer policy from where it stands."""


class FlagsUnlooked(Refusal):
    """Help is decided on only after a person has looked at every flag."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"还有要核看的情形没有人看过：{'、'.join(names)}。请先在案件页逐项核看，写明结论，再作决定。")


class FlagStands(Refusal):
    """Somebody looked at a flag and found that the household should not be helped."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"核看结论是“情况属实，不应救助”的还有：{'、'.join(names)}。要救助的，请先重新核看并写明放行的理由。"
        )


class FlagUnknown(Refusal):
    """The case has no such flag now."""

    sentence = "这个案件没有这一项要核看的情形，可能台账刚刚改过。请回到案件页再看。"


class FlagReasonMissing(Refusal):
    """A look without its finding in words."""

    sentence = "请写明查到了什么、为什么这样认定。"


class FlagVerdictUnknown(Refusal):
    """A look says one of three things."""

    sentence = "请选核看的结论。"


class TransferRefused(Refusal):
    """A task that cannot be transferred, or not to this body."""


class TransferNotFound(Refusal):
    """There is no such transfer, or it is none of the viewer's organisation."""

    is_absent = True
    sentence = "找不到这项转办。"


class TransferSettled(Refusal):
    """A transfer that somebody has answered already."""

    def __init__(self, state: str, by: str) -> None:
        super().__init__(f"这项转办{state}{f'（{by}）' if by else ''}，不用再答复。")


class RecusalNotFound(Refusal):
    """There is no such recusal in force, or it is not the viewer's to end."""

    is_absent = True
    sentence = "找不到这项回避，或者已经结束。"


class OwnRecusal(Refusal):
    """Nobody ends her own recusal, nor that of whom she deputises."""

    sentence = "回避是您自己（或您代理的人）申报的，要由防贫中心的另一个人来结束。"
