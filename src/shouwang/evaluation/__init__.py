"""Return visits: is the risk gone? And the proposal that a watched household's risk be removed for good.

Takes: cases whose help has arrived, watched households. Leaves: visits and the case event `visited`; a risk that stays
goes back to the case; removals that casework walks through. Never: helps, or closes a case by itself.
"""
