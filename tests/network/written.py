"""Models as people write them, each with an input's size: what is read of them has to be what torch makes of them."""

from collections import OrderedDict
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn


class Ordered(nn.Module):
    """The batch's size is asked of the input, not of what came of it."""

    size = (1, 28, 28)

    def __init__(self) -> None:
        super().__init__()
        named = [
            ("conv1", nn.Conv2d(1, 6, kernel_size=(5, 5), padding=2)),
            ("relu1", nn.ReLU()),
            ("pool", nn.MaxPool2d(2)),
        ]
        self.features = nn.Sequential(OrderedDict(named))
        self.classifier = nn.Sequential(OrderedDict([("fc1", nn.Linear(6 * 14 * 14, 12)), ("act", nn.Tanh())]))

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        output = self.features(picture)
        output = output.view(picture.size(0), -1)
        return self.classifier(output)  # type: ignore[no-any-return]


class Words(nn.Module):
    """A pooling as wide as the text is long."""

    size = (20,)

    def __init__(self, words: int = 50, width: int = 8, filters: int = 5) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width, padding_idx=0)
        self.conv = nn.Conv1d(width, filters, kernel_size=3)
        self.fc = nn.Linear(filters, 2)

    def forward(self, text: torch.Tensor) -> torch.Tensor:
        x = self.embedding(text).permute(0, 2, 1)
        x = F.relu(self.conv(x))
        x = F.max_pool1d(x, x.shape[2]).squeeze(2)
        return self.fc(F.dropout(x, training=self.training))  # type: ignore[no-any-return]


class Together(nn.Module):
    """Lists gone through side by side, and counted."""

    size = (2, 50)

    def __init__(self, depth: int = 3, channels: int = 4, kernel: int = 3) -> None:
        super().__init__()
        widths = [2, *[channels] * depth]
        self.convs = nn.ModuleList(
            nn.Conv1d(one, other, kernel, dilation=2**i, padding=(kernel - 1) * 2**i // 2)
            for i, (one, other) in enumerate(zip(widths[:-1], widths[1:], strict=True))  # noqa: RUF007
        )
        self.norms = nn.ModuleList()
        for _ in range(depth):
            self.norms.append(nn.BatchNorm1d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = torch.relu(norm(conv(x)))
        for i, conv in enumerate(self.convs):
            if i > 0:
                x = conv(x)
        return x


class Held(nn.Module):
    """What the class holds, names put together, and an average over what is left."""

    size = (3, 20, 18)
    KERNELS = (5, 3, 3)

    def __init__(self) -> None:
        super().__init__()
        for i in range(3):
            setattr(self, f"conv{i}", nn.Conv2d(3, 3, self.KERNELS[i]))
        self.last: Any = nn.Linear(3, Held.KERNELS[0])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for i in range(3):
            x = getattr(self, f"conv{i}")(x)
        x *= 2
        x = F.avg_pool2d(x, x.size()[2:])
        x = F.avg_pool2d(x, (x.size(2), x.size(3)))
        batch = x.size(0)
        return self.last(x.relu().view(batch, 3))  # type: ignore[no-any-return]


class Decoder(nn.Module):
    """From a vector to a picture."""

    size = (16,)

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.fc = nn.Linear(16, width * 8 * 3 * 3)
        self.width = width
        up = [nn.ConvTranspose2d(width * 8, width, 4, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(True)]
        up += [nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)]
        up.extend([nn.ConvTranspose2d(width, 3, 3, stride=2, padding=1, output_padding=1), nn.Sigmoid()])
        self.main = nn.Sequential(*up)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.main(self.fc(z).view(-1, self.width * 8, 3, 3))  # type: ignore[no-any-return]


class Wrong(nn.Module):
    """Its matrix has other features than come."""

    size = (1, 28, 28)

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 10, kernel_size=5)
        self.drop = nn.Dropout2d()
        self.fc = nn.Linear(300, 50)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(F.max_pool2d(self.drop(self.conv(x)), 2))
        x = x.view(x.shape[0], -1)
        return F.log_softmax(self.fc(x), -1)


WRITTEN = (Ordered, Words, Together, Held, Decoder, Wrong)
