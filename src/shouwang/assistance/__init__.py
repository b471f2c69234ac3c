"""Help: which measures a household gets, who gives them, until when, and when they arrived.

Takes: cases that the decision has opened for help. Leaves: measures, grants for the money among them, and the case
event `assisted` once everything planned has arrived. Never: decides whether a household is helped, or visits it.
"""
