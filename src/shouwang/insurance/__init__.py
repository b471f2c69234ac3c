"""Insurance: pools of prevention by term, claims on them, what was computed and why, what was decided and paid.

Takes: cases, the ladders and pools of the pack, the insurer's verification. Leaves: claims, the movements of each pool,
grants for what was paid. Never: decides a case, pays before the case has been decided (emergency aid apart), or keeps
the accounts of the county: `services.seam` is all it says to `funds`.
"""
