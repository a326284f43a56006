"""Tab completion of names inside brackets, where IPython runs."""

import sys
from typing import Any


def offer_keys(*mappings: Any) -> None:
    """Let IPython look into these mappings to complete ``device["CCD_TEM`` and the like.

    For safety its completer evaluates ``[...]`` only of types that it knows to be harmless.

    Parameters
    ----------
    *mappings : type
        Whose ``__getitem__`` does nothing but look up.
    """
    if "IPython" in sys.modules:
        from IPython.core.guarded_eval import EVALUATION_POLICIES, SelectivePolicy

        policy = EVALUATION_POLICIES["limited"]
        if isinstance(policy, SelectivePolicy):
            policy.allowed_getitem.update(mappings)
