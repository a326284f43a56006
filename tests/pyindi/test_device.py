import pytest

from indinb.protocol.messages import Delete
from indinb.protocol.vocabulary import State
from indinb.pyindi import (
    INDI_NUMBER,
    INDI_TEXT,
    INDI_UNKNOWN,
    IP_RO,
    IP_RW,
    IPS_BUSY,
    IPS_IDLE,
    BaseDevice,
    Property,
)
from tests.client.fakes import (
    CCD,
    CONNECTION,
    DRIVER_INFO,
    FILTER_NAME,
    FRAME,
    FRAME_TYPE,
    IMAGE,
    MOUNT,
    RADEC,
    WEATHER,
    delete,
    numbers,
    texts,
    update,
)
from tests.pyindi.books import Book

DEFINITIONS = (CONNECTION, DRIVER_INFO, FRAME, FILTER_NAME, FRAME_TYPE, WEATHER, IMAGE)


@pytest.fixture
def book():
    return Book(*DEFINITIONS, RADEC)


@pytest.fixture
def ccd(book):
    return book.device(CCD)


# Whether it is there


def test_a_device_is_true_once_it_is_announced():
    book = Book()
    ccd = book.device(CCD)
    assert not ccd
    assert not ccd.isValid()
    assert ccd.getDeviceName() == ""
    assert not ccd.isDeviceNameMatch(CCD)
    book.say(FRAME)
    assert ccd
    assert ccd.getDeviceName() == CCD
    assert ccd.isDeviceNameMatch(CCD)
    assert not ccd.isDeviceNameMatch("Another")


def test_a_device_that_is_gone_stays_true_but_who_asks_now_gets_a_false_one(book, ccd):
    book.say(Delete(CCD, None))
    assert ccd
    assert ccd.getDeviceName() == CCD
    assert not book.device(CCD)


def test_a_device_that_was_announced_is_true_even_if_nobody_looked():
    book = Book(FRAME)
    ccd = book.device(CCD)
    book.say(Delete(CCD, None))
    assert ccd


def test_a_device_that_comes_back_is_live_on_the_old_handle(book, ccd):
    book.say(Delete(CCD, None))
    assert len(ccd.getProperties()) == 0
    book.say(FRAME)
    assert ccd.getNumber("CCD_FRAME")[2].getValue() == 1280.0


def test_a_device_without_a_client_is_nothing():
    nothing = BaseDevice()
    assert not nothing
    assert nothing.getDeviceName() == ""
    assert not nothing.isConnected()
    assert not nothing.getProperty("CONNECTION")
    assert len(nothing.getProperties()) == 0
    assert nothing.getDriverInterface() == 0
    assert nothing.getDriverName() is None
    assert nothing.lastMessage() == ""
    nothing.addMessage("hello")
    with pytest.raises(IndexError, match="has said nothing"):
        nothing.messageQueue(0)
    assert repr(nothing) == "<BaseDevice nothing: not there>"


def test_a_device_is_never_none(ccd):
    assert BaseDevice() is not None
    assert BaseDevice() != None  # noqa: E711  as scripts write
    assert ccd != None  # noqa: E711


def test_handles_of_a_device_are_equal_and_can_be_keys(book, ccd):
    assert ccd == book.device(CCD)
    assert ccd != book.device(MOUNT)
    assert ccd != Book(*DEFINITIONS).device(CCD)
    assert ccd != CCD
    assert {ccd: "camera"}[book.device(CCD)] == "camera"
    assert repr(ccd) == "<BaseDevice CCD Simulator: connected>"
    assert repr(book.device("nobody")) == "<BaseDevice nobody: not there>"


# Whether it is connected


@pytest.mark.parametrize("state", State)
def test_a_device_is_connected_when_its_driver_says_so_and_is_done(book, ccd, state):
    book.say(update(CONNECTION, state, CONNECT=True))
    assert ccd.isConnected() is (state is State.OK)


def test_a_device_is_not_connected_when_the_switch_is_off(book, ccd):
    book.say(update(CONNECTION, State.OK, CONNECT=False, DISCONNECT=True))
    assert not ccd.isConnected()


def test_what_a_script_has_written_connects_nothing(book, ccd):
    book.say(update(CONNECTION, State.OK, CONNECT=False, DISCONNECT=True))
    ccd.getSwitch("CONNECTION")[0].setState(1)
    ccd.getSwitch("CONNECTION").setState(1)
    assert not ccd.isConnected()


def test_without_a_server_nothing_is_connected(book, ccd):
    assert ccd.isConnected()
    book.linked = False
    assert not ccd.isConnected()
    assert repr(ccd) == "<BaseDevice CCD Simulator: not connected>"


def test_a_device_without_such_a_switch_is_not_connected(book):
    assert not book.device(MOUNT).isConnected()
    book.say(texts("CONNECTION", {"CONNECT": "On"}, device=MOUNT, state=State.OK))
    assert not book.device(MOUNT).isConnected()


