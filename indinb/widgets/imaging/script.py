"""The viewer's half in the browser, as one text."""

from indinb.widgets.module import module, style

SCRIPT = module(
    "elements.js",
    "night.js",
    "viewer_levels.js",
    "viewer_geometry.js",
    "viewer_sky.js",
    "viewer_scene.js",
    "viewer_store.js",
    "viewer_overlay.js",
    "viewer_gestures.js",
    "viewer_stage.js",
    "viewer_histogram.js",
    "viewer_tools.js",
    "viewer_readout.js",
    "viewer.js",
)
STYLE = style("theme.css", "viewer.css")
