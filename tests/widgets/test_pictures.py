"""Pictures in a panel: one under way at a time, and the newest of them."""

import base64
import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import PIL.Image
import pytest
from astropy.io import fits
from playwright.sync_api import expect

from indinb.client.connection import Connection
from indinb.client.property import Property
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import State
from indinb.widgets.pictures import LONGEST, Pictures
from tests.client.fakes import CCD, IMAGE, SOON, FakeServer, delete, update
from tests.widgets.pages import PanelPage
from tests.widgets.snapshots import changed, device, find

Json = dict[str, Any]
Sent = list[tuple[Json, list[bytes] | None]]


def image(width: int = 30, height: int = 20, value: int = 7) -> Blob:
    """A FITS file of a gradient."""
    file = io.BytesIO()
    rows = np.arange(width * height, dtype=np.uint16).reshape(height, width) + value
    fits.PrimaryHDU(rows).writeto(file)
    return Blob(memoryview(file.getvalue()), ".fits", len(file.getvalue()))


class Looker:
    """Looks at the pictures of a camera.

    Parameters
    ----------
    found : Property
        Of the camera.
    server : FakeServer
        Whose camera it is.
    """

    def __init__(self, found: Property, server: FakeServer) -> None:
        self.found = found
        self.sent: Sent = []
        self._server = server
        self.pictures = Pictures(lambda *one: self.sent.append(one))
        self._subscription = found.observe(lambda _: self.pictures.arrived(found))

    def arrive(self, blob: Blob) -> None:
        self._server.tell(update(IMAGE, State.OK, CCD1=blob))
        self.settle()

    def look(self) -> None:
        self.pictures.look(self.found, "CCD1")
        self.settle()

    def seen(self) -> None:
        self.pictures.seen(self.found, "CCD1")
        self.settle()

    def settle(self) -> None:
        self.found.device.connection.worker.submit(int).result(SOON)

    def sizes(self) -> list[str]:
        """Return the captions of what was sent since the last call."""
        captions = [message["caption"] for message, _ in self.sent]
        self.sent.clear()
        return captions


@pytest.fixture
def looker(client: Connection, server: FakeServer) -> Iterator[Looker]:
    looker = Looker(client.devices[CCD]["CCD1"], server)
    yield looker
    looker.pictures.end()


def test_what_is_there_is_shown_at_once(looker: Looker) -> None:
    looker.arrive(image())
    assert looker.sent == []
    looker.look()
    ((message, buffers),) = looker.sent
    assert message == {
        "type": "picture",
        "device": CCD,
        "property": "CCD1",
        "element": "CCD1",
        "caption": "30 × 20, .fits",  # noqa: RUF001
    }
    assert buffers is not None
    picture = PIL.Image.open(io.BytesIO(buffers[0]))
    assert picture.size == (30, 20)
    assert len(np.unique(np.asarray(picture))) > 100


def test_a_large_picture_is_shown_at_the_size_of_a_panel(looker: Looker) -> None:
    looker.arrive(image(3000, 10))
    looker.look()
    ((message, buffers),) = looker.sent
    assert message["caption"] == "3000 × 10, .fits"  # noqa: RUF001
    assert buffers is not None
    assert max(PIL.Image.open(io.BytesIO(buffers[0])).size) <= LONGEST


def test_nothing_is_shown_until_something_comes(looker: Looker) -> None:
    looker.look()
    assert looker.sent == []
    looker.arrive(image(5))
    assert looker.sizes() == ["5 × 20, .fits"]  # noqa: RUF001


def test_one_picture_is_under_way_and_the_newest_wins(looker: Looker) -> None:
    looker.look()
    for width in (3, 4, 5):
        looker.arrive(image(width))
    assert looker.sizes() == ["3 × 20, .fits"]  # noqa: RUF001
    looker.seen()
    assert looker.sizes() == ["5 × 20, .fits"]  # noqa: RUF001
    looker.seen()
    assert looker.sizes() == []
    looker.arrive(image(6))
    assert looker.sizes() == ["6 × 20, .fits"]  # noqa: RUF001


def test_whoever_looks_away_gets_no_more(looker: Looker) -> None:
    looker.arrive(image())
    looker.look()
    looker.pictures.look_away(looker.found, "CCD1")
    looker.sizes()
    looker.seen()
    looker.arrive(image(4))
    assert looker.sent == []


def test_what_is_no_picture_is_told_and_the_next_one_comes(looker: Looker) -> None:
    looker.look()
    looker.arrive(Blob(memoryview(b"<xml/>"), ".xml", 6))
    ((message, buffers),) = looker.sent
    assert (message["type"], message["property"], buffers) == ("failed", "CCD1", None)
    assert ".xml" in message["message"]
    looker.sent.clear()
    looker.arrive(image(4))
    assert looker.sizes() == ["4 × 20, .fits"]  # noqa: RUF001


