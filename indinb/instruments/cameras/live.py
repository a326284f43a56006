"""Live: picture after picture, for people to look at.

It loops exposures, each begun as soon as the last has come, or uses the video of the driver. All
of it happens on the threads that bring the pictures, so that nobody waits for it.
"""

import contextlib
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
from typing import Any, ClassVar, Protocol, Self, Unpack

from astropy import units as u

from indinb import display
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.operation import ABORT_PATIENCE, Operation
from indinb.errors import Aborted, IndiError, Refused
from indinb.images.frame import Frame
from indinb.instruments.cameras.audience import Audience, Changed, Hear, Picture
from indinb.instruments.cameras.chips import Chip
from indinb.instruments.cameras.settings import Options, Settings, seconds_of
from indinb.instruments.cameras.watching import Watch
from indinb.printable import printable

logger = logging.getLogger(__name__)

_RECENT = 10  # pictures by which their rate is measured


@dataclass(frozen=True)
class Plan:
    """How pictures are taken.

    Parameters
    ----------
    seconds : float or None
        How long each is exposed; None for video as the camera is set.
    settings : Settings
        As of `Camera.expose`.
    streams : bool
        Whether the video of the driver is used.
    """

    seconds: float | None
    settings: Settings
    streams: bool = False

    @property
    def words(self) -> str:
        """How long they are exposed.

        Examples
        --------
        >>> Plan(2.0, Settings()).words, Plan(None, Settings(), streams=True).words
        ('2 s', 'video')
        """
        time = "" if self.seconds is None else f"{self.seconds:g} s"
        if not self.streams:
            return time
        return f"video of {time}" if time else "video"


class Filmer(Protocol):
    """What a live view needs of a camera."""

    device: Device
    chip: ClassVar[Chip]

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def subframe(self) -> tuple[int, int, int, int]:
        """What it reads out."""

    @property
    def watch(self) -> Callable[[int], Watch]:
        """What tells of pictures that arrive."""

    def check_film(self, plan: Plan) -> None:
        """Refuse what the camera cannot do, before anything is set."""

    def film(self, plan: Plan, tell: Callable[[str], object]) -> Operation[Any]:
        """Take picture after picture until that is aborted; tell what goes wrong, or nothing."""

    def start_reading_out(self, subframe: tuple[int, int, int, int]) -> Operation[Any]:
        """Set what it reads out."""


