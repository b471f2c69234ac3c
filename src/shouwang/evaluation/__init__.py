"""Return visits: is the risk gone?

Takes: cases whose help has arrived. Leaves: visits and the case event `visited`; a risk that stays goes back to the
case. Never: helps, or closes a case by itself.
"""
