"""Sources: what people report and what departments hold becomes clues and facts.

Takes: reports of village officers and clerks, also from phones that had no signal; tables of departments, whose meaning
is data (`data/feed_*.yaml`).
Leaves: clues, which casework collects; facts of matched persons in the register; per import the counts, the refused
rows and the match of every row. Never: shows a register row to a department, decides about a household, counts a row
twice, or keeps an ID number in plain text.
"""
