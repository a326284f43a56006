"""Frame: an image that a camera returned."""

import re
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from astropy import units as u
from astropy.io import fits
from astropy.nddata import CCDData
from astropy.visualization import BaseInterval, BaseStretch
from astropy.wcs import WCS

from indinb import display
from indinb.images.blobs import decode
from indinb.images.fitsfile import read_fits
from indinb.images.image import Geometry, Image
from indinb.images.naming import exposure, file_name, frame_type
from indinb.images.stretch import (
    AUTO,
    LONGEST,
    encode_png,
    factors,
    normalization,
    shrink,
    to_bytes,
)
from indinb.protocol.messages import Blob

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WCS_KEYWORD = re.compile(
    r"(CTYPE|CUNIT|CRVAL|CRPIX|CDELT|CROTA)\d|(CD|PC|PV)\d+_\d+"
    r"|(A|B|AP|BP)_(ORDER|DMAX|\d+_\d+)|WCSAXES|LONPOLE|LATPOLE|MJDREF"
)
_SIP_ORDERS = 10  # of distortion are defined, from 0; astropy would count up to any number


class Frame(CCDData):  # type: ignore[misc]  # astropy has no types
    """An image that a camera returned: a `~astropy.nddata.CCDData` that can show itself.

    The pixels stay as they were sent, most often uint16. Arithmetic promotes them to float32
    (wide integers to float64), since uint16 would wrap: 5 - 10 = 65531. ``+ - * /`` are CCDData's
    `add`, `subtract`, `multiply` and `divide`, so units count: subtract ``100 * u.adu``, not 100.
    The result has the header of the first operand.

    Parameters
    ----------
    *args, **kwargs
        As for CCDData; but frames usually come from a camera, `from_blob` or `from_fits`.

    Attributes
    ----------
    path : pathlib.Path or None
        The file that it was last saved to, or read from.
    server_path : pathlib.PurePosixPath or None
        The file that the camera's driver has saved it to on the server's machine, if it did.

    Examples
    --------
    >>> light = Frame(np.full((2, 3), 5, np.uint16), unit="adu", header={"EXPTIME": 2.0})
    >>> dark = Frame(np.full((2, 3), 10, np.uint16), unit="adu")
    >>> light
    <Frame 3x2 uint16, 2 s>
    >>> float((light - dark).data.min())
    -5.0
    """

    path: Path | None = None
    server_path: PurePosixPath | None = None

    @classmethod
    def from_blob(cls, blob: Blob, geometry: Geometry | None = None) -> Self:
        """Make a frame of what a camera sent.

        Parameters
        ----------
        blob : Blob
            The image.
        geometry : Geometry, optional
            The size of the image, for formats that do not tell it: ``.bin`` and ``.stream``.

        Returns
        -------
        Frame
            In adu, unless the header says otherwise. If the header has a celestial WCS, that is
            its `wcs`, and the keywords of it leave the header, as with ``CCDData.read``.

        Raises
        ------
        ImageError
            If the format is not known, or the BLOB is damaged.
        """
        return cls._from_image(decode(blob, geometry))

    @classmethod
    def from_fits(cls, source: bytes | memoryview | str | PathLike[str]) -> Self:
        """Read the first image of a FITS file (``Frame.read`` also reads mask and uncertainty).

        Parameters
        ----------
        source : bytes-like or path-like
            The contents of the file, or its name; ``~`` is the home folder.

        Returns
        -------
        Frame
            As from `from_blob`.

        Raises
        ------
        ImageError
            If there is no image in it, or it is damaged.
        """
        if isinstance(source, bytes | bytearray | memoryview):
            return cls._from_image(read_fits(source))
        path = Path(source).expanduser().absolute()
        frame = cls._from_image(read_fits(path.read_bytes()))
        frame.path = path
        return frame

    @classmethod
    def _from_image(cls, image: Image) -> Self:
        wcs = _take_wcs(image.header)
        return cls(image.data, header=image.header, wcs=wcs, unit=_unit(image.header))

    def __repr__(self) -> str:
        if not self.shape:
            return str(super().__repr__())  # of a mean or sum, the value matters
        size = "x".join(map(str, self.shape[::-1]))
        taken = " ".join(filter(None, (exposure(self.header, " s"), frame_type(self.header))))
        return f"<Frame {size} {self.dtype}{', ' if taken else ''}{taken}>"

    __str__ = __repr__

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.render(self)

    @property
    def _top_down(self) -> bool:
        return str(self.header.get("ROWORDER")).strip().upper() == "TOP-DOWN"

    def to_png(
        self,
        interval: str | BaseInterval = AUTO,
        stretch: str | BaseStretch = "linear",
        longest: int = LONGEST,
    ) -> bytes:
        r"""Draw the frame, binned to the size of a screen.

        Parameters
        ----------
        interval : str or astropy.visualization.BaseInterval
            Black and white: ``"auto"`` (the sky is dark, and what is faint in it shows),
            ``"zscale"``, ``"percentile"`` (99.5 % of the pixels) or ``"minmax"``.
        stretch : str or astropy.visualization.BaseStretch
            In between: ``"linear"``, ``"sqrt"``, ``"asinh"`` or ``"log"``.
        longest : int
            Pixels on the longer side, at most.

        Returns
        -------
        bytes
            A PNG file. The first row is at the bottom, unless the header's ROWORDER is TOP-DOWN.

        Raises
        ------
        ImageError
            If the data are not an image, or no pixel is finite.

        Examples
        --------
        >>> Frame(np.eye(50), unit="adu").to_png("minmax", "log")[:4]
        b'\x89PNG'
        """
        values = shrink(self.data, longest)
        return encode_png(
            to_bytes(values, normalization(values, interval, stretch)), self._top_down
        )

    def plot(
        self,
        ax: "Axes | None" = None,
        interval: str | BaseInterval = AUTO,
        stretch: str | BaseStretch = "linear",
        **imshow: Any,
    ) -> "Axes":
        """Draw the frame with matplotlib, over the coordinates of the sky if it has a WCS.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; without, in a new figure.
        interval, stretch : str or object of astropy.visualization
            See `to_png`.
        **imshow
            Options of `matplotlib.axes.Axes.imshow`, like ``cmap="viridis"``.

        Returns
        -------
        matplotlib.axes.Axes
            In pixels of the frame, binned though they are shown; the first one is at (0, 0).

        Raises
        ------
        ImageError
            If the data are not an image, or no pixel is finite.

        Examples
        --------
        >>> from matplotlib.figure import Figure
        >>> axes = Frame(np.eye(50), unit="adu").plot(Figure().subplots(), cmap="viridis")
        >>> float(axes.get_xlim()[1])
        49.5
        """
        values = shrink(self.data)
        norm = normalization(values, interval, stretch)
        height, width = np.multiply(values.shape[-2:], factors(self.data))
        axes = self._new_axes() if ax is None else ax
        axes.imshow(
            np.moveaxis(to_bytes(values, norm), 0, -1) if values.ndim == 3 else values,
            origin="lower",  # WCS axes know no other: they are turned instead
            extent=(-0.5, width - 0.5, -0.5, height - 0.5),
            **{"norm": norm, "cmap": "gray", **imshow},
        )
        axes.yaxis.set_inverted(self._top_down)
        return axes

    def _new_axes(self) -> "Axes":
        from matplotlib import pyplot as plt

        axes: Axes = plt.figure().add_subplot(projection=self.wcs and self.wcs.celestial)
        return axes

    def save(self, path: str | PathLike[str] | None = None, overwrite: bool = False) -> Path:
        """Write the frame to a FITS file.

        Parameters
        ----------
        path : path-like, optional
            Where to; ``~`` is the home folder. In a folder (the current one by default) the name
            is made of object, frame type, filter, exposure and start in UTC.
        overwrite : bool
            Replace a file that is there already.

        Returns
        -------
        pathlib.Path
            The file written.

        Raises
        ------
        FileExistsError
            If the file is there and `overwrite` is not set.
        FileNotFoundError
            If its folder is not there.

        Examples
        --------
        >>> import tempfile
        >>> header = {"OBJECT": "M 31", "FRAME": "Light", "FILTER": "Red", "EXPTIME": 60.0,
        ...           "DATE-OBS": "2026-11-22T10:18:04.977"}
        >>> frame = Frame(np.zeros((2, 3), np.uint16), unit="adu", header=header)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     frame.save(folder).name
        'M-31_Light_Red_60s_2026-11-22T10-18-04.977.fits'
        """
        target = Path(path or "").expanduser().absolute()
        if target.is_dir():
            target /= file_name(self.header)
        if target.exists() and not overwrite:
            raise FileExistsError(f"{target} is there already; overwrite=True replaces it")
        # Drivers write cards that FITS forbids; no reason to lose the frame.
        self.to_hdu().writeto(target, output_verify="silentfix+ignore", overwrite=overwrite)
        self.path = target
        return target

    def _arithmetic(self, operation: Any, operand: Any, **options: Any) -> Any:
        # Called by CCDData for its four operations, and without operand for mean(), sum()...
        if operand is None:
            return super()._arithmetic(operation, operand, **options)
        images = [each.data.dtype for each in (self, operand) if each.data.ndim]
        dtype = np.result_type(np.float32, *images)
        left, right = _converted(self, dtype), _converted(operand, dtype)
        options.setdefault("handle_meta", "first_found")
        return super(Frame, left)._arithmetic(operation, right, **options)

    def __add__(self, other: Any) -> Any:
        return self.add(_number(other))

    def __sub__(self, other: Any) -> Any:
        return self.subtract(_number(other))

    def __mul__(self, other: Any) -> Any:
        return self.multiply(_number(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self.divide(_number(other))


def _converted(image: CCDData, dtype: np.dtype[Any]) -> Frame:
    converted = Frame(image)  # shares all but the pixels
    converted.data = image.data.astype(dtype, copy=False)
    return converted


def _number(operand: Any) -> Any:
    # CCDData would squeeze an int into uint16, which fails for -1.
    return float(operand) if isinstance(operand, int) else operand


def _take_wcs(header: fits.Header) -> WCS | None:
    """Move a celestial WCS out of a header: like this there is one truth, as in CCDData."""
    orders = [header.get(f"{which}_ORDER", 0) for which in ("A", "B", "AP", "BP")]
    if "CTYPE1" not in header or not all(order in range(_SIP_ORDERS) for order in orders):
        return None
    if "RADECSYS" in header:  # INDI writes it, and astropy warns of its old name
        header.setdefault("RADESYS", header.pop("RADECSYS"))
    try:
        wcs = WCS(header, fix=False)
        wcs.wcs.fix()  # which warns of nothing, while WCS.fix does
        wcs.wcs.set()
    except Exception:  # with a WCS that astropy cannot make sense of, it is still an image
        return None
    if not wcs.has_celestial:
        return None
    for keyword in filter(_WCS_KEYWORD.fullmatch, set(header)):
        header.remove(keyword, remove_all=True)
    return wcs


def _unit(header: fits.Header) -> u.UnitBase:
    try:
        return u.Unit(header.get("BUNIT", "adu"))
    except (ValueError, TypeError):  # "ADU" is one of those
        return u.adu
