"""Understand convolution: real PyTorch layers, explained number by number."""

__version__ = "0.1.0"
