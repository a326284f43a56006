"""How long indinb lasts: cut links, killed drivers, hours of updates; and beside its peers.

    python -m tests.endurance cuts       a link to real simulators is cut a thousand times
    python -m tests.endurance kills      a camera's driver is killed in a hundred exposures
    python -m tests.endurance soak       ten minutes of updates and frames
    python -m tests.endurance peers      the same faults for indinb and for other clients
    python -m tests.endurance            all of them

Each run prints its figures, with what is demanded of them, and the command fails if one is missed.
All of it stays on this machine. `python -m tests.benchmarks setup` installs the other clients.
"""
