"""Whole models: read from what people have, worked out layer by layer. Nothing of theirs is run but in ``running``."""
