"""Desks: the pages that join rooms: everyone's desk, the household file, the late tasks of an area.

Takes: the public selectors of every room below, and the registry of routes. Leaves: nothing; it has no table. Never:
writes a fact, a case or a payment, decides anything, shows a number whose rows cannot be opened, shows a department
or the insurer more of a household than its live task opens.
"""
