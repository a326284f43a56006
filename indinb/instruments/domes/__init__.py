"""Domes, and roofs that roll off."""
