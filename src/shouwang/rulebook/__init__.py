"""The rulebook: policy packs as typed, dated, sourced values, and the conditions written over declared facts.

Takes: the texts of a pack tree (`packs/<place>/…`), a place and a date. Leaves: one frozen `Policy` with a digest,
compiled conditions that can be evaluated on one household or emitted as SQL, or one `PackError` that names file and
key. Never: imports Django, reads the clock, touches a household's data, holds a policy value of its own.
"""

from shouwang.rulebook.errors import ConditionError, PackError
from shouwang.rulebook.policy import Policy, load_policy
from shouwang.rulebook.source import PackSource, packs_directory

__all__ = ["ConditionError", "PackError", "PackSource", "Policy", "load_policy", "packs_directory"]
