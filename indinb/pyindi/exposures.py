"""Exposures that a script has begun and not waited for, as those of the documentation do."""

import sys
from collections.abc import Callable

from indinb.client.operation import Operation
from indinb.printable import printable
from indinb.protocol.vocabulary import Kind, State
from indinb.pyindi.constants import B_NEVER
from indinb.pyindi.sheet import Sheet
from indinb.pyindi.switchboard import Switchboard

_EXPOSURES = ("CCD_EXPOSURE", "GUIDER_EXPOSURE")
_UNNOTICED = 0.5  # seconds of which nobody needs to be told
_PICTURE_TIMEOUT = 5.0  # seconds from the end of an exposure to its picture


def finish(board: Switchboard) -> None:
    """Wait for the pictures of exposures that are Busy now, and of which BLOBs were asked for.

    Callbacks go on meanwhile; with Ctrl-C it ends.
    """
    for sheet in board.sheets():
        if sheet.name in _EXPOSURES and sheet.asked_at and _wants_pictures(board, sheet.device):
            _finish(board, sheet)


def _finish(board: Switchboard, sheet: Sheet) -> None:
    asked_at = sheet.asked_at
    if not _runs(sheet, asked_at):
        return
    _wait_until(board, lambda: not _runs(sheet, asked_at), _UNNOTICED)
    if _runs(sheet, asked_at):
        what = printable(f"{sheet.name} of {sheet.device}")
        print(f"waiting for {what}, as the script does not; Ctrl-C ends it", file=sys.stderr)
        _wait_until(board, lambda: not _runs(sheet, asked_at))
    _wait_until(board, lambda: _has_come(board, sheet.device, asked_at), _PICTURE_TIMEOUT)


def _wants_pictures(board: Switchboard, device: str) -> bool:
    return any(of == device and mode != B_NEVER for of, _, mode in board.blob_modes.all())


def _runs(sheet: Sheet, asked_at: float) -> bool:
    return sheet.asked_at == asked_at and sheet.state is State.BUSY


def _has_come(board: Switchboard, device: str, asked_at: float) -> bool:
    return any(
        vector.definition.kind is Kind.BLOB
        and vector.state is State.OK
        and vector.received >= asked_at
        for vector in board.model.vectors(device).values()
    )


def _wait_until(
    board: Switchboard, condition: Callable[[], bool], timeout: float | None = None
) -> None:
    """Wait until something holds, or there is no server any more, or the time is up."""
    connection = board.connection
    if connection is None:
        return
    held: Operation[None] = Operation("wait for an exposure")

    def look(_: object = None) -> None:
        if condition():
            held.succeed(None)

    with connection.observe(look):
        connection.begin(held)
        look()
        try:
            held.exception(timeout)
        except TimeoutError:
            held.abort()
