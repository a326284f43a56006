"""What people click, while a cell runs."""

from typing import Any


def answer_beside_cells(comm: Any) -> None:
    """Let clicks be handled beside a cell that blocks, where the kernel can do that.

    ipykernel 7.4 sends a widget's messages to the thread that last used it, which may be the one
    of the cell. Other kernels have no such rule, and either need nothing or cannot do it.

    Parameters
    ----------
    comm : comm.base_comm.BaseComm
        The widget's line to the browser.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default
