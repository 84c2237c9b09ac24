"""Draws training chunks: log-mel levels of clips, disturbed in mel power so that no sound has to be made again."""

import json
import os

import numpy as np

BANDS = 40
CHUNK = 300  # frames: 3 s
FLOOR = 1e-8  # as in the features


def load_shard(folder, name):
    """Levels [frames, 40] as stored by the features (v = (ln M + 9) / 4), labels [frames], and the index of clips."""
    levels = np.fromfile(os.path.join(folder, name + ".levels.f16"), np.float16).reshape(-1, BANDS)
    labels = np.fromfile(os.path.join(folder, name + ".labels.i8"), np.int8)
    with open(os.path.join(folder, name + ".json")) as file:
        return levels, labels, json.load(file)


def take(shard, keep):
    """The clips of a shard for which keep(clip) holds, joined."""
    levels, labels, index = shard
    spans = [slice(clip["start"], clip["start"] + clip["count"]) for clip in index if keep(clip)]
    if not spans:
        return None
    return np.concatenate([levels[s] for s in spans]), np.concatenate([labels[s] for s in spans])


def shift_labels(source, frames):
    """Corpora place boundaries differently; a positive number of frames moves labels later."""
    levels, labels = source
    moved = np.full_like(labels, -1)
    if frames >= 0:
        moved[frames:] = labels[: len(labels) - frames]
    else:
        moved[:frames] = labels[-frames:]
    return levels, moved


def slow_mean(levels, before):
    """The features' running mean of each band (0.99, 0.01) over [batch, frames, bands], from `before` [batch, bands]."""
    means = np.empty_like(levels)
    mean = before
    for frame in range(levels.shape[1]):
        mean = 0.99 * mean + 0.01 * levels[:, frame]
        means[:, frame] = mean
    return means


