import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.protocol.messages import Define
from indinb.protocol.numbers import format_number, number_text, parse_number, scan_sexagesimal
from indinb.protocol.vocabulary import Kind
from tests.captures import DEFINITIONS, capture, read, sexagesimal_vectors
from tests.protocol.strategies import moderately

finite = st.floats(allow_nan=False, allow_infinity=False)


FORMATTED = sexagesimal_vectors()["format"]


@pytest.mark.parametrize("format", sorted({format for format, _, _ in FORMATTED}))
def test_sexagesimal_looks_as_libindi_writes_it(format):
    expected = [(value, text) for name, value, text in FORMATTED if name == format]
    assert [(value, format_number(value, format)) for value, _ in expected] == expected


@pytest.mark.parametrize(("text", "value"), sexagesimal_vectors()["scan"])
def test_numbers_are_read_as_libindi_reads_them(text, value):
    if value is None:
        with pytest.raises(ValueError, match=r"is not a number: write 12\.5 or 12:30:00"):
            scan_sexagesimal(text)
    else:
        assert scan_sexagesimal(text) == pytest.approx(value, rel=1e-15, nan_ok=True)


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("%10.9m", "12:34:56.70"),  # the whole part overflows its one column
        ("%13.9m", "  12:34:56.70"),
        ("%013.9m", "  12:34:56.70"),
        ("%10.8m", "12:34:56.7"),
        ("%11.8m", " 12:34:56.7"),
        ("%9.6m", " 12:34:57"),
        ("%10.6m", "  12:34:57"),
        ("%8.5m", " 12:34.9"),
        ("%6.3m", " 12:35"),
        ("%6.4m", "12:35"),
        ("%7.7m", "12:35"),
    ],
)
def test_fraction_of_a_sexagesimal_format_chooses_its_unit(format, text):
    assert format_number(12 + 34 / 60 + 56.7 / 3600, format) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (23.9999999, "  24:00:00"),
        (0.99999, "   1:00:00"),
        (-0.99999, "  -1:00:00"),
        (-1e-7, "  -0:00:00"),
        (-0.0, "   0:00:00"),
        (-0.5, "  -0:30:00"),
        (123456.5, "123456:30:00"),
    ],
)
def test_sexagesimal_carries_and_signs(value, text):
    assert format_number(value, "%10.6m") == text


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("%g", "12.5"),
        ("%.f", "12"),
        ("%3.0f", " 12"),
        ("%4.0f", "  12"),
        ("%5.2f", "12.50"),
        ("%6.2f", " 12.50"),
        ("%.20g", "12.5"),
        ("%.2f", "12.50"),
        ("%8.5f", "12.50000"),
        ("%1.0f", "12"),
        ("%d", "12"),
        ("%i", "12"),
        ("%u", "12"),
        ("%lf", "12.500000"),
        ("%+.1f", "+12.5"),
        ("%-8.1f", "12.5    "),
        ("%08.1f", "000012.5"),
        ("% .1f", " 12.5"),
        ("%e", "1.250000e+01"),
        ("%G", "12.5"),
        ("%.1f%%", "12.5%"),
        ("about %.1f mm", "about 12.5 mm"),
    ],
)
def test_printf_formats(format, text):
    assert format_number(12.5, format) == text


@pytest.mark.parametrize(
    "format",
    [
        "",
        "%",
        "%%",
        "plain",
        "%s",
        "%r",
        "%a",
        "%c",
        "%n",
        "%p",
        "%x",
        "%o",
        "%X",
        "%m",
        "%.m",
        "%10.m",
        "%(x)s",
        "%(x)f",
        "%*d",
        "%.*f",
        "%1$f",
        "%g %g",
        "%d%n",
        "%hhd",
        "%Lf",
        "%llf",
        "%999999999d",
        "%.999999999f",
        "%999.999m",
        "{0}",
        "%\0f",
    ],
)
def test_unusable_formats_are_taken_as_g(format):
    assert format_number(12.5, format) == "12.5"


def test_hostile_widths_cost_no_time():
    begin = time.perf_counter()
    for format in ("%" + "9" * 100_000 + "d", "%%" * 50_000, "%" + "0" * 100_000, "%" * 99_999):
        assert format_number(1.0, format) == "1"
    assert time.perf_counter() - begin < 2


@pytest.mark.parametrize("format", ["%g", "%5.2f", "%d", "%i", "%10.6m", "%6.3m", "%x", ""])
@pytest.mark.parametrize(("value", "text"), [(math.nan, "nan"), (math.inf, "inf")])
def test_nan_and_infinity_are_shown(format, value, text):
    assert format_number(value, format).strip() == text
    assert format_number(-value, format).strip() in (f"-{text}", "nan")


