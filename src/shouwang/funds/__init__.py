"""Every benefit a household gets from anyone, as a Grant: payer, period, paid by us or reported by another body.

Takes: what assistance (and later insurance) records. Leaves: grants whose sums can be asked for. Never: pays, or counts
what another body pays as ours.
"""
