"""indinb: the observatory in a notebook."""
