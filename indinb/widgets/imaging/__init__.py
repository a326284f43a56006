"""Frames, as a notebook shows them: the viewer, and the live view."""
