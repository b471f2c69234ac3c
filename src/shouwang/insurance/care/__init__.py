"""Long-term care: who is insured and assessed, plans, days of service, a provider's month and what is paid for it.

Takes: the care topic of the pack, what the body in charge assessed, days that providers log. Leaves: plans, days, bills
with settlements that can be computed again, grants for what was paid. Never: assesses anybody itself, keeps any health
data beyond the level, or shows a provider anybody else's clients.
"""
