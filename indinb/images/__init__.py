"""BLOBs to frames, and frames to pixels."""
