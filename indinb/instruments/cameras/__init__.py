"""Cameras: exposures, all that they can be set to, and the headers of their frames."""
