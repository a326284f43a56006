"""What the numbers of PyIndi-Client stand for in ours: each is the index of a word."""

from indinb.protocol.vocabulary import BlobMode, Interface, Kind, Permission, State, SwitchRule
from indinb.pyindi import constants

KINDS = (Kind.NUMBER, Kind.SWITCH, Kind.TEXT, Kind.LIGHT, Kind.BLOB)
"""What `INDI_NUMBER` and so on stand for; `INDI_UNKNOWN` is none of them."""

STATES = (State.IDLE, State.OK, State.BUSY, State.ALERT)
RULES = (SwitchRule.ONE_OF_MANY, SwitchRule.AT_MOST_ONE, SwitchRule.ANY_OF_MANY)
PERMISSIONS = (Permission.READ_ONLY, Permission.WRITE_ONLY, Permission.READ_WRITE)
BLOB_MODES = (BlobMode.NEVER, BlobMode.ALSO, BlobMode.ONLY)
SWITCHES = ("Off", "On")


class Interfaces:
    """What a driver says that its device can be, bit by bit; and what else `BaseDevice` names."""

    GENERAL_INTERFACE = int(Interface.GENERAL)
    TELESCOPE_INTERFACE = int(Interface.TELESCOPE)
    CCD_INTERFACE = int(Interface.CCD)
    GUIDER_INTERFACE = int(Interface.GUIDER)
    FOCUSER_INTERFACE = int(Interface.FOCUSER)
    FILTER_INTERFACE = int(Interface.FILTER)
    DOME_INTERFACE = int(Interface.DOME)
    GPS_INTERFACE = int(Interface.GPS)
    WEATHER_INTERFACE = int(Interface.WEATHER)
    AO_INTERFACE = int(Interface.ADAPTIVE_OPTICS)
    DUSTCAP_INTERFACE = int(Interface.DUST_CAP)
    LIGHTBOX_INTERFACE = int(Interface.LIGHT_BOX)
    DETECTOR_INTERFACE = int(Interface.DETECTOR)
    ROTATOR_INTERFACE = int(Interface.ROTATOR)
    SPECTROGRAPH_INTERFACE = int(Interface.SPECTROGRAPH)
    CORRELATOR_INTERFACE = int(Interface.CORRELATOR)
    AUX_INTERFACE = int(Interface.AUXILIARY)
    OUTPUT_INTERFACE = int(Interface.OUTPUT)
    INPUT_INTERFACE = int(Interface.INPUT)
    POWER_INTERFACE = int(Interface.POWER)
    IMU_INTERFACE = int(Interface.IMU)
    PAC_INTERFACE = int(Interface.POLAR_ALIGNMENT)
    SENSOR_INTERFACE = SPECTROGRAPH_INTERFACE | DETECTOR_INTERFACE | CORRELATOR_INTERFACE

    INDI_DEVICE_NOT_FOUND = constants.INDI_DEVICE_NOT_FOUND
    INDI_PROPERTY_INVALID = constants.INDI_PROPERTY_INVALID
    INDI_PROPERTY_DUPLICATED = constants.INDI_PROPERTY_DUPLICATED
    INDI_DISPATCH_ERROR = constants.INDI_DISPATCH_ERROR
    INDI_ENABLED, INDI_DISABLED = 0, 1
    WATCH_NEW, WATCH_UPDATE, WATCH_NEW_OR_UPDATE = range(3)
