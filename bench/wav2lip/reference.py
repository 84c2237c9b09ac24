"""Frames per second of Wav2Lip's network in PyTorch: reference.py SIZE THREADS BATCH [DEVICE DTYPE]. Built from the same tables as ours, with random weights."""

import json
import sys
import time

import torch
from torch import nn

SIZE, THREADS, BATCH = (int(word) for word in sys.argv[1:4])
DEVICE, DTYPE = sys.argv[4:6] or ("cpu", "float32")
RUNS = 5 if DEVICE == "cpu" else 40


class Unit(nn.Module):
    """A convolution, its normalisation and a rectifier."""

    def __init__(self, cin, cout, kernel, stride, padding, residual=False, transposed=False, extra=0):
        super().__init__()
        if transposed:
            layer = nn.ConvTranspose2d(cin, cout, kernel, stride, padding, extra)
        else:
            layer = nn.Conv2d(cin, cout, kernel, stride, padding)
        self.block = nn.Sequential(layer, nn.BatchNorm2d(cout))
        self.residual = residual

    def forward(self, value):
        out = self.block(value)
        return torch.relu(out + value if self.residual else out)


def c(cin, cout, kernel=3, stride=1, padding=1):
    return Unit(cin, cout, kernel, stride, padding)


def r(channels, count=1):
    return [Unit(channels, channels, 3, 1, 1, residual=True) for _ in range(count)]


def t(cin, cout):
    return Unit(cin, cout, 3, 2, 1, transposed=True, extra=1)


def spread(cin, cout, kernel):
    return Unit(cin, cout, kernel, 1, 0, transposed=True)


AUDIO = [
    c(1, 32), *r(32, 2), c(32, 64, 3, (3, 1)), *r(64, 2), c(64, 128, 3, 3), *r(128, 2),
    c(128, 256, 3, (3, 2)), *r(256), c(256, 512, 3, 1, 0), c(512, 512, 1, 1, 0),
]
ENCODER = [
    [c(6, 16, 7, 1, 3)], [c(16, 32, 3, 2), *r(32, 2)], [c(32, 64, 3, 2), *r(64, 3)], [c(64, 128, 3, 2), *r(128, 2)],
    [c(128, 256, 3, 2), *r(256, 2)], [c(256, 512, 3, 2), *r(512)],
]
LAST = [
    [t(768, 384), *r(384, 2)], [t(512, 256), *r(256, 2)], [t(320, 128), *r(128, 2)], [t(160, 64), *r(64, 2)],
]
if SIZE == 96:
    ENCODER += [[c(512, 512, 3, 1, 0), c(512, 512, 1, 1, 0)]]
    DECODER = [[c(512, 512, 1, 1, 0)], [spread(1024, 512, 3), *r(512)], [t(1024, 512), *r(512, 2)], *LAST]
else:
    ENCODER += [[c(512, 512, 3, 2), *r(512)], [c(512, 512, 4, 1, 0), c(512, 512, 1, 1, 0)]]
    DECODER = [
        [c(512, 512, 1, 1, 0)], [spread(1024, 512, 4), *r(512)], [t(1024, 512), *r(512)], [t(1024, 512), *r(512, 2)],
        *LAST,
    ]


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.audio = nn.Sequential(*AUDIO)
        self.encoder = nn.ModuleList(nn.Sequential(*block) for block in ENCODER)
        self.decoder = nn.ModuleList(nn.Sequential(*block) for block in DECODER)
        self.output = nn.Sequential(c(80, 32), nn.Conv2d(32, 3, 1))

    def forward(self, mel, face):
        skips = []
        for block in self.encoder:
            face = block(face)
            skips.append(face)
        value = self.audio(mel)
        for block in self.decoder:
            value = torch.cat((block(value), skips.pop()), 1)
        return torch.sigmoid(self.output(value))


def finish():
    if DEVICE != "cpu":
        torch.cuda.synchronize()


torch.set_num_threads(THREADS)
place = {"device": DEVICE, "dtype": getattr(torch, DTYPE)}
network = Network().eval().to(**place)
with torch.no_grad():
    mel, face = torch.rand(BATCH, 1, 80, 16).to(**place), torch.rand(BATCH, 6, SIZE, SIZE).to(**place)
    for _ in range(1 if DEVICE == "cpu" else 5):
        network(mel, face)
    times = []
    for _ in range(RUNS):
        finish()
        started = time.perf_counter()
        network(mel, face)
        finish()
        times.append(time.perf_counter() - started)
print(json.dumps({"fps": BATCH / sorted(times)[RUNS // 2], "version": torch.__version__}))
