"""Names of people and places, some real and many made up of syllables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["MAIL_HOSTS", "STATES", "STREET_KINDS", "Vocabulary"]


def _listed(words: str) -> list[str]:
    return words.split()


_GIVEN = _listed("""
    james mary john patricia robert jennifer michael linda william elizabeth david barbara richard
    susan joseph jessica thomas sarah charles karen christopher lisa daniel nancy matthew betty
    anthony margaret mark sandra donald ashley steven kimberly paul emily andrew donna joshua
    michelle kenneth carol kevin amanda brian dorothy george melissa edward deborah ronald stephanie
    timothy rebecca jason sharon jeffrey laura ryan cynthia jacob kathleen gary amy nicholas angela
    eric jonathan shirley stephen anna larry brenda justin pamela scott emma brandon nicole benjamin
    helen samuel samantha gregory katherine frank christine alexander debra raymond rachel patrick
    carolyn jack janet dennis catherine jerry maria
""")
_NICKNAMES = dict(
    pair.split("=")
    for pair in _listed("""
    james=jim robert=bob michael=mike william=bill elizabeth=liz david=dave richard=rick joseph=joe
    thomas=tom charles=chuck christopher=chris daniel=dan matthew=matt anthony=tony margaret=peggy
    steven=steve kimberly=kim andrew=andy joshua=josh kenneth=ken edward=ed ronald=ron timothy=tim
    rebecca=becky jeffrey=jeff nicholas=nick jonathan=jon stephen=steve benjamin=ben samuel=sam
    gregory=greg katherine=kate alexander=alex raymond=ray patrick=pat jennifer=jen patricia=pat
    susan=sue jessica=jess deborah=deb catherine=cathy jacob=jake
""")
)
_SURNAMES = _listed("""
    smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez
    gonzalez wilson anderson thomas taylor moore jackson martin lee perez thompson white harris
    sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill
    flores green adams nelson baker hall rivera campbell mitchell carter roberts
""")
STREET_KINDS = _listed("street avenue road lane drive court place boulevard way terrace")
STATES = _listed("""
    al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny
    nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy
""")
MAIL_HOSTS = _listed("example.com mail.example post.example inbox.example web.example")
_SYLLABLES = [
    onset + rest
    for onset in _listed("b br c ch cr d dr f g gr h j k kl l m n p pr r s sh st t tr v w")
    for rest in _listed("a e i o u ai ea or an en in ar")
]
_GIVEN_ENDS = _listed("a o n na ra lyn das vin ne")
_SURNAME_ENDS = _listed("n son man ton ley ski ez ini er berg well ford sen ard ling more")
_STREET_ENDS = [*_SURNAME_ENDS, "wood", "field", "view", "gate"]
_CITY_ENDS = ["ville", "ton", "burg", " city", " falls", "port", "field", "ham"]


@dataclass(frozen=True)
class Vocabulary:
    """
    All names that people may have, the commonest first.

    Args:
        given, family, streets, cities: Distinct names.
        states: Position of each city's state in STATES.
        first_postcodes: Where each city's forty postcodes begin.
    """

    given: NDArray[np.str_]
    family: NDArray[np.str_]
    streets: NDArray[np.str_]
    cities: NDArray[np.str_]
    states: NDArray[np.int64]
    first_postcodes: NDArray[np.int64]

    @classmethod
    def make(cls, rng: np.random.Generator) -> Vocabulary:
        """1,500 given names, 30,000 surnames, 8,000 streets and 3,000 cities."""
        return cls(
            given=_names(rng, _GIVEN, 1_500, _GIVEN_ENDS),
            family=_names(rng, _SURNAMES, 30_000, _SURNAME_ENDS),
            streets=_names(rng, [], 8_000, _STREET_ENDS),
            cities=_names(rng, [], 3_000, _CITY_ENDS),
            states=rng.integers(0, len(STATES), 3_000),
            first_postcodes=rng.integers(1_000, 99_900, 3_000),
        )

    def given_names(self, rng: np.random.Generator, count: int) -> NDArray[np.str_]:
        """Given names; the commonest covers about one person in a hundred."""
        return self.given[_zipf(rng, len(self.given), count, 0.8)]

    def surnames(self, rng: np.random.Generator, count: int) -> NDArray[np.str_]:
        """Surnames; the commonest covers about 1.5 % of the persons."""
        return self.family[_zipf(rng, len(self.family), count, 0.8)]

    def street_names(self, rng: np.random.Generator, count: int) -> NDArray[np.str_]:
        """Streets, without number or kind."""
        return self.streets[_zipf(rng, len(self.streets), count, 0.4)]

    def draw_cities(self, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
        """Positions in `cities`."""
        return _zipf(rng, len(self.cities), count, 0.7)

    def nicknames_of(self, given: NDArray[np.str_]) -> NDArray[np.str_]:
        """What each is called for short: a nickname, or the first letter."""
        distinct, position = np.unique(given, return_inverse=True)
        return np.array([_NICKNAMES.get(name, name[:1]) for name in distinct])[position]


def _names(
    rng: np.random.Generator, real: list[str], count: int, ends: list[str]
) -> NDArray[np.str_]:
    """The real names, and made-up ones of one or two syllables up to `count`."""
    names = dict.fromkeys(real)
    while len(names) < count:
        sizes = rng.integers(1, 3, count)
        syllables = rng.integers(0, len(_SYLLABLES), (count, 2))
        endings = rng.integers(0, len(ends), count)
        for size, pair, end in zip(sizes, syllables, endings, strict=True):
            names["".join(_SYLLABLES[i] for i in pair[:size]) + ends[end]] = None
    return np.array(list(names)[:count])


def _zipf(rng: np.random.Generator, kinds: int, count: int, slope: float) -> NDArray[np.int64]:
    """Positions in which the i-th is drawn in proportion to i ** -slope."""
    reach = np.cumsum(np.arange(1, kinds + 1) ** -slope)
    return np.searchsorted(reach / reach[-1], rng.random(count)).clip(0, kinds - 1)
