"""Screens and supervision: what is going on, where, how late; and the policy lab.

Takes: what every room below shows the viewer, and the facts of screenings. Leaves: pages, trials of policies that never
change, proposals to `standards`. Never: changes a case, puts a policy in force, or counts what it cannot link to.
"""
