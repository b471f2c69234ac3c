"""One module a topic; each has `register(app)`."""
