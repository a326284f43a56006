"""What a server has, written for people and for programs."""

import json
import math

from indinb import listing
from indinb.protocol.messages import Update
from indinb.protocol.vocabulary import Kind, Permission, State
from tests.client.fakes import CCD, CONNECTION, IMAGE, WEATHER, numbers, texts
from tests.instruments.kennel import info

TERMINAL = "\x9b2J\N{RIGHT-TO-LEFT OVERRIDE}\n"
"""What moves a terminal's cursor."""


def test_nothing():
    assert listing.table([]) == listing.pages([]) == "no devices"


def test_a_device_that_does_not_tell_what_it_is(connect):
    (device,) = connect(texts("NAME", {"A": "b"})).devices.values()
    assert listing.table([device]).splitlines()[1].split() == [
        "CCD",
        "Simulator",
        *["no", "-", "-", "-"],
    ]
    assert listing.pages([device]).startswith(f"{CCD}: not connected (unknown driver)")


def test_roles_are_those_of_the_client(connect, capsys):
    client = connect(info("A", 2), info("B", 2 | 4))
    client.use(camera="B")
    found = {name: listing.described(device)["roles"] for name, device in client.devices.items()}
    assert found == {"A": [], "B": ["camera", "guider"]}
    assert capsys.readouterr().out == ""


def test_every_kind_of_value(connect):
    odd = numbers("ODD", {"NONE": math.nan, "MOST": math.inf, "TWO": 2.0}, state=State.ALERT)
    there = [CONNECTION, odd, WEATHER, IMAGE, texts("TEXT", {"A": "it's", "B": ""})]
    (device,) = connect(*there).devices.values()
    told = json.loads(json.dumps(listing.described(device, True), allow_nan=False))
    values = {name: each["values"] for name, each in told["properties"].items()}
    assert values == {
        "CONNECTION": {"CONNECT": True, "DISCONNECT": False},
        "ODD": {"NONE": None, "MOST": None, "TWO": 2.0},
        "WEATHER": {"WIND": "Ok", "RAIN": "Alert"},
        "CCD1": {"CCD1": None},
        "TEXT": {"A": "it's", "B": ""},
    }
    assert told["properties"]["ODD"]["state"] == "Alert"
    page = listing.pages([device])
    for row in (
        "WIND=Ok RAIN=Alert",
        "CCD1=-",
        "A=\"it's\" B=''",
        "Alert  rw  NONE=nan MOST=inf TWO=2",
    ):
        assert row in page


def test_hostile_words_are_printed_as_escapes(connect):
    name = f"Camera{TERMINAL.strip()}"
    hostile = texts("TEXT", {"A": TERMINAL}, device=name, group=TERMINAL, label=TERMINAL)
    client = connect(info(name, 2), hostile)
    client.server.tell(Update(Kind.TEXT, name, "TEXT", {"A": TERMINAL * 3}))
    (device,) = client.devices.values()
    for text in (listing.table([device]), listing.pages([device])):
        assert all(line.isprintable() for line in text.splitlines())
        assert "Camera\\x9b2J\\u202e" in text
    assert json.loads(json.dumps(listing.described(device, True)))["device"] == device.name


def test_groups_are_as_the_driver_has_them(connect):
    secret = texts("KEY", {"A": ""}, group="Last", permission=Permission.WRITE_ONLY)
    there = [
        texts("ONE", {"A": "1"}, group="First"),
        secret,
        texts("TWO", {"A": "2"}, group="First"),
    ]
    (device,) = connect(*there).devices.values()
    assert listing.pages([device]).splitlines()[1:] == [
        "  First",
        "    ONE  Idle  rw  A='1'",
        "    TWO  Idle  rw  A='2'",
        "  Last",
        "    KEY  Idle  wo  A=''",
    ]
