"""One connection to an INDI server, its reader thread and the live model."""
