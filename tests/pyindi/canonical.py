"""Elements by what they mean."""

from lxml import etree


def canonical(sent: bytes) -> list:
    """Return elements by what they mean: attributes in any order, and texts without the spaces."""
    return [_meaning(element) for element in etree.fromstring(b"<all>%s</all>" % sent)]


def _meaning(element: etree._Element) -> tuple:
    members = [_meaning(member) for member in element]
    return element.tag, dict(element.attrib), (element.text or "").strip(), members
