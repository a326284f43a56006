"""What was done at the end of a night, step by step."""

from typing import Any, NamedTuple

from indinb import display
from indinb.printable import printable


class Outcome(NamedTuple):
    """How one step went.

    Parameters
    ----------
    what : str
        Was done, such as "park".
    device : str
        With this one.
    seconds : float
        That it took.
    error : BaseException or None
        Why it was not done.
    """

    what: str
    device: str
    seconds: float
    error: BaseException | None = None

    @property
    def mark(self) -> str:
        """A tick or a cross."""
        return "\N{CHECK MARK}" if self.error is None else "\N{BALLOT X}"

    @property
    def words(self) -> str:
        """Why it was not done."""
        return "" if self.error is None else str(self.error) or type(self.error).__name__

    @property
    def line(self) -> str:
        """All of it in one line."""
        done = printable(f"{self.what} {self.device}")
        return f"{self.mark} {done:<32} {self.seconds:6.1f} s  {printable(self.words)}".rstrip()


class Report(tuple[Outcome, ...]):
    """The steps of the end of a night, in their order.

    Examples
    --------
    >>> Report([Outcome("park", "EQMod Mount", 31.2)])
    ✓ park EQMod Mount                   31.2 s
    """

    __slots__ = ()

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """What was not done."""
        return tuple(step for step in self if step.error is not None)

    @property
    def words(self) -> str:
        """What was not done, and why, in one sentence."""
        return "; ".join(f"{each.what} {each.device}: {each.words}" for each in self.failures)

    def __repr__(self) -> str:
        return "\n".join(step.line for step in self) or "<nothing was done>"

    def summary(self) -> display.Summary:
        """Describe it as a table."""
        rows = [
            [step.mark, step.what, step.device, f"{step.seconds:.1f} s", step.words]
            for step in self
        ]
        return display.Summary("End of the night", ["", "step", "device", "time", ""], rows)

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.static(self)
