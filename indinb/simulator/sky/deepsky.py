"""Galaxies, nebulae and the glow of globular clusters, of OpenNGC: light that is not stars."""

from dataclasses import dataclass, replace

import numpy as np

from indinb.simulator.astrometry import Vectors, cone, unit_vectors
from indinb.simulator.sky.clusters import GLOBULAR
from indinb.simulator.sky.ongc import Entry, entries


@dataclass(frozen=True, slots=True, eq=False)
class Extended:
    """An object that covers some sky.

    Parameters
    ----------
    name : str
        As in OpenNGC: ``"NGC0224"``.
    kind : str
        ``"galaxy"``, ``"nebula"``, ``"planetary nebula"``, ``"supernova remnant"`` or
        ``"globular cluster"``.
    direction : numpy.ndarray
        ICRS unit vector, shape (3,).
    major, minor : float
        Whole axes in arcminutes; of galaxies where they are as dark as 25 mag/arcsec² in B.
    angle : float or None
        Position angle of the major axis in degrees, north to east; None where it is not known.
    magnitude : float
        V of all its light.
    profile : str
        How the light falls off: ``"disc"``, ``"spheroid"`` or ``"nebula"``.
    emission : str
        What shines, for filters: ``"continuum"`` (stars), ``"reflection"`` (the light of hot
        stars on dust), or the lines of ``"hydrogen"`` or ``"oxygen"``.
    """

    name: str
    kind: str
    direction: Vectors
    major: float
    minor: float
    angle: float | None
    magnitude: float
    profile: str
    emission: str


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    profile: str
    emission: str
    size: float  # arcmin, where none is listed
    darkness: float  # mag/arcsec², mean over the size, where no magnitude is listed


_NEBULA = _Kind("nebula", "nebula", "hydrogen", size=5, darkness=23.5)
_REFLECTION = replace(_NEBULA, emission="reflection")
_KINDS = {
    "G": _Kind("galaxy", "disc", "continuum", size=0.7, darkness=22.1),
    "GCl": _Kind("globular cluster", "spheroid", "continuum", size=5, darkness=21),
    "PN": _Kind("planetary nebula", "nebula", "oxygen", size=0.5, darkness=20),
    "SNR": _Kind("supernova remnant", "nebula", "hydrogen", size=20, darkness=24),
    "RfN": _REFLECTION,
    "Neb": _NEBULA,
    "EmN": _NEBULA,
    "HII": _NEBULA,
    "Cl+N": _NEBULA,
}
"""By OpenNGC's types. Not here: stars, open clusters (all stars), dark nebulae, what does not
exist or is listed twice, and groups of galaxies, whose members have entries of their own."""

REFLECTING = frozenset(
    {
        *("NGC1333", "IC0348"),  # in Perseus
        *("NGC1432", "NGC1435"),  # around Maia and Merope in the Pleiades
        *("NGC1973", "NGC1975", "NGC1977"),  # north of the Orion Nebula
        "NGC2071",  # beside M78
        "IC0447",  # in Monoceros
        *("IC4601", "IC4603", "IC4604", "IC4605"),  # around rho Ophiuchi
        *("NGC7023", "NGC7129"),  # in Cepheus
    }
)
"""Nebulae that are blue, as they reflect the light of their stars, though OpenNGC's type for them
is a general one or that of glowing hydrogen.

For reflection nebulae see van den Bergh 1966 (AJ 71, 990) and the merged catalogue of Magakian
2003 (A&A 399, 141). Some hydrogen glows in a few of them, as in NGC 1977; it is left out.
"""


class DeepSky:
    """Extended objects by direction.

    What OpenNGC does not know is filled in: a usual size for the kind, a round shape, and the
    magnitude that this size has at the kind's usual surface brightness.

    Examples
    --------
    >>> (m57,) = DeepSky().extended(unit_vectors(283.396, 33.029), radius=0.01)
    >>> m57.name, m57.kind, m57.major, m57.magnitude
    ('NGC6720', 'planetary nebula', 1.27, 8.8)
    """

    def __init__(self) -> None:
        listed = entries(*_KINDS)
        self._directions = unit_vectors([row.ra for row in listed], [row.dec for row in listed])
        self._objects = list(map(_extended, listed, self._directions))
        self._radii = np.array([thing.major / 2 / 60 for thing in self._objects])

    def extended(self, center: Vectors, radius: float) -> list[Extended]:
        """Objects that reach into a cone: `center` is an ICRS unit vector, radius in degrees."""
        near = np.flatnonzero(cone(self._directions, center, radius + self._radii))
        return [self._objects[index] for index in near]


def _extended(entry: Entry, direction: Vectors) -> Extended:
    kind = _KINDS[entry.type]
    major = entry.major or kind.size
    minor = entry.minor or major
    return Extended(
        name=entry.name,
        kind=kind.name,
        direction=direction,
        major=major,
        minor=minor,
        angle=entry.angle,
        magnitude=_magnitude(entry, kind.darkness, major, minor),
        profile="spheroid" if _is_early(entry) else kind.profile,
        emission=_REFLECTION.emission if entry.name in REFLECTING else kind.emission,
    )


def _magnitude(entry: Entry, darkness: float, major: float, minor: float) -> float:
    total = entry.magnitude
    if entry.type == "GCl":
        return GLOBULAR.glow(GLOBULAR.usual if total is None else total)
    if total is None or _is_all_stars(entry):
        return float(darkness - 2.5 * np.log10(np.pi / 4 * major * minor * 3600))
    return total


def _is_all_stars(entry: Entry) -> bool:
    """Whether the light listed for a cluster with nebula is that of its stars.

    So it is where the size is that of a cluster, which has one diameter; that of a nebula has two.
    """
    return entry.type == "Cl+N" and entry.minor is None


def _is_early(entry: Entry) -> bool:
    """Whether a galaxy is elliptical or lenticular (S0, but not S0-a on the way to spirals)."""
    return entry.hubble.startswith("E") or entry.hubble == "S0"
