"""The simulated devices, each a driver in a file of its own."""
