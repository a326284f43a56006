"""Mounts of telescopes: where they point, where they must not, and how they move."""
