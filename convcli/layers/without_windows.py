"""Enters the layers that have no command of their own, for whole networks; the others do without them."""

from convcli.layers import norms, paddings, pointwise, reshapings  # noqa: F401  (they enter their layers)
