import builtins
import copy
import inspect
import io
import pickle
import re
from contextlib import redirect_stdout

import pytest
from IPython.core.interactiveshell import InteractiveShell

from indinb import errors
from indinb.errors import (
    Aborted,
    ConnectionFailed,
    ConnectionLost,
    IndiError,
    OperationError,
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
    assert error.__doc__.splitlines()[0].endswith(".")


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


OPERATION_ERRORS = [error for error in ALL.values() if issubclass(error, OperationError)]
SAID = ("[ERROR] no power", "[ERROR] \x1b[31mno ice\n")


@pytest.mark.parametrize("kind", OPERATION_ERRORS)
def test_the_driver_s_words_are_kept_apart_and_told(kind):
    error = kind("cool down: it went to Alert", messages=iter(SAID))
    assert error.messages == SAID
    assert error.args == ("cool down: it went to Alert",)
    assert str(error) == (
        "cool down: it went to Alert; the driver said '[ERROR] no power'; "
        r"the driver said '[ERROR] \x1b[31mno ice\n'"
    )


@pytest.mark.parametrize("copied", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
@pytest.mark.parametrize("kind", OPERATION_ERRORS)
def test_the_driver_s_words_survive_copies(kind, copied):
    error = copied(kind("cool down: failed", messages=SAID))
    assert (type(error), error.messages) == (kind, SAID)


@pytest.mark.parametrize("kind", OPERATION_ERRORS)
def test_a_driver_that_said_nothing_has_no_words(kind):
    assert kind("cool down: failed").messages == ()


def test_an_instrument_that_goes_on_after_an_abort_is_told_apart():
    assert not Aborted("slew: aborted").goes_on
    assert pickle.loads(pickle.dumps(Aborted("slew: aborted", goes_on=True))).goes_on


def test_ipython_shows_the_lines_of_a_user_and_none_of_our_depths():
    shell = InteractiveShell.instance()
    try:
        shell.run_cell("import indinb\ndef ask():\n    indinb.connect('::', 1)\n")
        with redirect_stdout(io.StringIO()) as shown:
            shell.run_cell("ask()")
    finally:
        InteractiveShell.clear_instance()
    lines = re.sub(r"\x1b\[\d*m", "", shown.getvalue()).splitlines()
    assert lines[:2] == ["line 1: ask()", "line 3: indinb.connect('::', 1)"]
    assert lines[2].startswith("ConnectionFailed: ")
    assert len(lines) == 3


def test_an_error_that_was_never_raised_can_be_shown():
    assert Aborted("slew: aborted")._render_traceback_() == [
        "\x1b[31mAborted\x1b[39m: slew: aborted"
    ]
