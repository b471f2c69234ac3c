"""Pages of insurance."""
