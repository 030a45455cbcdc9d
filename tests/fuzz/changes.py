"""What makes a right input a wrong one."""

from random import Random

SIGNS = "[](){},.;:-+eE0123456789 \t\n\r#'\"\\/x_=<>%$&|*?!~^`@"
SIGNS += "\x01\x0b\x0c\x1b\x1c\x7f\x85\xa0 \u2028\ufeff\u200b\u202e×−·∞é中\U0001f600\udcff\ud800"
INTERESTING = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1)


def spoilt(random: Random, text: str) -> str:
    """A text with some signs changed, or none."""
    for _ in range(random.choice((0, 1, 1, 1, 2, 3, 8))):
        at = random.randint(0, len(text))
        end = min(len(text), at + random.choice((0, 1, 1, 2, 5, 20)))
        put = "".join(random.choices(SIGNS, k=random.choice((0, 1, 1, 1, 2, 4))))
        if random.random() < 0.05:
            put = (text[at:end] or random.choice(SIGNS)) * random.choice((10, 100, 1500))
        text = text[:at] + put + text[end:]
    return text


def damaged(random: Random, content: bytes) -> bytes:
    """Bytes of which some are others, lack, or are there twice."""
    made = bytearray(content)
    for _ in range(random.choice((1, 1, 1, 2, 3, 6, 20))):
        at = random.randrange(len(made)) if made else 0
        end = min(len(made), at + random.choice((1, 1, 2, 4, 8, 16, 100)))
        match random.randrange(7):
            case 0:
                made[at:end] = random.randbytes(end - at)
            case 1 | 2:
                width = random.choice((1, 2, 4, 8))
                value = random.choice(INTERESTING) % 256**width
                made[at : at + width] = value.to_bytes(width, random.choice(("little", "big")))
            case 3:
                del made[at : random.choice((end, len(made)))]
            case 4:
                made[at:at] = made[at:end] * random.choice((1, 2, 50))
            case 5:
                made[at:at] = random.randbytes(end - at)
            case 6 if made:
                made[at] ^= 1 << random.randrange(8)
    return bytes(made[:200_000])
