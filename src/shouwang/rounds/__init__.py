"""Rounds: cadres visit every household of some villages, routinely, once a year, or after a disaster.

Takes: the pack's `sweeps`, the register's households, the villages that somebody names. Leaves: per round a task for
each village, who was seen and who was not, and a clue for each finding. Never: opens a case, decides about a
household, counts somebody as seen whom nobody met, or closes a round over unseen households without a reason.
"""
