"""All kinds of editors in JupyterLab, by mouse and by keyboard alone, on simulated instruments.

What the page sends is checked where it counts: in Python.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.lab import Lab, Notebook
from tests.widgets.hands import Person, Way

CCD, MOUNT, FOCUSER = "CCD Simulator", "Telescope Simulator", "Focuser Simulator"
SETUP = """\
import indinb
from indinb.protocol.vocabulary import BlobMode
from tests.waiting import look_until, wait_until
client = indinb.simulate(seed=0)
for device in client.devices.values():
    device.connect()
def holds(device, name, **wanted):
    found = client.devices[device][name]
    wait_until(found, lambda: all(found[element] == wanted[element] for element in wanted))"""


@pytest.fixture(scope="module")
def notebook(lab: Lab, lab_page: Page) -> Iterator[Notebook]:
    notebook = lab.open(lab_page, "editors", SETUP, "client")
    notebook.run(0)
    expect(notebook.run(1).locator(".indinb-panel")).to_be_visible()
    yield notebook
    notebook.python("client.close()")


@pytest.fixture(params=["mouse", "keyboard"])
def person(notebook: Notebook, request: pytest.FixtureRequest) -> Person:
    way: Way = request.param
    return Person(notebook.page, notebook.output(1).locator(".indinb-panel"), way)


@pytest.fixture
def holds(notebook: Notebook) -> Callable[..., None]:
    """Return what waits until a property has values in Python."""

    def holds(device: str, name: str, **values: object) -> None:
        notebook.python(f"holds({device!r}, {name!r}, **{values!r})")

    return holds


def write(person: Person, device: str, name: str, element: str, text: str) -> None:
    row = person.row(device, name)
    field = row.locator(f'[data-element="{element}"]').get_by_role("textbox")
    person.write(field, text, row.get_by_role("button", name="Set", exact=True))
    expect(field).to_have_value("")  # it was answered


def press(person: Person, device: str, name: str, element: str) -> None:
    person.press(person.row(device, name).locator(f'[data-element="{element}"]'))


# ---- Fields ----


def test_a_number(person: Person, holds: Callable[..., None]) -> None:
    number = {"mouse": 55, "keyboard": 56}[person.way]
    person.look_at(CCD, "Main Control")
    write(person, CCD, "CCD_GAIN", "GAIN", str(number))
    holds(CCD, "CCD_GAIN", GAIN=float(number))
    expect(person.row(CCD, "CCD_GAIN")).to_contain_text(str(number))


def test_sexagesimal_numbers(person: Person, holds: Callable[..., None]) -> None:
    hour = {"mouse": 2, "keyboard": 3}[person.way]
    person.look_at(MOUNT, "Site Management")
    write(person, MOUNT, "GEOGRAPHIC_COORD", "LONG", f"1{hour}:34:56")
    holds(MOUNT, "GEOGRAPHIC_COORD", LONG=10 + hour + 34 / 60 + 56 / 3600)
    write(person, MOUNT, "GEOGRAPHIC_COORD", "LONG", f"1{hour}h34m")
    holds(MOUNT, "GEOGRAPHIC_COORD", LONG=10 + hour + 34 / 60)
    expect(person.row(MOUNT, "GEOGRAPHIC_COORD")).to_contain_text(f"1{hour}:34:00")


def test_a_text(person: Person, holds: Callable[..., None]) -> None:
    person.look_at(CCD, "General Info")
    text = f'{person.way} <b>"M 31"</b> & Å'
    write(person, CCD, "FITS_HEADER", "FITS_OBJECT", text)
    holds(CCD, "FITS_HEADER", FITS_OBJECT=text)
    expect(person.row(CCD, "FITS_HEADER")).to_contain_text(text)


def test_what_is_refused_is_told_beside_the_field(person: Person) -> None:
    person.look_at(CCD, "Main Control")
    row = person.row(CCD, "CCD_OFFSET")
    field = row.get_by_role("textbox")
    person.write(field, "many", row.get_by_role("button", name="Set", exact=True))
    expect(row).to_contain_text("'many'")
    expect(field).to_have_value("many")
    field.fill("")


# ---- Switches ----


def test_segments(person: Person, holds: Callable[..., None]) -> None:
    wanted = {"mouse": "FRAME_DARK", "keyboard": "FRAME_BIAS"}[person.way]
    person.look_at(CCD, "Image Settings")
    press(person, CCD, "CCD_FRAME_TYPE", wanted)
    holds(CCD, "CCD_FRAME_TYPE", **{wanted: True, "FRAME_LIGHT": False})
    segment = person.row(CCD, "CCD_FRAME_TYPE").locator(f"[data-element={wanted}]")
    expect(segment).to_have_attribute("aria-pressed", "true")


def test_a_dropdown(person: Person, holds: Callable[..., None]) -> None:
    device = {"mouse": MOUNT, "keyboard": FOCUSER}[person.way]  # both begin with the first
    person.look_at(device, "Connection")
    select = person.row(device, "DEVICE_BAUD_RATE").get_by_role("combobox")
    expect(select).to_have_value("9600")
    person.choose(select, "19200", 1)
    expect(select).to_have_value("19200")
    holds(device, "DEVICE_BAUD_RATE", **{"9600": False, "19200": True})


def test_toggles(person: Person, holds: Callable[..., None]) -> None:
    person.look_at(MOUNT, "Motion Control")
    press(person, MOUNT, "TELESCOPE_MOTION_NS", "MOTION_NORTH")
    holds(MOUNT, "TELESCOPE_MOTION_NS", MOTION_NORTH=True, MOTION_SOUTH=False)
    north = person.row(MOUNT, "TELESCOPE_MOTION_NS").locator("[data-element=MOTION_NORTH]")
    expect(north).to_have_attribute("aria-pressed", "true")
    press(person, MOUNT, "TELESCOPE_MOTION_NS", "MOTION_NORTH")
    holds(MOUNT, "TELESCOPE_MOTION_NS", MOTION_NORTH=False, MOTION_SOUTH=False)


def test_checkboxes(person: Person, holds: Callable[..., None]) -> None:
    person.look_at(MOUNT, "Motion Control")
    boxes = person.row(MOUNT, "TELESCOPE_REVERSE_MOTION").get_by_role("checkbox")
    person.press(boxes.first)
    person.press(boxes.last)
    holds(MOUNT, "TELESCOPE_REVERSE_MOTION", REVERSE_NS=True, REVERSE_WE=True)
    expect(boxes.first).to_be_checked()
    person.press(boxes.first)
    holds(MOUNT, "TELESCOPE_REVERSE_MOTION", REVERSE_NS=False, REVERSE_WE=True)
    expect(boxes.first).not_to_be_checked()
    expect(boxes.last).to_be_checked()
    person.press(boxes.last)
    holds(MOUNT, "TELESCOPE_REVERSE_MOTION", REVERSE_NS=False, REVERSE_WE=False)


def test_a_push_button(person: Person, notebook: Notebook, holds: Callable[..., None]) -> None:
    notebook.python(f"client.devices[{CCD!r}]['CCD_FRAME'].set(WIDTH=100).result()")
    person.look_at(CCD, "Image Settings")
    press(person, CCD, "CCD_FRAME_RESET", "RESET")
    holds(CCD, "CCD_FRAME", WIDTH=1280.0)


# ---- BLOBs, and whole devices ----


def test_receiving_pictures(person: Person, notebook: Notebook) -> None:
    mode = f"client.blob_mode({CCD!r}, 'CCD1')"
    person.look_at(CCD, "Image Info")
    box = person.row(CCD, "CCD1").get_by_role("checkbox")
    expect(box).not_to_be_checked()
    person.press(box)
    expect(box).to_be_checked()
    notebook.python(f"look_until(lambda: {mode} is BlobMode.ALSO)")
    person.press(box)
    expect(box).not_to_be_checked()
    notebook.python(f"look_until(lambda: {mode} is BlobMode.NEVER)")


def test_connecting(person: Person, holds: Callable[..., None]) -> None:
    person.look_at(FOCUSER, "Main Control")
    position = person.row(FOCUSER, "ABS_FOCUS_POSITION")
    press(person, FOCUSER, "CONNECTION", "DISCONNECT")
    holds(FOCUSER, "CONNECTION", CONNECT=False)
    expect(position).to_have_count(0)
    press(person, FOCUSER, "CONNECTION", "CONNECT")
    holds(FOCUSER, "CONNECTION", CONNECT=True)
    expect(position).to_be_visible()


# ---- Keys ----


def test_jupyterlab_takes_no_keys_from_the_panel(notebook: Notebook) -> None:
    person = Person(notebook.page, notebook.output(1).locator(".indinb-panel"), "mouse")
    person.look_at(FOCUSER, "Connection")
    controls = [
        person.row(FOCUSER, "DEVICE_BAUD_RATE").get_by_role("combobox"),
        person.row(FOCUSER, "DEVICE_PORT_SCAN").get_by_role("button", name="Scan"),
        person.panel.locator("[role=tab][aria-selected=true]").last,
        person.panel.get_by_role("searchbox").filter(visible=True),
    ]
    cells = notebook.cells.count()
    for control in controls:
        control.focus()
        person.page.keyboard.press("b")  # in command mode: a new cell
        expect(control).to_be_focused()
    assert notebook.cells.count() == cells
