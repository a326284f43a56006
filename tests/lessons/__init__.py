"""The lessons of notebooks/: how they are run, what shape they have, and that all of it is true."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