def test_a_property_that_is_gone_is_told(looker: Looker, server: FakeServer) -> None:
    server.tell(delete(IMAGE))
    looker.look()
    ((message, _),) = looker.sent
    assert message["type"] == "failed"
    assert "CCD1" in message["message"]


def test_a_panel_sends_what_is_looked_at(
    client: Connection, server: FakeServer, close_later: Callable[..., Any]
) -> None:
    from indinb.widgets import Panel

    panel = close_later(Panel(client.devices[CCD]))
    server.tell(update(IMAGE, State.OK, CCD1=image()))
    where = {"device": CCD, "property": "CCD1", "element": "CCD1"}
    panel.comm.bring({"type": "look", **where, "on": True})
    client.worker.submit(int).result(SOON)
    client.worker.submit(int).result(SOON)
    (picture,) = panel.comm.take("picture")
    assert {name: picture[name] for name in where} == where
    panel.comm.bring({"type": "look", **where, "on": False})
    client.worker.submit(int).result(SOON)
    server.tell(update(IMAGE, State.OK, CCD1=image(4)))
    assert panel.comm.take("picture") == []


# ---- In the browser ----


@pytest.fixture
def camera(open_panel: Callable[..., PanelPage]) -> PanelPage:
    """A panel in which the picture of a camera is looked at."""
    panel = open_panel(device("ccd"))
    panel.tab("Image Info").click()
    panel.row("CCD1").get_by_role("button", name="View").click()
    return panel


WHERE = {"device": CCD, "property": "CCD1", "element": "CCD1"}


def png(width: int, height: int = 8) -> bytes:
    file = io.BytesIO()
    PIL.Image.new("L", (width, height), 128).save(file, "PNG")
    return file.getvalue()


def deliver(panel: PanelPage, width: int) -> None:
    panel.deliver({"type": "picture", **WHERE, "caption": f"{width} wide"}, png(width))


def test_a_picture_is_asked_for_shown_and_acknowledged(camera: PanelPage) -> None:
    receive = {"type": "blobs", "device": CCD, "property": "CCD1", "on": True}
    assert camera.take() == [{"type": "look", **WHERE, "on": True}, receive]
    figure = camera.row("CCD1").locator("figure")
    expect(figure).to_have_text("Waiting for a picture…")
    deliver(camera, 12)
    expect(figure).to_have_text("12 wide")
    expect(figure.locator("img")).to_have_js_property("naturalWidth", 12)
    camera.page.wait_for_function("widget.sent.length === 1")
    assert camera.sent == [{"type": "seen", **WHERE}]


def test_who_looks_at_what_is_received_asks_no_more(open_panel: Callable[..., PanelPage]) -> None:
    ccd = device("ccd")
    find(ccd, "CCD1")["receiving"] = True
    panel = open_panel(ccd)
    panel.tab("Image Info").click()
    panel.row("CCD1").get_by_role("button", name="View").click()
    assert panel.sent == [{"type": "look", **WHERE, "on": True}]


def test_a_picture_stays_while_other_things_change(camera: PanelPage) -> None:
    deliver(camera, 12)
    blob = find(device("ccd"), "CCD1")
    camera.patch(CCD, properties=[changed(blob, "Busy")])
    expect(camera.row("CCD1").locator("img")).to_have_js_property("naturalWidth", 12)
    deliver(camera, 13)
    expect(camera.row("CCD1").locator("img")).to_have_js_property("naturalWidth", 13)


def test_whoever_has_seen_enough_hides_it(camera: PanelPage) -> None:
    deliver(camera, 12)
    camera.page.wait_for_function("widget.sent.length === 3")
    camera.row("CCD1").get_by_role("button", name="View").click()
    expect(camera.row("CCD1").locator("figure")).to_be_hidden()
    assert camera.sent[-1] == {"type": "look", **WHERE, "on": False}
    deliver(camera, 13)  # which was under way
    expect(camera.row("CCD1").locator("figure")).to_be_hidden()
    assert camera.sent[-1]["type"] == "look"


def test_two_views_share_a_picture(camera: PanelPage) -> None:
    camera.page.evaluate("async () => { await widget.show('second'); }")
    deliver(camera, 12)
    images = camera.page.locator('[data-property="CCD1"] img')
    for number in (0, 1):
        expect(images.nth(number)).to_have_js_property("naturalWidth", 12)


def test_pictures_are_pngs_in_the_page(camera: PanelPage) -> None:
    deliver(camera, 12)
    image = camera.row("CCD1").locator("img")
    expect(image).to_have_js_property("naturalWidth", 12)
    assert (image.get_attribute("src") or "").startswith("blob:")
    fetched = camera.page.evaluate(
        """async () => {
          const image = document.querySelector('[data-property="CCD1"] img');
          const bytes = await (await fetch(image.src)).bytes();
          return bytes.toBase64();
        }"""
    )
    assert base64.b64decode(fetched) == png(12)
