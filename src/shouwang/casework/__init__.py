"""Casework: one household's risk, from the first clue to a green lamp.

Takes: clues of `sources` and warnings of `screening` (collected every minute), the `workflow` of the pack version that
a case began with, what higher rooms record (`assisted_record`, `visited_record`). Leaves: cases, tasks, answers,
decisions and events; the lamp is derived from them. Never: holds a stage, a deadline or a department of its own (packs
do), changes or removes a decision or an event, calls a room above it, shows a department more of a household than its
task needs.
"""
