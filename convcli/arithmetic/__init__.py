"""Convolution arithmetic in plain integers, one axis at a time."""
