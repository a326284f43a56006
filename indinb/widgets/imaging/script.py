"""The browser's half of the viewer."""

from indinb.widgets.module import module, style

SCRIPT = module("elements.js", "night.js", "viewer.js")
STYLE = style("theme.css", "viewer.css")
