"""The append-only log: who did what to which row, when, for which purpose.

Takes: one call inside the writer's own transaction. Leaves: entries, sealed into a hash chain per county by a job.
Never: changes or removes an entry, or holds personal data in plain text.
"""