def test_numbers_too_large_for_minutes_are_taken_as_g():
    assert format_number(1e308, "%10.9m") == "1e+308"


@moderately
@given(st.floats(), st.text())
def test_any_text_is_a_format(value, format):
    assert isinstance(format_number(value, format), str)


@moderately
@given(st.floats(), st.from_regex(r"%[-+ 0#]{0,3}[0-9]{0,4}(\.[0-9]{0,4})?l{0,3}[a-zA-Z]"))
def test_anything_like_a_format_is_a_format(value, format):
    assert isinstance(format_number(value, format), str)


def formats_of(name):
    definitions = (message for message in read(capture(name)) if isinstance(message, Define))
    numbers = (vector for vector in definitions if vector.kind is Kind.NUMBER)
    return {member.format for vector in numbers for member in vector.members}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_formats_of_real_drivers_show_what_they_should(name):
    for format in formats_of(name):
        shown = format_number(12.0, format)
        assert scan_sexagesimal(shown) == 12


@moderately
@given(st.floats(-1e6, 1e6), st.sampled_from([(9, 360_000), (8, 36_000), (6, 3600), (3, 60)]))
def test_sexagesimal_is_read_back_to_its_precision(value, precision):
    fraction, units_per_whole = precision
    shown = format_number(value, f"%10.{fraction}m")
    assert scan_sexagesimal(shown) == pytest.approx(value, abs=0.50001 / units_per_whole)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.5", 12.5),
        (" 12.5\n", 12.5),
        ("5.2000000000000001776", 5.2),
        ("1e-3", 0.001),
        ("-0:30", -0.5),
        ("-12:30:36", -12.51),
        ("12;34", 12 + 34 / 60),
        ("12h34m56s", 12 + 34 / 60 + 56 / 3600),
        ("12,5", 12.5),
        ("-0,25", -0.25),
        (",5", 0.5),
        ("\n-0:30\n", -0.5),
        ("0x10", 16),
        ("5abc", 5),
        ("inf", math.inf),
        ("-inf", -math.inf),
    ],
)
def test_numbers_are_read_in_many_forms(text, value):
    assert parse_number(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["nan", "-nan", "NaN"])
def test_nan_is_read(text):
    assert math.isnan(parse_number(text))


@pytest.mark.parametrize(
    ("text", "value"), [("12,30:36", 12.51), ("12,30.6", 12.51), ("12,30,36", 12.51)]
)
def test_a_comma_among_other_marks_separates(text, value):
    assert parse_number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", " ", "abc", "N12:30", ":30", "-", "---1", "None"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="is not a number"):
        parse_number(text)


def test_only_the_first_127_characters_count():
    assert scan_sexagesimal("1" + "0" * 200) == 1e126
    assert scan_sexagesimal("0:30" + " " * 200 + ":30") == 0.5


def is_read_or_refused(text):
    try:
        return isinstance(parse_number(text), float)
    except ValueError as error:
        return "is not a number" in str(error)


@moderately
@given(st.text())
def test_any_text_is_a_number_or_refused(text):
    assert is_read_or_refused(text)


@moderately
@given(st.text("0123456789 +-.,:;xXeEnNaAiIfF", max_size=140))
def test_anything_like_a_number_is_a_number_or_refused(text):
    assert is_read_or_refused(text)


def test_reading_is_quick_whatever_comes():
    begin = time.perf_counter()
    for text in ("1" * 1_000_000, "1:" * 500_000, "1 " * 500_000, "1e" * 500_000, " " * 1_000_000):
        assert is_read_or_refused(text)
    assert time.perf_counter() - begin < 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (-10, "-10"),
        (5.2, "5.2"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-7, "0.0000001"),
        (-1.5e-10, "-0.00000000015"),
        (1e16, "10000000000000000"),
        (1e22, "10000000000000000000000"),
        (True, "1"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
    ],
)
def test_numbers_for_the_wire(value, text):
    assert number_text(value) == text


@moderately
@given(finite)
def test_a_number_for_the_wire_is_exact_and_has_no_exponent(value):
    text = number_text(value)
    assert float(text) == value
    assert set(text) <= set("-.0123456789")


@moderately
@given(st.floats(1e-90, 1e90) | st.floats(-1e90, -1e-90))
def test_drivers_read_exactly_what_was_written(value):
    """Beyond these magnitudes the text is longer than the 127 characters that they read."""
    assert scan_sexagesimal(number_text(value)) == value


@moderately
@given(st.integers(-(2**53), 2**53))
def test_whole_numbers_have_no_point(value):
    assert number_text(value) == number_text(float(value)) == str(value)
