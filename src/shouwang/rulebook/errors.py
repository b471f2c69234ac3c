"""What the rulebook refuses: each refusal names the pack file and the key."""

from __future__ import annotations

from shouwang.kit.errors import Refusal


class PackError(Refusal):
    """A pack file cannot be taken as it stands."""

    def __init__(self, sentence: str, *, file: str = "", key: str = "") -> None:
        self.file = file
        self.key = key
        self.sentence = sentence
        where = f"政策包文件“{file}”" if file else "政策包"
        if key:
            where += f"的“{key}”"
        super().__init__(f"{where}：{sentence}")


class ConditionError(Refusal):
    """A condition is not well formed: unknown fact or function, or types that do not fit.

    `column` is the place in the text, counted from 1; None when the whole text is meant.
    """

    def __init__(self, sentence: str, *, column: int | None = None) -> None:
        self.sentence = sentence
        self.column = column
        super().__init__(sentence if column is None else f"{sentence}（第 {column} 个字处）")
