import inspect

import pytest

from indinb import pyindi
from indinb.protocol.messages import Blob, Member
from indinb.protocol.vocabulary import Kind, State
from indinb.pyindi import BaseClient
from tests.client.fakes import CCD, FILTER_NAME, FRAME, FRAME_TYPE, WEATHER, define, update
from tests.pyindi.books import Book

CALLBACKS = {
    "serverConnected": [],
    "serverDisconnected": [-1],
    "newDevice": [None],
    "removeDevice": [None],
    "newProperty": [None],
    "updateProperty": [None],
    "removeProperty": [None],
    "newMessage": [None, 0],
    "newPingReply": ["uid"],
    "newUniversalMessage": ["text"],
}

HANDLE = """
    getName getLabel getGroupName getDeviceName getTimestamp getState getStateAsString
    getPermission getType getTypeAsString isValid isEmpty isNameMatch isLabelMatch
    isDeviceNameMatch isTypeMatch getBaseDevice getRegistered isDynamic
    getNumber getText getSwitch getLight getBLOB
    setName setLabel setGroupName setDeviceName setTimestamp setState setPermission setTimeout
    __bool__
"""
VECTOR = f"""{HANDLE}
    count size at findWidgetByName findWidgetIndexByName getPermissionAsString getTimeout
    __len__ __getitem__ __iter__
"""
WIDGET = "getName setName getLabel setLabel isNameMatch isLabelMatch"

PARAMETERS = {
    "BaseClient.setServer": ["hostname", "port"],
    "BaseClient.disconnectServer": ["exit_code"],
    "BaseClient.watchProperty": ["deviceName", "propertyName"],
    "BaseClient.connectDevice": ["deviceName"],
    "BaseClient.disconnectDevice": ["deviceName"],
    "BaseClient.getDevice": ["deviceName"],
    "BaseClient.setBLOBMode": ["blobH", "dev", "prop"],
    "BaseClient.getBLOBMode": ["dev", "prop"],
    "BaseClient.sendNewProperty": ["pp"],
    "BaseClient.startBlob": ["devName", "propName", "timestamp"],
    "BaseClient.sendOneBlobFromBuffer": ["name", "type", "data"],
    "BaseDevice.getProperty": ["name", "type"],
    "BaseDevice.messageQueue": ["index"],
    "BaseDevice.addMessage": ["msg"],
    "Property.isTypeMatch": ["otherType"],
    "Property.setGroupName": ["groupName"],
    "Property.setDeviceName": ["deviceName"],
    "WidgetViewNumber.setMinMax": ["min", "max"],
    "WidgetViewBlob.setBlobLen": ["size"],
}

METHODS = {
    "BaseMediator": " ".join(CALLBACKS),
    "BaseClient": f"""{" ".join(CALLBACKS)}
        setServer getHost getPort connectServer disconnectServer isServerConnected
        setConnectionTimeout setVerbose isVerbose watchDevice watchProperty
        connectDevice disconnectDevice getDevice getDevices setBLOBMode getBLOBMode
        sendNewProperty sendNewText sendNewNumber sendNewSwitch
        startBlob sendOneBlob sendOneBlobFromBuffer finishBlob
        sendPingRequest sendPingReply enableDirectBlobAccess""",
    "BaseDevice": """
        getDeviceName isDeviceNameMatch isConnected isValid getProperty getProperties
        getNumber getText getSwitch getLight getBLOB getPropertyState getPropertyPermission
        getDriverName getDriverExec getDriverVersion getDriverInterface
        messageQueue lastMessage addMessage __bool__""",
    "Property": HANDLE,
    "PropertyText": VECTOR,
    "PropertyNumber": f"{VECTOR} updateMinMax",
    "PropertySwitch": f"""{VECTOR}
        reset findOnSwitch findOnSwitchIndex findOnSwitchName isSwitchOn
        getRule getRuleAsString setRule""",
    "PropertyLight": VECTOR,
    "PropertyBlob": VECTOR,
    "WidgetViewText": f"{WIDGET} getText setText isEmpty",
    "WidgetViewNumber": f"""{WIDGET}
        getFormat getMin getMax getStep getValue
        setFormat setMin setMax setMinMax setStep setValue""",
    "WidgetViewSwitch": f"{WIDGET} getState setState getStateAsString",
    "WidgetViewLight": f"{WIDGET} getState setState getStateAsString",
    "WidgetViewBlob": f"""{WIDGET}
        getFormat getSize getBlobLen getBlob getBlobAsString getblobdata getblob
        setFormat setSize setBlobLen setBlob""",
}

OLD_NAMES = {
    "AbstractBaseClient": "BaseClient",
    "PropertyViewText": "PropertyText",
    "PropertyViewNumber": "PropertyNumber",
    "PropertyViewSwitch": "PropertySwitch",
    "PropertyViewLight": "PropertyLight",
    "PropertyViewBlob": "PropertyBlob",
    "ITextVectorProperty": "PropertyText",
    "INumberVectorProperty": "PropertyNumber",
    "ISwitchVectorProperty": "PropertySwitch",
    "ILightVectorProperty": "PropertyLight",
    "IBLOBVectorProperty": "PropertyBlob",
    "IText": "WidgetViewText",
    "INumber": "WidgetViewNumber",
    "ISwitch": "WidgetViewSwitch",
    "ILight": "WidgetViewLight",
    "IBLOB": "WidgetViewBlob",
}

