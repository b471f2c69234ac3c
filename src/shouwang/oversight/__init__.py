"""Screens and supervision: what is going on, where, how late.

Takes: what every room below shows the viewer. Leaves: pages. Never: changes a case, or counts what it cannot link to.
"""
