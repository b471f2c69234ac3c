"""Money, dates, resident IDs, division codes: the small things every room uses."""