class Live:
    """Picture after picture of a camera, from `Camera.live`, until it is stopped.

    As the last line of a cell, it shows them. Use it in a ``with``, or `stop` it at the end; it
    ends with the client, and when the link is lost.

    Parameters
    ----------
    camera : Filmer
        Takes them.
    plan : Plan
        How.

    Attributes
    ----------
    device : Device
        The camera.
    chip : Chip
        Which of its chips.
    taken : int
        How many pictures have come.
    error : Exception or None
        Why it has ended, unless somebody stopped it.
    trouble : str
        What has just gone wrong, and is tried again; or the error.
    """

    def __init__(self, camera: Filmer, plan: Plan) -> None:
        self.device, self.chip = camera.device, camera.chip
        self.taken = 0
        self.error: BaseException | None = None
        self.trouble = ""
        self._camera = camera
        self._plan = plan
        self._next: Plan | None = None  # to go on with
        self._subframe: tuple[int, int, int, int] | None = None  # before `change` set another
        self._lock = Lock()  # of who ends it, and how it goes on; nothing is called while held
        self._stopping = False
        self._run: Operation[Any] | None = None
        self._over: Future[None] = Future()
        self._audience: Audience[Picture] = Audience()
        self._newest: Picture | None = None
        self._moments: deque[float] = deque(maxlen=_RECENT)
        self._watch: Watch | None = None

    def begin(self) -> Self:
        """Begin at once, or as soon as the live view before it has ended.

        Raises
        ------
        IndiError
            If the camera cannot do it.
        """
        self._camera.check_film(self._plan)
        before = self._follow()
        if before is None:
            self._begin()
            self._enter()
        else:
            before.start_stop().add_done_callback(lambda _: self._begin_quietly())
        if not self.running:  # any more
            self._leave()
        return self

    @property
    def words(self) -> str:
        """How long its pictures are exposed."""
        return self._plan.words

    @property
    def running(self) -> bool:
        """Whether pictures are being taken, or about to be."""
        return not self._over.done()

    @property
    def newest(self) -> Frame | None:
        """The newest picture, which is decoded when somebody looks; None until one has come.

        Raises
        ------
        ImageError
            If it cannot be read.
        """
        newest = self._newest
        return None if newest is None else newest.frame

    @property
    def fps(self) -> float | None:
        """How many pictures a second came lately; None if that cannot be told."""
        moments = tuple(self._moments)
        if len(moments) < 2 or not self.running:
            return None
        late = max(monotonic() - moments[-1] - (moments[-1] - moments[-2]), 0.0)
        return (len(moments) - 1) / max(moments[-1] - moments[0] + late, 1e-6)

    def change(self, **options: Unpack[Options]) -> None:
        """Go on with other settings, such as ``subframe=(x, y, width, height)``.

        At the end, the subframe is again what it was before.

        Parameters
        ----------
        **options
            As of `Camera.expose`; what is left out stays.

        Raises
        ------
        IndiError
            If the camera cannot do it. It goes on as before then.
        """
        plan = replace(self._plan, settings=replace(self._plan.settings, **options))
        if not self.running:
            raise Refused(f"the live view of {self.device.name} has ended")
        self._camera.check_film(plan)
        if "subframe" in options and self._subframe is None:
            self._subframe = self._camera.subframe
        with self._lock:
            self._next, run = plan, self._run
        if run is not None:
            run.abort()

    def start_stop(self) -> Operation[None]:
        """Stop the camera; see `stop`."""
        stopped: Operation[None] = Operation(f"stop the live view of {self.device.name}")
        self._over.add_done_callback(lambda _: stopped.succeed(None))
        with self._lock:
            self._stopping, run = True, self._run
        if run is not None:
            run.abort()
        return stopped

    def stop(self) -> None:
        """Stop the camera, and wait until it says so; safe to call twice."""
        self.start_stop().result()

    close = stop

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def join(self, hear: Hear, changed: Changed) -> Callable[[], None]:
        """Call back with each picture; see `Audience.join`."""
        return self._audience.join(hear, changed)

    def __repr__(self) -> str:
        return printable(f"<Live {self.device.name}, {self.words}>")

    def summary(self) -> display.Summary:
        """Describe it as a table."""
        state = "running" if self.running else "stopped"
        rows = [[self.words, state, str(self.taken)]]
        return display.Summary(self.device.name, ["live", "state", "pictures"], rows)

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.render(self)

    def _begin(self) -> None:
        try:
            if self._watch is None:
                self._watch = self._camera.watch(0)
                self._watch.join(self._hear, self._audience.tell)
            run = self._camera.film(self._plan, self._tell)
        except Exception as error:
            self._end(error)
            raise
        with self._lock:
            self._run = run
            unwanted = self._stopping or self._next is not None  # since it was asked for
        run.add_done_callback(self._ran)
        if unwanted:
            run.abort()

    def _begin_quietly(self) -> None:
        """Begin where nobody waits to hear why that fails."""
        with self._lock:
            plan, self._next = self._next or self._plan, None
            self._plan = plan
            stopping = self._stopping
        if stopping:
            self._end(None)
        else:
            with contextlib.suppress(IndiError):  # which is kept
                self._begin()

    def _hear(self, picture: Picture) -> None:
        self.taken += 1
        self._newest = picture
        self._moments.append(monotonic())
        self._audience.show(picture)

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._audience.tell()

    def _ran(self, run: Future[Any]) -> None:
        """Go on with other settings, if that was why it ended."""
        error = run.exception()
        with self._lock:
            self._run = None
            goes_on = self._next is not None and not self._stopping
            if self._stopping and isinstance(error, Aborted):
                error = None
        if goes_on and isinstance(error, Aborted):
            self._begin_quietly()
        else:
            self._restore(error)

    def _restore(self, error: BaseException | None) -> None:
        """Read out again what was read out before, as far as that can be done, and end."""
        before, self._subframe = self._subframe, None
        restored: Future[Any] | None = None
        if before is not None:
            with contextlib.suppress(IndiError):
                restored = self._camera.start_reading_out(before)
        if restored is None:
            self._end(error)
        else:
            restored.add_done_callback(lambda _: self._end(error))

    def _end(self, error: BaseException | None) -> None:
        if self.device.connection.status != "closed":
            self.error = error
        self.trouble = printable(str(self.error or ""))
        if self._watch is not None:
            self._watch.close()
        self._over.set_result(None)
        self._leave()
        self._audience.tell()

    def _follow(self) -> "Live | None":
        """Take the place of the live view that is running, if there is one, and return that."""
        with _places:
            before = live_of(self.device, self.chip)
            if before is not None:
                self._enter()
        return before

    def _enter(self) -> None:
        _lives_of(self.device.connection)[self.device, self.chip] = self

    def _leave(self) -> None:
        """Make room for another."""
        with _places:
            if live_of(self.device, self.chip) is self:
                del _lives_of(self.device.connection)[self.device, self.chip]


_places = Lock()  # of which live view is a chip's; nothing is called while it is held
_Lives = dict[tuple[Device, Chip], Live]


def _lives_of(connection: Connection) -> _Lives:
    lives: _Lives = connection.belongings.setdefault(Live, {})
    return lives


def live_of(device: Device, chip: Chip) -> Live | None:
    """Return the live view of a chip that is running, if there is one."""
    return _lives_of(device.connection).get((device, chip))


def end_lives(connection: Connection) -> None:
    """Stop the cameras of all live views, as nobody could do so once the link is closed.

    In an observer, which must not wait, only the words for it are sent.
    """
    for stopped in [live.start_stop() for live in list(_lives_of(connection).values())]:
        with contextlib.suppress(RuntimeError, TimeoutError):
            stopped.exception(ABORT_PATIENCE)


def plan_of(exposure: float | u.Quantity | None, streams: bool, options: Options) -> Plan:
    """Check an exposure time, and make a plan of it."""
    seconds = None if exposure is None else seconds_of(exposure)
    return Plan(seconds, Settings(**options), streams)
