"""Return visits: is the risk gone? The proposal that a watched household's risk be removed, what follows a removal, and
what measures did to income.

Takes: cases whose help has arrived, watched and removed households, incomes. Leaves: visits and the case event
`visited`; a risk that stays goes back to the case; removals that casework walks through; visits of the transition
period; removals found weak, and roll-backs by two. Never: helps, or closes a case by itself.
"""
