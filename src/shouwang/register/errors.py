"""The refusals of the register, one class each with the sentence the user sees."""

from __future__ import annotations

from shouwang.kit.errors import Refusal
from shouwang.people.access import StaleWrite


class HouseholdNotFound(Refusal):
    """There is no such household, or it is not the reader's to see."""

    is_absent = True
    sentence = "找不到这一户：可能编号有误，或者不在您的辖区内。"


class PersonNotFound(Refusal):
    """There is no such person, or she is not the reader's to see."""

    is_absent = True
    sentence = "找不到这个人：可能已不在册，或者不在您的辖区内。"


class RowNotFound(Refusal):
    """The row of the register is gone or not the reader's to see."""

    sentence = "找不到这条记录：可能已被更正，请刷新页面后再看。"


class NotYourArea(Refusal):
    """The village lies outside the actor's areas."""

    sentence = "这个村不在您的辖区内，请选择辖区内的村。"


class NotAVillage(Refusal):
    """The slot is no village of the division table."""

    sentence = "没有找到这个村，请从列表中选择。"


class MayNotChange(Refusal):
    """The reader reads the register but changes nothing in it."""

    sentence = "您的岗位只能查看台账，不能修改。"


class HouseholdChanged(StaleWrite):
    """Somebody changed the household after the reader loaded it."""

    def __init__(self, changed_by: str = "", changed_at: str = "") -> None:
        super().__init__("这一户", changed_by, changed_at)


class PersonChanged(StaleWrite):
    """Somebody changed the person after the reader loaded her."""

    def __init__(self, changed_by: str = "", changed_at: str = "") -> None:
        super().__init__("这个人的信息", changed_by, changed_at)


class HouseholdEnded(Refusal):
    """The household does not exist any more on that day."""

    sentence = "这一户已经销户，不能再变动。"


class HeadMissing(Refusal):
    """A household was left without a head."""

    sentence = "户里必须有且只有一位户主，请先选定户主。"


class TwoHeads(Refusal):
    """Two heads in one household on one day."""

    sentence = "一户只能有一位户主，请核对“与户主关系”。"


class TwoSpouses(Refusal):
    """Two spouses of the head in one household on one day."""

    sentence = "一户最多有一位户主配偶，请核对“与户主关系”。"


class AlreadyMember(Refusal):
    """The person belongs to a household on that day."""

    sentence = "这个人当天已经属于另一户，请先办理迁出或分户。"


class NotAMember(Refusal):
    """The person does not belong to the household on that day."""

    sentence = "这个人当天不属于这一户，请刷新页面核对成员。"


class EverybodyLeaves(Refusal):
    """A split would leave nobody behind."""

    sentence = "分户后原户至少要留一个人；全户搬走请办理整户迁移。"


class NobodyLeaves(Refusal):
    """A split or merge names nobody."""

    sentence = "没有选择成员，请至少选一个人。"


class DayInFuture(Refusal):
    """The day lies after today."""

    sentence = "日期不能晚于今天。"


class DayTooEarly(Refusal):
    """The day lies before the membership it would end."""

    sentence = "日期不能早于这个人入户的日期。"


class BornInFuture(Refusal):
    """The birth date lies after today."""

    sentence = "出生日期不能晚于今天，请核对。"


class DiedBeforeBirth(Refusal):
    """The day of death lies before the birth."""

    sentence = "死亡日期早于出生日期，请核对。"


class AlreadyDead(Refusal):
    """The person has died."""

    sentence = "这个人已登记死亡，不能再办理这项变动。"


class SamePerson(Refusal):
    """A person cannot be her own double."""

    sentence = "选择的是同一个人，请选另一个。"


class AlreadyMerged(Refusal):
    """The person is merged into another."""

    sentence = "这个人已经并入另一条记录，请先查看合并记录。"


class DoubleIsHead(Refusal):
    """The double heads a household with others in it."""

    sentence = "重复的那条记录是另一户的户主，户里还有其他人，请先更换户主再合并。"


class MergeNotFound(Refusal):
    """The merge was undone or never made."""

    sentence = "找不到这次合并：可能已经撤销。"


class MergeNotUndoable(Refusal):
    """The persons changed so much since that the merge cannot be taken back."""

    sentence = "合并之后成员关系又有变动，不能直接撤销：请先把原户的户主和成员恢复到合并前的样子。"


class SameHousehold(Refusal):
    """A household cannot be merged with itself."""

    sentence = "选择的是同一户，请选另一户。"


class SameVillage(Refusal):
    """The move goes where the household is."""

    sentence = "迁入地和现居地是同一个村，请核对。"


class RegisteredHere(Refusal):
    """The ID belongs to a person in the actor's own area."""

    def __init__(self, place: str = "") -> None:
        super().__init__(f"这个身份证号已经登记{f'在{place}' if place else ''}，请先查找再办理，不要重复登记。")


class NeedsCountyCheck(Refusal):
    """The ID belongs to somebody out of sight; the same sentence whatever the reason is."""

    sentence = "这个人的登记信息需要县级核对，已经转交，核对完成前暂不登记。"


class ReasonMissing(Refusal):
    """A correction needs its reason."""

    sentence = "请写明理由，家庭和上级都能看到。"


class FactUnknown(Refusal):
    """The fact is none of the register's."""

    sentence = "没有这一项信息，请刷新页面后再试。"


class FactUnreadable(Refusal):
    """The new value does not fit the fact."""

    def __init__(self, label: str, expected: str) -> None:
        super().__init__(f"“{label}”填写有误：{expected}。")


class FactsContradict(Refusal):
    """The new value contradicts another fact."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class ObjectionOpen(Refusal):
    """The fact has an open objection."""

    sentence = "这一项已经有人提出异议，正在核对，不用重复提出。"


class ObjectionSettled(Refusal):
    """The objection was settled."""

    sentence = "这条异议已经办结，请刷新页面查看结果。"


class ConflictNotFound(Refusal):
    """The conflict was decided or is not the reader's to see."""

    sentence = "找不到这条待核对的登记：可能已经处理。"


class ConflictNotMovable(Refusal):
    """The registering household is not there, so nobody can be moved into it."""

    sentence = "新登记的户还没有建立，不能直接迁入：请维持原登记，由新村先建户再办理迁移。"


class FindingNotFound(Refusal):
    """The finding was settled or is not the reader's to see."""

    sentence = "找不到这条待办：可能已经处理。"


class PurposeMissing(Refusal):
    """Unmasking needs a purpose."""

    sentence = "查看完整号码要写明用途，会记入日志。"


class NothingToSearch(Refusal):
    """The search text is too short."""

    sentence = "请至少输入一个汉字、两个拼音首字母，或完整的身份证号、电话、户编号。"


class ImportNotFound(Refusal):
    """There is no such import, or it is another organisation's."""

    is_absent = True
    sentence = "找不到这次导入：可能已被清除，或者不是本单位的。"
