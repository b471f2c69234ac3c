"""Writes of people: areas, organisations, appointments, sign-in."""
