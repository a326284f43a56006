"""What drivers say that define, redefine and take back their properties again and again."""

import random

from indinb.protocol.messages import Define, Delete, Message, Notice
from indinb.protocol.vocabulary import Kind, Permission, State
from tests.client.fakes import (
    CCD,
    CONNECTION,
    FRAME,
    FRAME_TYPE,
    IMAGE,
    TEMPERATURE,
    WEATHER,
    define,
    delete,
    numbers,
    switches,
    texts,
    update,
)

EVER_THERE = CONNECTION
"""A definition that no turmoil takes back, but a whole device's going."""

FORMS: tuple[Define, ...] = (
    TEMPERATURE,
    numbers(TEMPERATURE.name, {"CCD_TEMPERATURE_VALUE": 1.0}, label="Cooler", group="Other"),
    numbers(TEMPERATURE.name, {"CCD_TEMPERATURE_VALUE": 2.0}, permission=Permission.READ_ONLY),
    numbers(TEMPERATURE.name, {"CCD_TEMPERATURE_VALUE": 3.0}, permission=Permission.WRITE_ONLY),
    numbers(TEMPERATURE.name, {"CCD_TEMPERATURE_VALUE": 4.0, "SETPOINT": 5.0}, -10.0, 10.0),
    texts(TEMPERATURE.name, {"CCD_TEMPERATURE_VALUE": "warm"}, state=State.ALERT),
    switches(TEMPERATURE.name, {"COLD": True, "WARM": False}),
    define(Kind.LIGHT, TEMPERATURE.name, *WEATHER.members),
    define(Kind.BLOB, TEMPERATURE.name, *IMAGE.members),
    FRAME,
    FRAME._replace(members=FRAME.members[::-1]),
    FRAME._replace(members=FRAME.members[:1], state=State.BUSY),
    FRAME_TYPE,
    FRAME_TYPE._replace(members=FRAME_TYPE.members[:1]),
)
"""Three properties in several forms."""

MESSAGES: tuple[Message, ...] = (
    *FORMS,
    *(update(form, State.OK, message="[ERROR] odd") for form in FORMS[4:8]),
    update(TEMPERATURE, State.BUSY, CCD_TEMPERATURE_VALUE=-7.5),
    update(FRAME, X=9.0),
    update(FRAME_TYPE, State.ALERT, message="[ERROR] stuck", FRAME_DARK=True),
    delete(TEMPERATURE),
    delete(FRAME),
    delete(FRAME_TYPE),
    Notice(CCD, "[INFO] well"),
)


def turmoil(seed: int, ticks: int = 60) -> list[list[Message]]:
    """Return what a driver says in each tick of a panel; at times it is started anew."""
    chance = random.Random(seed)
    acts: list[list[Message]] = [*([message] for message in MESSAGES), [Delete(CCD), EVER_THERE]]
    return [
        [message for act in chance.choices(acts, k=chance.randint(1, 6)) for message in act]
        for _ in range(ticks)
    ]
