import builtins
import copy
import inspect
import pickle
import re

import pytest

from indinb import errors
from indinb.errors import (
    ConnectionFailed,
    ConnectionLost,
    IndiError,
    OperationTimeout,
    OutOfRange,
    PropertyError,
    UnknownElement,
)

_LINE = re.compile(
    r"(?m)^ {4}(?P<branches>[ │├└─]*)(?P<name>[A-Z]\w+)(?:.*\(also (?P<also>\w+)\))?.*$"
)


def drawn():
    """Read the tree from the docstring: each name with the names of its bases."""
    path = {}
    for line in _LINE.finditer(errors.__doc__):
        depth = len(line["branches"]) // 4
        path[depth] = line["name"]
        bases = [path[depth - 1]] if depth else ["Exception"]
        yield line["name"], bases + ([line["also"]] if line["also"] else [])


ALL = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value) and value.__module__ == errors.__name__
}


def test_the_tree_in_the_docstring_is_the_real_one():
    real = {name: [base.__name__ for base in error.__bases__] for name, error in ALL.items()}
    assert dict(drawn()) == real


def test_the_tree_is_drawn_in_the_order_of_the_source():
    assert [name for name, _ in drawn()] == list(ALL)


@pytest.mark.parametrize("error", ALL.values())
def test_one_except_catches_them_all(error):
    with pytest.raises(IndiError, match=r"^what was wrong$"):
        raise error("what was wrong")


@pytest.mark.parametrize("error", ALL.values())
def test_errors_read_as_sentences(error):
    sentence = "CCD has no property 'FOO': see client.devices['CCD']"
    assert str(error(sentence)) == sentence


@pytest.mark.parametrize("error", ALL.values())
def test_errors_are_documented(error):
    assert error.__doc__.rstrip().endswith(".")


@pytest.mark.parametrize("error", ALL.values())
def test_errors_can_be_copied_and_pickled(error):
    original = error("what was wrong")
    for twin in (copy.copy(original), pickle.loads(pickle.dumps(original))):
        assert type(twin) is error
        assert str(twin) == "what was wrong"


@pytest.mark.parametrize(
    ("error", "familiar"),
    [
        (UnknownElement, KeyError),
        (OutOfRange, ValueError),
        (OperationTimeout, TimeoutError),
        (ConnectionFailed, ConnectionError),
        (ConnectionLost, OSError),
    ],
)
def test_python_s_own_words_catch_them_too(error, familiar):
    with pytest.raises(familiar):
        raise error("what was wrong")


def test_nothing_hides_a_builtin():
    assert not set(ALL) & set(vars(builtins))


def test_a_missing_element_is_a_question_of_the_property():
    assert issubclass(UnknownElement, PropertyError)
    assert str(KeyError("no")) == "'no'"  # which is why ours show themselves another way
    assert str(UnknownElement("no")) == "no"
