"""Which part of what there is a panel shows."""

from indinb.client.model import Vector
from indinb.widgets.part import WHOLE, Part
from tests.client.fakes import DRIVER_INFO, FILTER_NAME, FRAME, TEMPERATURE, vector

VECTORS = [vector(of) for of in (DRIVER_INFO, FILTER_NAME, FRAME, TEMPERATURE)]


def names(vectors: list[Vector]) -> list[str]:
    return [one.definition.name for one in vectors]


def test_the_whole_is_everything() -> None:
    assert Part.of(None, None) == WHOLE
    assert WHOLE.of_these(VECTORS) == VECTORS


def test_groups_and_properties_both_have_to_fit() -> None:
    assert names(Part.of(["Filter"], None).of_these(VECTORS)) == ["FILTER_NAME"]
    assert names(Part.of(None, "CCD_FRAME").of_these(VECTORS)) == ["CCD_FRAME"]
    assert names(Part.of("Filter", ["CCD_FRAME"]).of_these(VECTORS)) == []
    assert names(Part.of("Filter", ["FILTER_NAME"]).of_these(VECTORS)) == ["FILTER_NAME"]


def test_no_names_are_no_properties() -> None:
    assert Part.of([], None).of_these(VECTORS) == []
    assert Part.of(None, []) != WHOLE


def test_a_name_is_the_same_as_a_list_of_one() -> None:
    assert Part.of("Filter", "CCD_FRAME") == Part.of(("Filter",), ["CCD_FRAME"])
    assert hash(Part.of("Filter", None)) == hash(Part.of(["Filter"], None))
