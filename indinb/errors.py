"""Every exception that indinb raises on purpose.

::

    IndiError
    ├── ConnectionFailed          the server could not be reached      (also ConnectionError)
    ├── ConnectionLost            the link to the server is gone       (also ConnectionError)
    ├── ProtocolError             the bytes are not INDI
    ├── PropertyError             a property cannot be used like that
    │   ├── UnknownDevice         no device of that name               (also KeyError)
    │   ├── UnknownProperty       no property of that name             (also KeyError)
    │   ├── UnknownElement        no member of that name               (also KeyError)
    │   ├── NotWritable           read-only property or client
    │   └── OutOfRange            not a number the driver would take   (also ValueError)
    ├── OperationError            an instrument did not do it
    │   ├── Refused               it did not begin
    │   ├── Failed                it began and failed
    │   ├── Aborted               somebody stopped it
    │   └── OperationTimeout      it took too long                     (also TimeoutError)
    ├── ImageError                a BLOB is not the image it says      (also ValueError)
    └── UnknownTarget             no place on the sky, no known name (also ValueError)

Each message says which device and property, what was asked, what the driver said, and what to
do next.
"""

import traceback
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path

from indinb.printable import printable

_MACHINERY = (str(Path(__file__).parent), str(Path(traceback.__file__).parent / "concurrent"))


class IndiError(Exception):
    """Base class of all errors of indinb."""

    # KeyError, a base of some of these, shows the repr of its message; ours are sentences.
    def __str__(self) -> str:
        return printable(Exception.__str__(self))

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: where it happened in the cells, and what, but not our depths.

        The message says what to do; sixty lines of what is in between would hide it.
        """
        frames = traceback.extract_tb(self.__traceback__)
        own = takewhile(lambda frame: not frame.filename.startswith(_MACHINERY), frames)
        lines = [f"line {frame.lineno}: {frame.line}" for frame in own if _of_a_user(frame)]
        return [*lines, f"\x1b[31m{type(self).__name__}\x1b[39m: {self}"]


def _of_a_user(frame: traceback.FrameSummary) -> bool:
    return "IPython" not in Path(frame.filename).parts


class ConnectionFailed(IndiError, ConnectionError):
    """The INDI server could not be reached."""


class ConnectionLost(IndiError, ConnectionError):
    """The link to the INDI server is gone, or the client was closed."""


class ProtocolError(IndiError):
    """The bytes that arrived are not INDI."""


class PropertyError(IndiError):
    """A property cannot be used like that."""


class UnknownDevice(PropertyError, KeyError):
    """The server has announced no device of that name."""


class UnknownProperty(PropertyError, KeyError):
    """The device has defined no property of that name."""


class UnknownElement(PropertyError, KeyError):
    """The property has no member of that name."""


class NotWritable(PropertyError):
    """The property is read-only, or the client was opened with ``read_only=True``."""


class OutOfRange(PropertyError, ValueError):
    """The value is not one that the driver would take."""


class OperationError(IndiError):
    """An instrument did not do what it was asked.

    Parameters
    ----------
    *args : object
        What went wrong, in words.
    messages : iterable of str
        What the driver said around that.

    Attributes
    ----------
    messages : tuple of str
        What the driver said around that, oldest first; the text of the error ends with it.

    Examples
    --------
    >>> error = Failed("cool down: it went to Alert", messages=["[ERROR] no power"])
    >>> error.messages
    ('[ERROR] no power',)
    >>> print(error)
    cool down: it went to Alert; the driver said '[ERROR] no power'
    """

    def __init__(self, *args: object, messages: Iterable[str] = ()) -> None:
        super().__init__(*args)
        self.messages = tuple(messages)

    def __str__(self) -> str:
        said = "".join(f"; the driver said {text!r}" for text in self.messages)
        return super().__str__() + said


class Refused(OperationError):
    """The instrument did not begin."""


class Failed(OperationError):
    """The instrument began and failed."""


class Aborted(OperationError):
    """The operation was stopped before its end.

    Parameters
    ----------
    *args, messages
        As for any `OperationError`.
    goes_on : bool
        Whether the instrument may go on all the same.

    Attributes
    ----------
    goes_on : bool
        Whether the instrument may go on all the same: it could not be told to stop, or did not
        say that it has.
    """

    def __init__(self, *args: object, messages: Iterable[str] = (), goes_on: bool = False) -> None:
        super().__init__(*args, messages=messages)
        self.goes_on = goes_on


class OperationTimeout(OperationError, TimeoutError):
    """The operation took longer than it was given."""


class ImageError(IndiError, ValueError):
    """A BLOB does not hold the image that its format promises."""


class UnknownTarget(IndiError, ValueError):
    """A target is neither a place on the sky nor a name that was found."""
