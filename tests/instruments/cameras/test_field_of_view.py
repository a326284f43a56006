"""What a pixel and a camera see, from whatever tells the focal length."""

import pytest
from astropy import units as u

from indinb import Camera
from indinb.errors import UnknownProperty
from indinb.instruments.cameras import fieldofview
from indinb.protocol.messages import Define
from indinb.protocol.vocabulary import Permission
from tests.client.fakes import CCD, MOUNT, numbers, texts
from tests.instruments.cameras.fakes import BINNING, FRAME, INFO, SMALL, WHOLE, Make, at

SCOPE = numbers("SCOPE_INFO", {"FOCAL_LENGTH": 500.0, "APERTURE": 80.0})
TELESCOPE = numbers(
    "TELESCOPE_INFO",
    {"TELESCOPE_FOCAL_LENGTH": 900.0, "GUIDER_FOCAL_LENGTH": 240.0},
    device=MOUNT,
)


def driver(device: str, interface: int) -> Define:
    """Return what says what a device is."""
    return texts(
        "DRIVER_INFO",
        {"DRIVER_NAME": device, "DRIVER_INTERFACE": str(interface)},
        permission=Permission.READ_ONLY,
        device=device,
    )


MOUNTED = (driver(CCD, 2), driver(MOUNT, 1), TELESCOPE)


@pytest.mark.parametrize(
    ("definitions", "millimetres"),
    [
        ((SCOPE,), 500),
        ((SCOPE, *MOUNTED), 500),
        ((at(SCOPE, FOCAL_LENGTH=0.0), *MOUNTED), 900),
        (MOUNTED, 900),
    ],
    ids=["INDI 2", "both", "not set", "INDI 1.9"],
)
def test_who_tells_the_focal_length(make: Make, definitions, millimetres):
    camera, _ = make(*SMALL, *definitions)
    assert fieldofview.focal_length(camera.device) == millimetres * u.mm


@pytest.mark.parametrize(
    "definitions",
    [
        (),
        (at(SCOPE, FOCAL_LENGTH=0.0),),
        (at(SCOPE, FOCAL_LENGTH=float("nan")),),
        (*MOUNTED[:2], at(TELESCOPE, TELESCOPE_FOCAL_LENGTH=0.0)),
        (*MOUNTED[:2], at(TELESCOPE, TELESCOPE_FOCAL_LENGTH=-900.0)),
    ],
)
def test_nobody_knows_it(make: Make, definitions):
    camera, _ = make(*WHOLE, *definitions)
    advice = r'is not known: set it with client\.devices\[\'CCD Simulator\'\]\["SCOPE_INFO"\]'
    for ask in (lambda: camera.pixel_scale, lambda: camera.field_of_view):
        with pytest.raises(UnknownProperty, match=advice):
            ask()


def test_the_camera_on_the_guide_scope(make: Make):
    guide = "Guide Simulator"
    owned = tuple(each._replace(device=guide) for each in SMALL)
    camera, _ = make(*SMALL, *owned, *MOUNTED, driver(guide, 2))
    other = camera.device.connection.devices[guide]
    assert fieldofview.focal_length(camera.device) == 900 * u.mm
    assert fieldofview.focal_length(other) == 240 * u.mm
    assert isinstance(Camera(other), Camera)


def test_the_only_camera_is_not_on_the_guide_scope(make: Make):
    camera, _ = make(*SMALL, *MOUNTED)
    assert fieldofview.focal_length(camera.device) == 900 * u.mm


def test_scale(make: Make):
    camera, _ = make(*SMALL, INFO, at(BINNING, HOR_BIN=2.0, VER_BIN=2.0), SCOPE)
    assert camera.pixel_scale.unit == u.arcsec / u.pix
    assert camera.pixel_scale.value == pytest.approx(206_264.8 * 10.4e-3 / 500)


def test_scale_of_pixels_that_are_not_square(make: Make):
    long = at(INFO, CCD_PIXEL_SIZE_X=4.0, CCD_PIXEL_SIZE_Y=9.0)
    camera, _ = make(*SMALL, long, SCOPE)
    assert camera.pixel_size.value.tolist() == [4, 9]
    assert camera.pixel_scale.value == pytest.approx(206_264.8 * 6e-3 / 500)


def test_field_of_a_subframe(make: Make):
    camera, _ = make(*SMALL, INFO, at(FRAME, WIDTH=640.0, HEIGHT=512.0), SCOPE)
    width, height = camera.field_of_view
    assert width.unit == u.arcmin
    assert width.to_value(u.arcsec) == pytest.approx(640 * camera.pixel_scale.value, rel=1e-4)
    assert height.to_value(u.arcsec) == pytest.approx(512 * camera.pixel_scale.value, rel=1e-4)


def test_the_size_of_a_pixel_by_its_one_name(make: Make):
    members = tuple(each for each in INFO.members if not each.name.endswith(("_X", "_Y")))
    camera, _ = make(*SMALL, INFO._replace(members=members), FRAME, SCOPE)
    assert camera.pixel_size.value.tolist() == [5.2, 5.2]


@pytest.mark.parametrize(
    ("lacking", "complaint"),
    [("CCD_INFO", "how large its pixels are"), ("CCD_FRAME", "how many pixels it has")],
)
def test_what_a_camera_does_not_tell(make: Make, lacking: str, complaint: str):
    whole = [each for each in (*SMALL, INFO, FRAME, SCOPE) if each.name != lacking]
    if lacking == "CCD_FRAME":
        whole.remove(INFO)
        members = tuple(each for each in INFO.members if "MAX" not in each.name)
        whole.append(INFO._replace(members=members))
    camera, _ = make(*whole)
    with pytest.raises(UnknownProperty, match=complaint):
        _ = camera.field_of_view
