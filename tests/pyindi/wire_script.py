"""The script whose run with PyIndi-Client 2.3.0 is kept in ``data/captures/pyindi_wire.txt``.

Each step is one row of that file. It takes the module as a parameter, as it runs with the original
as well, and then gives the same rows.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from tests.pyindi.replay import RawServer, client_of
from tests.pyindi.wire_capture import Row, numbered, timeless

DEFINITIONS = b"""
<defTextVector device="D" name="T" label="Tl" group="G" state="Idle" perm="rw" timeout="60">
  <defText name="A" label="a">one</defText><defText name="B" label="b"/>
</defTextVector>
<defNumberVector device="D" name="N" label="Nl" group="G" state="Idle" perm="rw" timeout="60">
  <defNumber name="RA" label="ra" format="%010.6m" min="0" max="24" step="0">1:30</defNumber>
  <defNumber name="DE" label="de" format="%g" min="-90" max="90" step="0">-0:30:00</defNumber>
</defNumberVector>
<defSwitchVector device="D" name="S1" state="Idle" perm="rw" rule="OneOfMany" timeout="60">
  <defSwitch name="P">On</defSwitch><defSwitch name="Q">Off</defSwitch>
</defSwitchVector>
<defSwitchVector device="D" name="SM" state="Idle" perm="rw" rule="AtMostOne" timeout="60">
  <defSwitch name="P">On</defSwitch><defSwitch name="Q">Off</defSwitch>
</defSwitchVector>
<defSwitchVector device="D" name="SA" state="Idle" perm="rw" rule="AnyOfMany" timeout="60">
  <defSwitch name="P">On</defSwitch><defSwitch name="Q">Off</defSwitch>
</defSwitchVector>
<defSwitchVector device="D" name="CONNECTION" state="Idle" perm="rw" rule="OneOfMany" timeout="60">
  <defSwitch name="CONNECT">Off</defSwitch><defSwitch name="DISCONNECT">On</defSwitch>
