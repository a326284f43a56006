"""Focusers."""