class Drawer:
    """Endless batches from weighted sources."""

    def __init__(self, sources, weights, seed, blurred=0.7, fastest=1.5):
        self.sources = sources
        self.weights = np.array(weights, np.float64) / np.sum(weights)
        self.random = np.random.default_rng(seed)
        self.blurred = blurred
        self.fastest = fastest
        # Flicker of narrow-band noise power: few independent bins in low bands, many in high ones.
        shape = np.linspace(1.0, 6.0, BANDS)
        self.flicker = (self.random.gamma(shape, 1 / shape, (60_000, BANDS))).astype(np.float32)
        self.warps = [self.warp_matrix(self.random.uniform(0.8, 1.18)) for _ in range(200)]
        self.cosines = np.cos(np.pi * np.outer(np.arange(1, 5), (np.arange(BANDS) + 0.5) / BANDS)).astype(np.float32)

    def warp_matrix(self, ratio):
        """Reads band i of a voice whose formants are `ratio` times higher, each formant a little off on its own."""
        low, high = 1127 * np.log(1 + 60 / 700), 1127 * np.log(1 + 7600 / 700)
        step = (high - low) / (BANDS + 1)
        hertz = 700 * (np.exp((low + step * np.arange(1, BANDS + 1)) / 1127) - 1)
        place = (1127 * np.log(1 + hertz / ratio / 700) - low) / step - 1
        waves = np.sin(np.pi * np.outer(np.arange(1, 5), np.arange(BANDS) / (BANDS - 1)))
        place = np.clip(place + self.random.normal(0, [0.6, 0.5, 0.4, 0.3]) @ waves, 0, BANDS - 1)
        left = np.minimum(place.astype(int), BANDS - 2)
        matrix = np.zeros((BANDS, BANDS), np.float32)
        matrix[left, np.arange(BANDS)] = 1 - (place - left)
        matrix[left + 1, np.arange(BANDS)] += place - left
        return matrix

    def cut(self, tempo=1.0):
        """A stretch of one source played at a tempo: ln power [CHUNK, 40] and labels [CHUNK]."""
        levels, labels = self.sources[self.random.choice(len(self.sources), p=self.weights)]
        span = int(CHUNK * tempo) + 2
        start = self.random.integers(0, len(labels) - span)
        place = np.arange(CHUNK) * tempo
        left = place.astype(int)
        right = (place - left).astype(np.float32)[:, None]
        piece = levels[start : start + span].astype(np.float32)
        piece = piece[left] * (1 - right) + piece[left + 1] * right if tempo != 1.0 else piece[:CHUNK]
        return 4 * piece - 9, labels[start : start + span][np.round(place).astype(int)]

    def noise(self, power):
        """Coloured noise that flickers, sometimes under a moving envelope; its level is relative to the chunk's speech."""
        r = self.random
        start = r.integers(0, len(self.flicker) - CHUNK)
        colour = np.exp(r.normal(0, 1.2) * self.cosines[0] + r.normal(0, [0.8, 0.6, 0.5]) @ self.cosines[1:])
        noise = self.flicker[start : start + CHUNK] * colour.astype(np.float32)
        if r.random() < 0.3:
            knots = np.exp(r.normal(0, 1.2, CHUNK // 10 + 2))
            noise = noise * np.interp(np.arange(CHUNK) / 10, np.arange(len(knots)), knots)[:, None]
        ratio = r.uniform(-3, 45) if r.random() < 0.6 else r.uniform(25, 60)
        return noise * (power / noise.sum(1).mean() * 10 ** (-ratio / 10))

    def blur(self, logs):
        """Makes a crisp synthetic voice slur: undershoot in time, wider formants, an uneven spectrum, a room's decay."""
        r = self.random
        if r.random() < 0.5:
            share = r.uniform(0.05, 0.3)
            for _ in range(r.integers(1, 4)):
                logs[1:-1] += share * (logs[:-2] + logs[2:] - 2 * logs[1:-1])
        mel = np.exp(logs)
        if r.random() < 0.5:
            share = r.uniform(0.02, 0.25)
            mel[:, 1:-1] += share * (mel[:, :-2] + mel[:, 2:] - 2 * mel[:, 1:-1])
        if r.random() < 0.5:
            decay = 10 ** (-0.06 / r.uniform(0.1, 0.7))  # 60 dB within 0.1 to 0.7 s
            wet = 10 ** (r.uniform(-20, -3) / 10)
            tail = np.zeros(BANDS, np.float32)
            for frame in range(CHUNK):
                direct = mel[frame].copy()
                mel[frame] += wet * tail
                tail = decay * tail + (1 - decay) * direct
        logs = np.log(mel + 1e-12)
        if r.random() < 0.5:
            logs += r.normal(0, r.uniform(0.1, 0.6), logs.shape).astype(np.float32)
        return logs

    def chunk(self):
        r = self.random
        logs, labels = self.cut(r.uniform(0.8, self.fastest) if r.random() < 0.6 else 1.0)
        if r.random() < 0.7:
            logs = logs @ self.warps[r.integers(len(self.warps))]
        if r.random() < 0.8:
            logs = logs + r.normal(0, [1.2, 0.8, 0.5, 0.4]).astype(np.float32) @ self.cosines
        mel = np.exp(self.blur(logs)) if r.random() < self.blurred else np.exp(logs)
        loud = mel.sum(1)
        power = loud[loud >= np.quantile(loud, 0.4)].mean()
        if r.random() < 0.02:  # nobody speaks: whatever noise there is must leave the mouth shut
            mel, labels = mel * 0, np.zeros_like(labels)
        if r.random() < 0.3:
            for _ in range(r.integers(1, 6)):
                other = np.exp(self.cut()[0])
                mel = mel + other * (power / other.sum(1).mean() * 10 ** (-r.uniform(6, 33) / 10))
        if r.random() < 0.8:
            mel = mel + self.noise(power)
        if r.random() < 0.15:
            band = np.arange(BANDS)
            low, high = r.uniform(0, 9), r.uniform(26, 39)  # 60–500 Hz and 2.7–7.4 kHz
            mel = mel * np.exp(-1.2 * (np.maximum(0, low - band) + np.maximum(0, band - high)))
        mel = mel * 10 ** r.uniform(-2.2, 1.6)
        return (np.log(mel + FLOOR) + 9) / 4, labels

    def batch(self, size, look_ahead):
        """Inputs [size, 80, CHUNK] and targets [size, CHUNK]: -1 where the network is not asked."""
        chunks = [self.chunk() for _ in range(size)]
        levels = np.stack([c[0] for c in chunks]).astype(np.float32)
        labels = np.stack([c[1] for c in chunks]).astype(np.int64)
        warm = (self.random.random((size, 1)) < 0.6) * (levels[:, :100].mean(1) + self.random.normal(0, 0.1, (size, 1)))
        levels_minus = levels - slow_mean(levels, warm.astype(np.float32))
        targets = np.full_like(labels, -1)
        targets[:, look_ahead:] = labels[:, : CHUNK - look_ahead]
        targets[:, :20] = -1  # the network's own warm-up
        return np.concatenate([levels, levels_minus], 2).transpose(0, 2, 1), targets