# Its properties


def test_properties_come_as_they_were_defined(ccd):
    properties = ccd.getProperties()
    names = [definition.name for definition in DEFINITIONS]
    assert [prop.getName() for prop in properties] == names
    assert properties[1].getName() == "DRIVER_INFO"
    assert len(properties) == properties.size() == len(DEFINITIONS)
    assert {type(prop) for prop in properties} == {Property}


def test_the_list_of_properties_stays_as_it_was(book, ccd):
    properties = ccd.getProperties()
    for prop in properties:
        book.say(Delete(CCD, prop.getName()), numbers(f"{prop.getName()}_2", {"A": 1.0}))
    assert len(properties) == len(DEFINITIONS)
    assert all(properties)
    assert ccd.getProperties()[0].getName() == "CONNECTION_2"


@pytest.mark.parametrize(
    ("getter", "name"),
    [
        ("getNumber", "CCD_FRAME"),
        ("getText", "FILTER_NAME"),
        ("getSwitch", "CCD_FRAME_TYPE"),
        ("getLight", "WEATHER"),
        ("getBLOB", "CCD1"),
    ],
)
def test_properties_are_found_by_kind(ccd, getter, name):
    get = getattr(ccd, getter)
    found = get(name)
    assert found
    assert (found.getName(), found.getDeviceName()) == (name, CCD)
    for definition in DEFINITIONS:
        assert bool(get(definition.name)) is (definition.kind.upper() == getter[3:].upper())
    assert not get("NO_SUCH")
    assert get("NO_SUCH") is not None


def test_properties_are_found_by_name_and_kind(ccd):
    assert ccd.getProperty("CCD_FRAME")
    assert ccd.getProperty("CCD_FRAME", INDI_NUMBER)
    assert ccd.getProperty("CCD_FRAME", INDI_UNKNOWN)
    assert not ccd.getProperty("CCD_FRAME", INDI_TEXT)
    assert not ccd.getProperty("NO_SUCH")


def test_who_waits_for_a_property_gets_it(book, ccd):
    waited = ccd.getNumber("GAIN")
    assert not waited
    book.say(numbers("GAIN", {"GAIN": 90.0}))
    assert waited[0].getValue() == ccd.getNumber("GAIN")[0].getValue() == 90.0


def test_state_and_permission_of_a_property_are_told_by_name(book, ccd):
    book.say(update(FRAME, State.BUSY))
    assert ccd.getPropertyState("CCD_FRAME") == IPS_BUSY
    assert ccd.getPropertyPermission("CCD_FRAME") == IP_RW
    assert ccd.getPropertyPermission("DRIVER_INFO") == IP_RO
    assert ccd.getPropertyState("NO_SUCH") == IPS_IDLE
    assert ccd.getPropertyPermission("NO_SUCH") == IP_RO


# Its driver


def test_the_driver_is_known_by_what_it_says(book, ccd):
    book.say(texts("DRIVER_INFO", {"DRIVER_NAME": CCD, "DRIVER_EXEC": "indi_simulator_ccd"}))
    assert ccd.getDriverName() == CCD
    assert ccd.getDriverExec() == "indi_simulator_ccd"
    assert ccd.getDriverVersion() is None


def test_a_driver_that_has_said_nothing_is_not_known(book, ccd):
    mount = book.device(MOUNT)
    assert mount.getDriverName() is None
    assert mount.getDriverExec() is None
    assert mount.getDriverInterface() == 0
    assert ccd.getDriverVersion() is None


def test_what_it_can_be_is_a_sum_of_bits(ccd):
    interface = ccd.getDriverInterface()
    assert type(interface) is int
    assert interface & BaseDevice.CCD_INTERFACE
    assert interface & ccd.GUIDER_INTERFACE
    assert not interface & BaseDevice.TELESCOPE_INTERFACE


# What it has said


def test_lines_are_added_told_and_read(book, ccd):
    assert ccd.lastMessage() == ""
    ccd.addMessage("2026-11-22T10:18:05: hello ")
    ccd.addMessage("2026-11-22T10:18:06: world ")
    assert ccd.messageQueue(0) == "2026-11-22T10:18:05: hello "
    assert ccd.messageQueue(1) == ccd.lastMessage() == "2026-11-22T10:18:06: world "
    assert [device for device, _ in book.told] == [CCD, CCD]
    assert book.device(MOUNT).lastMessage() == ""


@pytest.mark.parametrize("index", [0, 1, -1])
def test_a_line_that_was_not_said_is_an_index_error(ccd, index):
    with pytest.raises(IndexError):
        ccd.messageQueue(index)


def test_lines_stay_when_the_device_is_gone(book, ccd):
    ccd.addMessage("going")
    book.say(delete(FRAME), Delete(CCD, None))
    assert ccd.lastMessage() == "going"
