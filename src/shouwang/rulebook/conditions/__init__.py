"""Conditions: SQL boolean expressions over declared facts.

Takes: a text and what it may speak of. Leaves: one typed tree, evaluated on a household or emitted as SQL.
Never: runs the text itself, guesses a type, rounds a number.
"""

from shouwang.rulebook.conditions.evaluate import evaluate
from shouwang.rulebook.conditions.nodes import Node
from shouwang.rulebook.conditions.parse import Scope, condition_parse, expression_parse

__all__ = ["Node", "Scope", "condition_parse", "evaluate", "expression_parse"]
