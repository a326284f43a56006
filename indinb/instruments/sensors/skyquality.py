"""Sky quality meters."""

from astropy import units as u

from indinb.instruments.base import SKY_QUALITY, Instrument, instrument
from indinb.instruments.readings import number

_READINGS = "SKY_QUALITY"


@instrument(SKY_QUALITY)
class SkyQuality(Instrument):
    """A sky quality meter: how dark the sky is.

    INDI has no bit for its kind, so it is known by what it tells.

    Examples
    --------
    ::

        client.sky_quality.brightness
    """

    marks = (_READINGS,)

    @property
    def brightness(self) -> u.Quantity | None:
        """Brightness of the sky in mag/arcsec², darker is more; None while it is not known."""
        magnitudes = self._read("SKY_BRIGHTNESS")
        return None if magnitudes is None else magnitudes * u.mag / u.arcsec**2

    @property
    def temperature(self) -> u.Quantity | None:
        """Temperature of the sensor in °C; None while it is not known."""
        celsius = self._read("SKY_TEMPERATURE")
        return None if celsius is None else celsius * u.deg_C

    def _read(self, member: str) -> float | None:
        if _READINGS not in self.device:
            raise self.device.unknown(_READINGS)
        return number(self.device, _READINGS, member)