# Of each kind: its letter, and what the attributes of its members are once they were written.
LETTERS = {Kind.TEXT: "t", Kind.NUMBER: "n", Kind.SWITCH: "s", Kind.LIGHT: "l", Kind.BLOB: "b"}
NAMES = {"name": "N", "label": "L"}
MEMBERS = {
    Kind.TEXT: {**NAMES, "text": "Blue"},
    Kind.NUMBER: {**NAMES, "value": 2.5, "min": -1.0, "max": 9.0, "step": 0.5, "format": "%f"},
    Kind.SWITCH: {**NAMES, "s": 1},
    Kind.LIGHT: {**NAMES, "s": 3},
    Kind.BLOB: {**NAMES, "blob": b"hello!", "bloblen": 5, "size": 9, "format": ".txt"},
}
VECTORS = {
    **{"name": "N", "label": "L", "device": "D", "group": "G", "timestamp": "T"},
    **{"timeout": 5.0, "s": 2, "p": 1},
}
IMAGE = define(Kind.BLOB, "CCD1", Member("CCD1", "Image", None))
DEFINITIONS = {each.kind: each for each in (FILTER_NAME, FRAME, FRAME_TYPE, WEATHER, IMAGE)}


@pytest.fixture(params=Kind)
def kind(request):
    return request.param


@pytest.fixture
def vector(kind):
    """A property, as the getters of devices return it."""
    book = Book(*DEFINITIONS.values())
    book.say(update(IMAGE, State.OK, CCD1=Blob(memoryview(b"first"), ".fits", 5)))
    device = book.device(CCD)
    word = "BLOB" if kind is Kind.BLOB else kind.value
    return getattr(device, f"get{word}")(DEFINITIONS[kind].name)


def methods():
    return [(cls, name) for cls, names in METHODS.items() for name in names.split()]


@pytest.mark.parametrize(("cls", "name"), methods())
def test_classes_have_their_methods(cls, name):
    assert inspect.isfunction(getattr(getattr(pyindi, cls), name))


@pytest.mark.parametrize("cls", METHODS)
def test_public_methods_say_what_they_do(cls):
    for name, method in inspect.getmembers(getattr(pyindi, cls), inspect.isfunction):
        assert name.startswith("_") or inspect.getdoc(method), name


@pytest.mark.parametrize(("method", "names"), PARAMETERS.items())
def test_methods_can_be_given_their_arguments_by_the_names_of_the_original(method, names):
    cls, name = method.split(".")
    assert list(inspect.signature(getattr(getattr(pyindi, cls), name)).parameters)[1:] == names


@pytest.mark.parametrize(("old", "new"), OLD_NAMES.items())
def test_old_names_are_of_the_same_things(old, new):
    assert getattr(pyindi, old) is getattr(pyindi, new)


@pytest.mark.parametrize(("name", "arguments"), CALLBACKS.items())
def test_callbacks_do_nothing_unless_overridden(name, arguments):
    assert getattr(BaseClient(), name)(*arguments) is None


@pytest.mark.parametrize("name", ["newBLOB", "newNumber", "newSwitch", "newText", "newLight"])
def test_callbacks_of_old_scripts_are_theirs_alone(name):
    assert not hasattr(BaseClient, name)


def test_vectors_have_the_attributes_of_old_scripts(kind, vector):
    assert (vector.name, vector.device) == (DEFINITIONS[kind].name, CCD)
    for name, value in VECTORS.items():
        setattr(vector, name, value)
    assert {name: getattr(vector, name) for name in VECTORS} == VECTORS


def test_vectors_name_their_members_by_their_kind(kind, vector):
    letter = LETTERS[kind]
    members = getattr(vector, f"{letter}p")
    assert [member.name for member in members] == [member.getName() for member in vector]
    assert getattr(vector, f"n{letter}p") == len(vector) > 0


def test_members_have_the_attributes_of_old_scripts(kind, vector):
    member = vector[0]
    for name, value in MEMBERS[kind].items():
        setattr(member, name, value)
    expected = MEMBERS[kind] | ({"blob": b"hello"} if kind is Kind.BLOB else {})
    assert {name: getattr(member, name) for name in expected} == expected


def test_members_name_their_vector_by_its_kind(kind, vector):
    owner = getattr(vector[0], f"{LETTERS[kind]}vp")
    assert owner is vector
    assert owner.device == CCD


def test_scripts_may_put_names_of_their_own_on_properties_and_members(vector):
    vector.seen = vector[0].seen = True
    assert vector.seen


def test_tab_completes_what_scripts_know():
    shown = set(dir(pyindi))
    classes = {"BaseMediator", "BaseClient", "BaseDevice", *METHODS, *OLD_NAMES}
    assert {*classes, "ISS_ON", "PyIndi", "install"} <= shown
    modules = {name for name, value in vars(pyindi).items() if inspect.ismodule(value)}
    assert shown & modules == {"PyIndi"}


def test_a_client_has_no_other_names_than_a_script_expects():
    public = {name for name in dir(BaseClient()) if not name.startswith("_")}
    assert public == {*METHODS["BaseClient"].split(), "on_error"}


def test_lists_tell_their_size():
    client = BaseClient()
    assert client.getDevices().size() == len(client.getDevices()) == 0
    assert client.getDevice("CCD").getProperties().size() == 0
