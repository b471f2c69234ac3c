"""Help: which measures a household gets, who gives them, until when, and when they arrived.

Takes: cases that the decision has opened for help, the pack's `contacts` and `sevens`. Leaves: measures, grants for the
money among them, the case event `assisted` once everything planned has arrived, who looks after which household and
what she found, a clue for a new risk. Never: decides whether a household is helped, or judges what help did.
"""
