"""The embedded observatory: simulated instruments under a sky that is really there.

It is a program of its own, ``python -m indinb.simulator``, which `indinb.simulate` starts and ends;
it speaks INDI to whoever connects, as an ``indiserver`` with INDI's own simulators does.
"""
