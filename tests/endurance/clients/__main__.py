"""One contender: takes a line of JSON for each call, and writes one for each answer and event.

It runs with the interpreter of that library's environment, so it needs nothing else.
"""

import importlib
import json
import sys
import threading
import time
from typing import Any

_lock = threading.Lock()


def main(name: str, port: str) -> None:
    """Do what is asked until the input ends; both come from the command line."""
    client = importlib.import_module(f"tests.endurance.clients.{name}")
    session = client.Session(int(port), tell)
    for line in sys.stdin:
        call = json.loads(line)
        try:
            answer = getattr(session, call["do"])(*call["with"])
        except Exception as error:
            tell("raised", call=call["number"], error=repr(error))
        else:
            tell("answered", call=call["number"], answer=answer)
    session.close()


def tell(word: str, **facts: Any) -> None:
    """Say something, and when."""
    line = json.dumps({"word": word, "moment": time.monotonic(), **facts})
    with _lock:
        print(line, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
