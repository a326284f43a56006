"""How large a camera's pixels and its field are on the sky."""

import numpy as np
from astropy import units as u

from indinb.client.device import Device
from indinb.errors import UnknownProperty
from indinb.instruments.readings import number
from indinb.instruments.roles import roles_of


def focal_length(camera: Device) -> u.Quantity:
    """Return the focal length in front of a camera.

    It is that of the camera's ``SCOPE_INFO``, or of the mount's ``TELESCOPE_INFO``, which
    tells that of its guide scope as well. (INDI 2 has only the first, INDI 1.9 has both.)

    Raises
    ------
    UnknownProperty
        If neither tells it.
    """
    length = number(camera, "SCOPE_INFO", "FOCAL_LENGTH") or _of_mount(camera)
    if not length or length < 0:
        raise UnknownProperty(
            f"the focal length in front of {camera.name} is not known: set it with "
            f'client.devices[{camera.name!r}]["SCOPE_INFO"].set(FOCAL_LENGTH=…, APERTURE=…), in mm'
        )
    return length * u.mm


def _of_mount(camera: Device) -> float | None:
    mount = roles_of(camera.connection).find("telescope")
    if mount is None:
        return None
    scope = "GUIDER" if _guides(camera) else "TELESCOPE"
    return number(mount, "TELESCOPE_INFO", f"{scope}_FOCAL_LENGTH")


def _guides(camera: Device) -> bool:
    """Whether it is the camera on the guide scope, and not the only one."""
    roles = roles_of(camera.connection)
    return roles.find("guide_camera") is camera and roles.find("camera") is not camera


def scale(pixel: u.Quantity, length: u.Quantity) -> u.Quantity:
    """Return the angle that a pixel sees: of one that is not square, the side of a square one.

    Examples
    --------
    >>> round(scale([5.2, 5.2] * u.micron, 900 * u.mm), 3)
    <Quantity 1.192 arcsec / pix>
    """
    side = (pixel[0] * pixel[1]) ** 0.5
    return (side / length).to(u.arcsec, u.dimensionless_angles()) / u.pix


def field(size: u.Quantity, length: u.Quantity) -> u.Quantity:
    """Return the angles that a chip sees, across and down.

    Examples
    --------
    >>> field([36, 24] * u.mm, 50 * u.mm).to(u.deg).round(1)
    <Quantity [39.6, 27. ] deg>
    """
    return 2 * np.arctan(size / (2 * length)).to(u.arcmin)
