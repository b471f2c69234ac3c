"""Areas, organisations, appointments, and who may see what.

Takes: the division tables and what administrators enter. Leaves: areas with slots, organisations, dated appointments
and the viewer under which every request and job runs. Never: reads a household, or lets one appointment act for two.
"""
