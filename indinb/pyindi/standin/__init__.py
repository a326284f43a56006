"""A folder for ``sys.path``, which programs hand on to the processes that they start."""
