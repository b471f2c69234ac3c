"""The pages that join rooms, one module a page."""
