"""The made county: a population to try the product on, with a register and department files as bad as real ones.

Takes: a number of people, a place, a seed, a day. Leaves: snapshot tables, identities apart from them, department
files, the national system's workbooks, and the truth about every planted fault. Never: imports Django, reads the
clock, gives anybody a number that a living person could hold, writes other bytes for the same seed.
"""
