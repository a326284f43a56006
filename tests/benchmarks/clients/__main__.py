"""Do one job with one library, and print the figure.

It runs with the interpreter of that library's environment, so it needs nothing else.
"""

import functools
import importlib
import json
import sys

from tests.benchmarks.clients import jobs


def main(name: str, job: str, arguments: str) -> None:
    """Do the job; all three come from the command line."""
    client = importlib.import_module(f"tests.benchmarks.clients.{name}")
    own = getattr(client, job, None)
    do = own or functools.partial(getattr(jobs, job), client)
    print(json.dumps(do(**json.loads(arguments))))


if __name__ == "__main__":
    main(*sys.argv[1:])
