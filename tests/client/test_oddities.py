"""What a client makes of the oddities of real servers and drivers, from the bytes on.

Each test is named after the oddity; those of the wire itself are in `tests.protocol.test_oddities`.
"""

import math

import pytest

from indinb.client.model import Model
from indinb.protocol.vocabulary import State
from tests.captures import read, received
from tests.client.fakes import CCD
from tests.client.helpers import kinds


def vector(verb, kind, content, attributes="", name="P"):
    tag = f"{verb}{kind}Vector"
    return f"<{tag} device='{CCD}' name='{name}' {attributes}>{content}</{tag}>"


def define(kind, content, attributes="state='Ok' perm='rw'", name="P"):
    return vector("def", kind, content, attributes, name)


def update(kind, content, attributes="", name="P"):
    return vector("set", kind, content, attributes, name)


def model_of(*elements):
    """Let a model hear what a server sends."""
    model = Model()
    for message in read("".join(elements).encode()):
        model.apply(message)
    return model


def after(*elements):
    """Return what is known of a property afterwards."""
    return model_of(*elements).vector(CCD, "P")


NUMBERS = define(
    "Number",
    "<defNumber name='A' format='%g' min='0' max='10' step='1'>1</defNumber>"
    "<defNumber name='B' format='%10.6m'>2</defNumber>",
)
SWITCHES = define(
    "Switch",
    "<defSwitch name='A'>On</defSwitch><defSwitch name='B'>Off</defSwitch>",
    "state='Ok' perm='rw' rule='OneOfMany'",
)
TEXTS = define("Text", "<defText name='A'>Red</defText><defText name='B'>Green</defText>")
LIGHTS = define("Light", "<defLight name='A'>Ok</defLight>", "state='Ok'")
BLOBS = define("BLOB", "<defBLOB name='A'/><defBLOB name='B'/>")
IMAGE = update("BLOB", "<oneBLOB name='A' size='3' format='.fits'>QUJD</oneBLOB>", "state='Ok'")


# What updates leave out


@pytest.mark.parametrize(
    ("definition", "kind", "one"),
    [
        (NUMBERS, "Number", "<oneNumber name='A'>5</oneNumber>"),
        (SWITCHES, "Switch", "<oneSwitch name='B'>On</oneSwitch>"),
        (TEXTS, "Text", "<oneText name='A'>Blue</oneText>"),
        (LIGHTS, "Light", "<oneLight name='A'>Alert</oneLight>"),
        (BLOBS, "BLOB", "<oneBLOB name='A'>QUJD</oneBLOB>"),
    ],
)
def test_missing_state_leaves_the_state(definition, kind, one):
    busy = update(kind, "", "state='Busy'")
    assert after(definition, busy, update(kind, one)).state is State.BUSY


def test_missing_members_keep_their_values():
    now = after(NUMBERS, update("Number", "<oneNumber name='B'>3</oneNumber>", "state='Busy'"))
    assert dict(now) == {"A": 1.0, "B": 3.0}


@pytest.mark.parametrize("definition", [NUMBERS, SWITCHES, TEXTS, LIGHTS, BLOBS])
def test_update_without_members_is_a_state(definition):
    kind = definition[4 : definition.index("Vector")]
    before, now = after(definition), after(definition, update(kind, "", "state='Alert'"))
    assert (dict(now), now.state) == (dict(before), State.ALERT)


def test_missing_timestamp_is_the_time_of_arrival():
    now = after(NUMBERS, update("Number", "<oneNumber name='A'>5</oneNumber>"))
    assert now.timestamp.timestamp() == pytest.approx(now.received)


@pytest.mark.parametrize("text", ["", "\n  ", "none", "--", "°"])
def test_empty_or_bad_number_keeps_the_old_value(text):
    numbers = f"<oneNumber name='A'>{text}</oneNumber><oneNumber name='B'>9</oneNumber>"
    assert dict(after(NUMBERS, update("Number", numbers))) == {"A": 1.0, "B": 9.0}


@pytest.mark.parametrize("word", ["", "Purple", "On"])
def test_empty_or_bad_light_keeps_the_old_value(word):
    assert after(LIGHTS, update("Light", f"<oneLight name='A'>{word}</oneLight>"))["A"] is State.OK