</defSwitchVector>
<defLightVector device="D" name="L" state="Ok"><defLight name="P">Ok</defLight></defLightVector>
<defBLOBVector device="D" name="BL" state="Idle" perm="rw" timeout="60"><defBLOB name="P"/>
</defBLOBVector>
"""

NASTY = "a<b>&\"'é"


class Stage:
    """A client, its server, and the handles that the script holds."""

    def __init__(self, pyindi: ModuleType, server: RawServer, client: Any = None) -> None:
        self.pyindi = pyindi
        self.server = server
        self.client = client or client_of(pyindi, server.port)
        self.handles: dict[str, Any] = {}

    def device(self) -> Any:
        return self.handles.setdefault("D", self.client.getDevice("D"))

    def get(self, name: str) -> Any:
        """Return the typed handle of a property, always the same one."""
        kind = {"T": "Text", "N": "Number", "S": "Switch", "L": "Light", "B": "BLOB"}[name[0]]
        found = getattr(self.device(), f"get{kind}")
        return self.handles.get(name) or self.handles.setdefault(name, found(name))

    def values(self) -> list[float]:
        return [widget.getValue() for widget in self.get("N")]

    def run(self, step: Callable[["Stage"], object]) -> Row:
        """Do one step, and take what it has brought about."""
        result = step(self)
        sent = self.server.take()
        return Row(result, sent, self.heard())

    def heard(self) -> list[tuple]:
        """Return the callbacks since this was asked the last time."""
        events, self.client.events = self.client.events, []
        return timeless(events)

    def tell(self, xml: str) -> list[tuple]:
        """Let the server say something, and return the callbacks that it brings."""
        self.server.tell(xml.encode())
        return self.heard()


Step = Callable[[Stage], object]


def play(pyindi: ModuleType) -> dict[str, Row]:
    """Run the script, and return its rows."""
    names = numbered(title for title, _ in STEPS)
    with RawServer(DEFINITIONS) as server:
        stage = Stage(pyindi, server)
        try:
            rows = {n: stage.run(step) for n, (_, step) in zip(names, STEPS, strict=True)}
        finally:
            stage.client.disconnectServer()
    # Ours waits until all is announced, so that comes with the first step.
    connected = rows["connectServer"]
    rows["connectServer"] = connected._replace(events=connected.events[:1])
    rows["defs"] = rows["defs"]._replace(events=connected.events[1:])
    return rows


def _tell(data: bytes | str) -> Step:
    text = data.encode() if isinstance(data, str) else data
    return lambda stage: stage.server.tell(text)


def _send_text(stage: Stage) -> tuple:
    text = stage.get("T")
    return text[0].setText(NASTY), stage.client.sendNewText(text)


def _send_number(number: float) -> Step:
    def send(stage: Stage) -> tuple:
        return stage.get("N")[0].setValue(number), stage.client.sendNewNumber(stage.get("N"))

    return send


def _one_of_many(stage: Stage) -> tuple:
    switch = stage.get("S1")
    on = stage.pyindi.ISS_ON
    return switch.reset(), switch[1].setState(on), stage.client.sendNewSwitch(switch)


def _none_on(stage: Stage) -> tuple:
    return stage.get("S1").reset(), stage.client.sendNewSwitch(stage.get("S1"))


def _upload(stage: Stage) -> tuple:
    client = stage.client
    return (
        client.startBlob("D", "BL", "2026-01-01T00:00:00"),
        client.sendOneBlobFromBuffer("P", ".txt", b"hello world"),
        client.finishBlob(),
    )


def _switches(stage: Stage) -> list[str]:
    return [widget.getStateAsString() for widget in stage.get("S1")]


def _texts(stage: Stage) -> tuple:
    text = stage.get("T")
    return [widget.getText() for widget in text], text.getLabel(), text.getPermissionAsString()


def _packed(stage: Stage) -> tuple:
    blob = stage.get("BL")[0]
    data = bytes(blob.getblobdata()[:20])
    return blob.getFormat(), blob.getSize(), blob.getBlobLen(), data, len(blob.getblobdata())


def _same_blob(stage: Stage) -> tuple:
    blob = stage.get("BL")
    return blob[0].getFormat(), blob[0].getSize(), blob.getStateAsString()


def _plain(stage: Stage) -> tuple:
    blob = stage.get("BL")[0]
    return blob.getFormat(), blob.getSize(), blob.getBlobLen(), bytes(blob.getblobdata())


def _deleted_property(stage: Stage) -> tuple:
    text = stage.get("T")
    return bool(text), text.getName(), len(text), bool(stage.device().getProperty("T"))


def _equality(stage: Stage) -> tuple:
    device, number = stage.device(), stage.get("N")
    return (
        device == None,  # noqa: E711  as scripts write it
        device != None,  # noqa: E711
        stage.client.getDevice("D") == stage.client.getDevice("D"),
        number == None,  # noqa: E711
        stage.client.getDevice("ZZ") == None,  # noqa: E711
    )


def _deleted_device(stage: Stage) -> tuple:
    device, number = stage.device(), stage.get("N")
    left = len(stage.client.getDevices())
    name, value = number.getName(), number[0].getValue()
    return bool(device), device.getDeviceName(), left, name, value


def _lose(stage: Stage) -> tuple:
    stage.server.cut()
    stage.client.hear("serverDisconnected")
    return None, None


def _disconnect(stage: Stage) -> bool:
    done = stage.client.disconnectServer(7)
    stage.server.wait_for_end()
    return done


def _state(stage: Stage) -> str:
    return stage.get("N").getStateAsString()


def _set_number(member: str, number: str, attributes: str = 'state="Ok"', limits: str = "") -> Step:
    return _tell(
        f'<setNumberVector device="D" name="N" {attributes}>'
        f'<oneNumber name="{member}"{limits}>{number}</oneNumber></setNumberVector>'
    )


def _set_switches(**members: str) -> Step:
    ones = "".join(f'<oneSwitch name="{name}">{to}</oneSwitch>' for name, to in members.items())
    return _tell(f'<setSwitchVector device="D" name="S1" state="Ok">{ones}</setSwitchVector>')


def _set_blob(state: str, attributes: str, base64: str) -> Step:
    return _tell(
        f'<setBLOBVector device="D" name="BL" state="{state}">'
        f'<oneBLOB name="P" {attributes}>{base64}</oneBLOB></setBLOBVector>'
    )


STEPS: list[tuple[str, Step]] = [
    ("connectServer", lambda stage: stage.client.connectServer()),
    ("defs", _tell(b"")),
    ("text", _send_text),
    ("text prop", lambda stage: stage.client.sendNewProperty(stage.get("T"))),
    ("number", _send_number(12.123456789012345)),
    ("number nan", _send_number(float("nan"))),
    ("1ofmany", _one_of_many),
    ("1ofmany none on", _none_on),
    ("atmost", lambda stage: stage.client.sendNewSwitch(stage.get("SM"))),
    ("any", lambda stage: stage.client.sendNewSwitch(stage.get("SA"))),
    ("4arg text", lambda stage: stage.client.sendNewText("D", "T", "A", "q")),
    ("4arg num", lambda stage: stage.client.sendNewNumber("D", "N", "DE", 3.25)),
    ("3arg switch", lambda stage: stage.client.sendNewSwitch("D", "S1", "P")),
    ("4arg num bad", lambda stage: stage.client.sendNewNumber("D", "NOPE", "DE", 3.25)),
    ("light prop", lambda stage: stage.client.sendNewProperty(stage.get("L"))),
    ("connectDevice", lambda stage: stage.client.connectDevice("D")),
    ("disconnectDevice", lambda stage: stage.client.disconnectDevice("D")),
    ("blobmode also prop", lambda s: s.client.setBLOBMode(s.pyindi.B_ALSO, "D", "BL")),
    ("again", lambda s: s.client.setBLOBMode(s.pyindi.B_ALSO, "D", "BL")),
    ("blobmode never dev", lambda s: s.client.setBLOBMode(s.pyindi.B_NEVER, "D", None)),
    ("get", lambda stage: stage.client.getBLOBMode("D", "BL")),
    ("get dev", lambda stage: stage.client.getBLOBMode("D")),
    ("blob only absent dev", lambda s: s.client.setBLOBMode(s.pyindi.B_ONLY, "ZZ", None)),
    ("empty dev", lambda s: s.client.setBLOBMode(s.pyindi.B_ALSO, "", None)),
    ("blob up", _upload),
    ("ping", lambda stage: stage.client.sendPingRequest("u1")),
    ("pingreply", lambda stage: stage.client.sendPingReply("u1")),
    ("recv ping", _tell("<pingRequest uid='9'/>\n<pingReply uid='u1'/>\n")),
    (
        "recv msgs",
        _tell(
            '<message device="D" timestamp="2026-01-01T00:00:00" message="hi"/>'
            '<message timestamp="2026-01-01T00:00:01" message="all"/>'
            '<message device="D" message="nots"/><message device="ZZ" message="x"/>'
        ),
    ),
    ("recv set w/ message", _set_number("DE", "-0:30:36", 'state="Alert" message="bad"')),
    ("vals", Stage.values),
    ("state", _state),
    ("set no state", _set_number("DE", "7", "")),
    ("state", _state),
    ("set empty vec", _tell('<setNumberVector device="D" name="N" state="Busy"/>')),
    ("state", _state),
    (
        "set bad number",
        _tell(
            '<setNumberVector device="D" name="N" state="Ok"><oneNumber name="RA">5</oneNumber>'
            '<oneNumber name="DE">abc</oneNumber></setNumberVector>'
        ),
    ),
    ("vals", lambda stage: (stage.values(), _state(stage))),
    ("set bad state", _set_number("RA", "6", 'state="Weird"')),
    ("vals", lambda stage: (stage.values(), _state(stage))),
    ("set unknown el", _set_number("ZZ", "6")),
    ("set minmax", _set_number("RA", "5", limits=' min="-5" max="5"')),
    ("mm", lambda stage: (stage.get("N")[0].getMin(), stage.get("N")[0].getMax())),
    ("set 1ofmany with only On", _set_switches(P="On")),
    ("sw", _switches),
    ("set sw both", _set_switches(P="On", Q="On")),
    ("sw", _switches),
    (
        "dup def new value",
        _tell(
            '<defTextVector device="D" name="T" label="NEW" state="Ok" perm="ro">'
            '<defText name="A">dup</defText><defText name="B">b</defText></defTextVector>'
        ),
    ),
    ("text", _texts),
    ("blob z", _set_blob("Ok", 'size="70" format=".fits.z" len="18"', "eJwrSKzMyU9MKaCMAgAMzB0l")),
    ("b", _packed),
    ("blob size0", _set_blob("Busy", 'size="0" format=""', "")),
    ("b", _same_blob),
    ("blob plain", _set_blob("Ok", 'size="5" format=".txt" len="5"', "aGVsbG8=")),
    ("b", _plain),
    ("delprop", _tell('<delProperty device="D" name="T"/>')),
    ("T after", _deleted_property),
    ("del unknown", _tell('<delProperty device="D" name="NOPE"/>')),
    ("eq", _equality),
    ("deldev", _tell('<delProperty device="D"/>')),
    ("d after", _deleted_device),
    ("garbage", _tell("</nonsense>\n<a></b>\ngarbage\n<<&\n<a &>\n")),
    ("after", lambda stage: stage.client.isServerConnected()),
    ("eof", _lose),
    ("isconn", lambda stage: stage.client.isServerConnected()),
    ("devs", lambda stage: [each.getDeviceName() for each in stage.client.getDevices()]),
    ("reconnect", lambda stage: stage.client.connectServer()),
    ("disc", _disconnect),
]
