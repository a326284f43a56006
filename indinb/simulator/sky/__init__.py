"""The sky above the simulated observatory: no pixels, no instruments."""

from indinb.simulator.sky.deepsky import Extended
from indinb.simulator.sky.sky import Sky
from indinb.simulator.sky.solarsystem import Body
from indinb.simulator.sky.stars import Stars

__all__ = ["Body", "Extended", "Sky", "Stars"]
