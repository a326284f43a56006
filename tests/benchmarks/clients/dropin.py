"""indinb in the place of pyindi-client: the same program, which finds it under the same name."""

from indinb import pyindi

pyindi.install()

from tests.benchmarks.clients.pyindi import (  # noqa: E402, F401
    definitions,
    images,
    numbers,
    pixels,
)

IMPORT = "from indinb import pyindi"
