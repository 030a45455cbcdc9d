"""The two sides of what meets element by element."""

from tests.explain import at, explained

MESSAGE = "RuntimeError: The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}"


def test_a_filled_mask_is_named_with_what_it_masks() -> None:
    fills = ["e = e.masked_fill(mask, 0)", "e.masked_fill_(mask, 0)", "e = torch.where(mask, e, zero)"]
    sides = [list(explained(at(line, MESSAGE.format(4, 9, 3))).rule.operands()) for line in fills]
    assert [[name for name, _ in each] for each in sides] == [["mask", "e"], ["e", "mask"], ["mask", "e"]]
