"""The properties of a dome."""

from indinb.protocol.vocabulary import State
from indinb.simulator.driver import MAIN, OPTIONS
from indinb.simulator.properties import (
    ANY_OF_MANY,
    AT_MOST_ONE,
    Numbers,
    Switches,
    Texts,
    number,
    switch,
    text,
)

_SLAVING, _SITE = "Slaving", "Site Management"

ACTIVE_DEVICES = Texts(
    "ACTIVE_DEVICES",
    "Snoop devices",
    OPTIONS,
    text("ACTIVE_TELESCOPE", "Telescope", "Telescope Simulator"),
    since="start",
)
MOUNT_POLICY = Switches(
    "MOUNT_POLICY",
    "Mount Policy",
    OPTIONS,
    switch("MOUNT_IGNORED", "Mount ignored", True),
    switch("MOUNT_LOCKS", "Mount locks"),
    since="start",
)
SHUTTER = Switches(
    "DOME_SHUTTER",
    "Shutter",
    MAIN,
    switch("SHUTTER_OPEN", "Open"),
    switch("SHUTTER_CLOSE", "Close", True),
    rule=AT_MOST_ONE,
    state=State.OK,
)
PARK_POLICY = Switches(
    "DOME_SHUTTER_PARK_POLICY",
    "Shutter",
    OPTIONS,
    switch("SHUTTER_CLOSE_ON_PARK", "Close On Park"),
    switch("SHUTTER_OPEN_ON_UNPARK", "Open On UnPark"),
    rule=ANY_OF_MANY,
)
MOTION = Switches(
    "DOME_MOTION",
    "Motion",
    MAIN,
    switch("DOME_CW", "Dome CW"),
    switch("DOME_CCW", "Dome CCW"),
    rule=AT_MOST_ONE,
    state=State.OK,
)
RELATIVE = Numbers(
    "REL_DOME_POSITION",
    "Relative Position",
    MAIN,
    number("DOME_RELATIVE_POSITION", "Degrees", 0, (-180, 180), 10, "%6.2f"),
    state=State.OK,
)
ABSOLUTE = Numbers(
    "ABS_DOME_POSITION",
    "Absolute Position",
    MAIN,
    number("DOME_ABSOLUTE_POSITION", "Degrees", 0, (0, 360), 1, "%6.2f"),
    state=State.OK,
)
ABORT = Switches(
    "DOME_ABORT_MOTION",
    "Abort Motion",
    MAIN,
    switch("ABORT", "Abort"),
    rule=AT_MOST_ONE,
)
PRESETS = Numbers(
    "Presets",
    "Presets",
    "Presets",
    number("Preset 1", "Preset 1", 0, (0, 360), 1, "%6.2f"),
    number("Preset 2", "Preset 2", 0, (0, 360), 1, "%6.2f"),
    number("Preset 3", "Preset 3", 0, (0, 360), 1, "%6.2f"),
    timeout=0,
)
SLAVING = Switches(
    "DOME_AUTOSYNC",
    "Slaving",
    _SLAVING,
    switch("DOME_AUTOSYNC_ENABLE", "Enable"),
    switch("DOME_AUTOSYNC_DISABLE", "Disable", True),
    state=State.OK,
)
TELESCOPE_SIDE = Switches(
    "DM_OTA_SIDE",
    "Meridian side",
    _SLAVING,
    switch("DM_OTA_SIDE_EAST", "East"),
    switch("DM_OTA_SIDE_WEST", "West"),
    switch("DM_OTA_SIDE_MOUNT", "Mount", True),
    switch("DM_OTA_SIDE_HA", "Hour Angle"),
    switch("DM_OTA_SIDE_IGNORE", "Ignore"),
    rule=AT_MOST_ONE,
    state=State.OK,
)
PARAMS = Numbers(
    "DOME_PARAMS",
    "Params",
    _SLAVING,
    number("AUTOSYNC_THRESHOLD", "Autosync threshold (deg)", 5, (0, 360), 1, "%6.2f"),
    state=State.OK,
)
MEASUREMENTS = Numbers(
    "DOME_MEASUREMENTS",
    "Measurements",
    _SLAVING,
    number("DM_DOME_RADIUS", "Radius (m)", 0, (0, 50), 1, "%6.2f"),
    number("DM_SHUTTER_WIDTH", "Shutter width (m)", 0, (0, 10), 1, "%6.2f"),
    number("DM_NORTH_DISPLACEMENT", "N displacement (m)", 0, (-10, 10), 1, "%6.2f"),
    number("DM_EAST_DISPLACEMENT", "E displacement (m)", 0, (-10, 10), 1, "%6.2f"),
    number("DM_UP_DISPLACEMENT", "Up displacement (m)", 0, (-10, 10), 1, "%6.2f"),
    number("DM_OTA_OFFSET", "OTA offset (m)", 0, (-10, 10), 1, "%6.2f"),
    state=State.OK,
)
PARK = Switches(
    "DOME_PARK",
    "Parking",
    MAIN,
    switch("PARK", "Park(ed)"),
    switch("UNPARK", "UnPark(ed)", True),
    state=State.OK,
)
PARK_POSITION = Numbers(
    "DOME_PARK_POSITION",
    "Park Position",
    _SITE,
    number("PARK_AZ", "AZ D:M:S", 90, (0, 360), 0, "%10.6m"),
)
PARK_OPTION = Switches(
    "DOME_PARK_OPTION",
    "Park Options",
    _SITE,
    switch("PARK_CURRENT", "Current"),
    switch("PARK_DEFAULT", "Default"),
    switch("PARK_WRITE_DATA", "Write Data"),
    rule=AT_MOST_ONE,
)