def test_empty_text_is_a_text():
    assert after(TEXTS, update("Text", "<oneText name='A'/>"))["A"] == ""


def test_member_with_empty_name_is_dropped():
    nameless = SWITCHES.replace("</defSwitchVector>", "<defSwitch name=''>Off</defSwitch>")
    now = after(
        nameless + "</defSwitchVector>", update("Switch", "<oneSwitch name=''>On</oneSwitch>")
    )
    assert dict(now) == {"A": True, "B": False}


def test_unknown_member_is_ignored():
    now = after(TEXTS, update("Text", "<oneText name='C'>x</oneText><oneText name='A'>y</oneText>"))
    assert dict(now) == {"A": "y", "B": "Green"}


# Numbers


@pytest.mark.parametrize(("text", "shown"), [("nan", "nan"), ("-nan", "nan"), ("inf", "inf")])
def test_nan_and_infinity_are_values(text, shown):
    now = after(NUMBERS, update("Number", f"<oneNumber name='A'>{text}</oneNumber>"))
    assert not math.isfinite(now["A"])
    assert now.elements["A"].text == shown


@pytest.mark.parametrize("text", ["12:30", "12,5", "12.5", "+1.25e1"])
def test_sexagesimal_or_decimal_comma_in_an_update(text):
    now = after(NUMBERS, update("Number", f"<oneNumber name='B'>{text}</oneNumber>"))
    assert now["B"] == 12.5
    assert now.elements["B"].text == "12:30:00"


@pytest.mark.parametrize(
    ("attributes", "limits"),
    [
        ("min='-5' max='5' step='0.5'", (-5.0, 5.0, 0.5)),
        ("max='99'", (0.0, 99.0, 1.0)),
        ("min='1:30'", (1.5, 10.0, 1.0)),
        ("max='' step='none'", (0.0, 10.0, 1.0)),
        ("min='0' max='0' step='0'", (0.0, 0.0, 0.0)),
    ],
)
def test_min_max_and_step_in_an_update_change_the_limits(attributes, limits):
    changed = update("Number", f"<oneNumber name='A' {attributes}>3</oneNumber>")
    element = after(NUMBERS, changed).elements["A"]
    assert (element.min, element.max, element.step) == limits
    assert after(NUMBERS, changed, update("Number", "")).elements["A"] == element


def test_limits_last_until_the_next_definition():
    changed = update("Number", "<oneNumber name='A' max='99'>3</oneNumber>")
    assert after(NUMBERS, changed, NUMBERS).elements["A"].max == 10.0


# Updates that fit nothing


def test_update_before_the_definition_is_ignored():
    """Simulators send two of DRIVER_INFO after a restart, before they define it."""
    early = update("Text", "<oneText name='A'>x</oneText>", "state='Alert'")
    model = model_of(early, early)
    assert model.devices() == ()
    assert dict(after(early, early, TEXTS)) == {"A": "Red", "B": "Green"}


def test_update_after_the_deletion_is_ignored():
    gone = f"<delProperty device='{CCD}' name='P'/>"
    assert after(TEXTS, gone, update("Text", "<oneText name='A'>x</oneText>")) is None
    assert model_of(TEXTS, f"<delProperty device='{CCD}'/>", update("Text", "")).devices() == ()


def test_update_of_another_kind_is_ignored():
    other = update("Text", "<oneText name='A'>5</oneText>", "state='Alert'")
    assert after(NUMBERS, other) == after(NUMBERS)


@pytest.mark.parametrize(
    "echo",
    [
        vector("new", "Number", "<oneNumber name='A'>7</oneNumber>"),
        "<getProperties version='1.7'/>",
        f"<getProperties version='1.7' device='{CCD}' name='P'/>",
        f"<enableBLOB device='{CCD}'>Also</enableBLOB>",
        "<pingReply uid='1'/>",
    ],
)
def test_what_other_clients_and_drivers_ask_is_passed_over(echo):
    assert after(NUMBERS, echo) == after(NUMBERS)


# Definitions


