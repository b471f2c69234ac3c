"""Where a matter stands, in words a household understands; pure.

Without the PIN a page says one of these words and nothing else. An application that is no case yet, and a case that
nobody has moved since it was opened, are told alike: else the word would tell who is registered.
"""

from __future__ import annotations

WAITING, CLOSED = "waiting", "closed"
WORDS = {
    WAITING: ("已经收到", "村里和乡镇正在核对情况，会有人上门或打电话。"),
    "amend": ("要补一点情况", "村干部会告诉您还缺什么，补上就接着办。"),
    "check": ("正在核实", "乡镇正在核实您家的情况。"),
    "dispatch": ("正在核实", "县里正在请有关单位核实。"),
    "answers": ("正在核实", "有关单位正在核实。"),
    "review": ("正在研究", "情况核实好了，县里正在研究。"),
    "decide": ("正在研究", "县里正在开会商量。"),
    "appraise": ("正在评议", "村里要开会评议。"),
    "notice": ("正在公示", "名单正在村里公示。"),
    "help": ("正在安排帮扶", "已经同意帮扶，正在安排。"),
    "visit": ("帮扶之后回访", "会有人来看看帮扶到了没有。"),
    "settle": ("正在研究", "县里正在研究下一步怎么帮。"),
    CLOSED: ("已经办完", "结果要用密码看，或者问村干部。"),
}
# A stage of an act that no word is written for yet.
OTHER = ("正在办理", "正在按程序办理。")


def stage_words(stage: str) -> tuple[str, str]:
    """This function returns the word of a stage and one sentence about it."""
    return WORDS.get(stage, OTHER)
