"""How fast indinb is, beside its peers and the bare machine: one command, one table.

    python -m tests.benchmarks setup     installs the peers into .benchmarks/
    python -m tests.benchmarks           measures everything, in ten to fifteen minutes
    python -m tests.benchmarks blobs     measures the cases of that name
    python -m tests.benchmarks viewer    measures how soon a frame is on the screen: see `viewers`

Each figure is the median of several runs. A run is a fresh process of the client's own interpreter,
and the clients take turns, so that whatever else the machine does meets all of them. They talk to
one load server in a process of its own, or to INDI's own. Time goes from the moment that the server
begins to send until an observer can use what came. All of that is checked, outside of the time.

`cases` says what is measured, `clients` how, and `targets` what is to be reached.
"""