@pytest.mark.parametrize("definition", [NUMBERS, SWITCHES, TEXTS, LIGHTS, BLOBS])
def test_duplicate_definition_is_an_update(definition):
    model = model_of(definition)
    (again,) = read(definition.replace("state='Ok'", "state='Busy'").encode())
    assert kinds(model.apply(again)) == [("updated", CCD, "P")]
    assert model.vector(CCD, "P").state is State.BUSY


def test_duplicate_definition_with_newer_values_takes_them():
    newer = TEXTS.replace("Red", "Blue")
    assert dict(after(TEXTS, newer)) == {"A": "Blue", "B": "Green"}


@pytest.mark.parametrize(
    "other",
    [
        TEXTS.replace("name='B'", "name='C'"),
        define("Text", "<defText name='A'>Red</defText>"),
        NUMBERS,
        SWITCHES,
    ],
    ids=["another name", "one less", "numbers", "switches"],
)
def test_redefinition_with_other_members_replaces(other):
    model = model_of(TEXTS)
    (again,) = read(other.encode())
    assert kinds(model.apply(again)) == [("deleted", CCD, "P"), ("defined", CCD, "P")]
    assert model.vector(CCD, "P") == after(other)


def test_definition_without_state_is_idle():
    assert after(define("Text", "<defText name='A'/>", "")).state is State.IDLE


def test_definition_after_deletion_with_other_members():
    gone = f"<delProperty device='{CCD}' name='P'/>"
    other = define("Text", "<defText name='NEW'>x</defText>")
    assert dict(after(TEXTS, gone, other, gone, other)) == {"NEW": "x"}


def test_device_without_properties_stays_until_it_is_deleted():
    assert model_of(TEXTS, f"<delProperty device='{CCD}' name='P'/>").devices() == (CCD,)


@pytest.mark.parametrize(
    "deletion",
    ["<delProperty device='Nobody'/>", f"<delProperty device='{CCD}' name='Q'/>", "<delProperty/>"],
)
def test_deletion_of_what_is_unknown_is_ignored(deletion):
    assert after(TEXTS, deletion) == after(TEXTS)


def test_properties_that_come_and_go_with_debug():
    """Enabling DEBUG defines LOGGING_LEVEL and LOG_OUTPUT, disabling deletes them."""
    model = Model()
    heard = [
        delta[:3]
        for message in read(received("indi-2.2.4/debug_toggle"), eof=False)
        for delta in model.apply(message)
    ]
    for name in ("LOGGING_LEVEL", "LOG_OUTPUT"):
        first = heard.index(("defined", CCD, name))
        assert ("deleted", CCD, name) in heard[first:]
        assert model.vector(CCD, name) is None


# BLOBs


@pytest.mark.parametrize(
    "one",
    [
        "<oneBLOB name='A' size='0' format='.fits'/>",
        "<oneBLOB name='A' size='0' format='.fits'></oneBLOB>",
        "<oneBLOB name='A' size='0'>\n</oneBLOB>",
        "<oneBLOB name='A'>=</oneBLOB>",
        "",
    ],
)
def test_setblob_with_size_0_is_no_frame(one):
    """It reports a state; what came last stays, the very same object."""
    model = model_of(BLOBS, IMAGE)
    picture = model.vector(CCD, "P")["A"]
    (state,) = read(update("BLOB", one, "state='Busy'").encode())
    model.apply(state)
    assert model.vector(CCD, "P")["A"] is picture
    assert model.vector(CCD, "P").state is State.BUSY


def test_attached_blob_whose_memory_never_came_keeps_the_old_one(caplog):
    lost = update("BLOB", "<oneBLOB name='A' size='9' len='9' attached='true'/>", "state='Alert'")
    now = after(BLOBS, IMAGE, lost)
    assert (bytes(now["A"]), now.state) == (b"ABC", State.ALERT)
    assert len(caplog.messages) == 1


def test_several_blobs_in_one_vector():
    both = update("BLOB", "<oneBLOB name='B'>QQ==</oneBLOB><oneBLOB name='A'>QUI=</oneBLOB>")
    assert {name: bytes(blob) for name, blob in after(BLOBS, both).items()} == {
        "A": b"AB",
        "B": b"A",
    }


def test_definition_of_a_blob_carries_none():
    data = define("BLOB", "<defBLOB name='A' format='.fits'>QUJD</defBLOB>")
    assert dict(after(data)) == {"A": None}
