"""How soon a frame is on the screen: our viewer beside its peers, in one JupyterLab.

Each way to show a picture has a notebook. Time goes from the line of the cell that shows it, by
the kernel's clock, until the page has painted pixels that were not there before, by the page's
clock, which is the same: `probe.js` looks at each frame of the screen. So nobody has to co-operate.
All get the same frames, from the kernel's memory. matplotlib and JPEG by hand are told which values
to show as black and as white; astrowidgets and ours find them. Live pictures are pushed as fast as
a way can, by its own best practice, and those count that were on the screen. Ours come from a
camera, by INDI, which delivers some twenty a second, and wait for each other; nobody else's do.

`ways` are the notebooks, `kernel` is what they have at hand, `measuring` runs them, and `results`
makes them rows of the table.
"""
