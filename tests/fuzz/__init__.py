"""Throws damaged streams at the reader and the model, for as long as wanted.

``python -m tests.fuzz --seconds 60`` says at the end how many, or saves the first that breaks what
must hold for any bytes: they are messages or `ProtocolError`, the same however they arrive, within
a bounded time and memory; and the model takes whatever messages they are.
"""
