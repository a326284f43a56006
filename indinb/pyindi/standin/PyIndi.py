"""What ``import PyIndi`` finds here: indinb's, in whatever process this folder is searched."""

from indinb import pyindi

pyindi.install()
