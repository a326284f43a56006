"""The dead man's switch: a server that parks by itself."""
