"""JSON interfaces of sources."""
