"""The protocol: bytes to messages and back, with no sockets and no threads."""
