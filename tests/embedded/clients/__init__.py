"""Other clients' programs: each connects, slews, exposes, and prints how many bytes it got."""
