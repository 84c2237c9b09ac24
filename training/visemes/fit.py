"""Fits the viseme network on shards written by shards.ts and writes the weights file that core reads."""

import argparse
import struct
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from draw import Drawer, load_shard, shift_labels, slow_mean, take

CLASSES = 15
DILATIONS = (1, 2, 4, 8, 16)
GROUPS = np.array([-1, 0, 1, 5, 5, 5, 5, 5, 5, 5, 2, 3, 3, 4, 4])  # mouth groups; silence counts as closed when predicted
TRAINED_HUMAN = ("en_ljspeech", "es_css10")  # the only human groups that may be trained on


class Network(nn.Module):
    """conv(80→C, 5) → ReLU → 5 × [z += ReLU(conv(C→C, 3, dilation))] → linear; every conv looks back only."""

    def __init__(self, channels, dropout):
        super().__init__()
        self.first = nn.Conv1d(80, channels, 5)
        self.blocks = nn.ModuleList(nn.Conv1d(channels, channels, 3, dilation=d) for d in DILATIONS)
        self.last = nn.Conv1d(channels, CLASSES, 1)
        self.dropout = dropout

    def forward(self, x):
        z = F.relu(self.first(F.pad(x, (4, 0))))
        for conv, dilation in zip(self.blocks, DILATIONS):
            z = z + F.dropout(F.relu(conv(F.pad(z, (2 * dilation, 0)))), self.dropout, self.training)
        return self.last(z)

    def layers(self):
        return [self.first, *self.blocks, self.last]


def export(network, path, look_ahead):
    """Header, then scale and bias of every output of every layer as float32, then all weights as int8 [out][tap][in]."""
    layers = network.layers()
    with open(path, "wb") as file:
        file.write(struct.pack("<4sBBBBHHHH", b"OVIS", 1, look_ahead, len(DILATIONS), 5, 80, layers[0].out_channels, CLASSES, 0))
        file.write(bytes(DILATIONS) + bytes(-len(DILATIONS) % 4))
        whole = []
        for layer in layers:
            weight = layer.weight.detach().permute(0, 2, 1).reshape(layer.out_channels, -1).numpy()
            scale = np.maximum(np.abs(weight).max(1), 1e-9) / 127
            file.write(scale.astype("<f4").tobytes() + layer.bias.detach().numpy().astype("<f4").tobytes())
            whole.append(np.round(weight / scale[:, None]).astype(np.int8))
        for weight in whole:
            file.write(weight.tobytes())


def evaluate(network, shard, keep, look_ahead):
    """Frame accuracy, speech accuracy and mouth-group accuracy by argmax, per group of clips."""
    levels, labels, index = shard
    totals = {}
    network.eval()
    for clip in filter(keep, index):
        span = slice(clip["start"], clip["start"] + clip["count"])
        v = np.concatenate([levels[span].astype(np.float32), np.full((look_ahead, 40), (np.log(1e-8) + 9) / 4, np.float32)])[None]
        x = np.concatenate([v, v - slow_mean(v, np.zeros((1, 40), np.float32))], 2).transpose(0, 2, 1)
        with torch.no_grad():
            guess = network(torch.from_numpy(np.ascontiguousarray(x)))[0, :, look_ahead:].argmax(0).numpy()
        truth = labels[span]
        speech = truth > 0
        closed = np.where(GROUPS[guess] < 0, 0, GROUPS[guess])
        counts = np.array([(truth >= 0).sum(), (guess == truth)[truth >= 0].sum(), speech.sum(),
                           (guess == truth)[speech].sum(), (closed == GROUPS[truth])[speech].sum()])
        for name in ("all", clip["source"]):
            totals[name] = totals.get(name, 0) + counts
    network.train()
    return {name: f"acc15 {100 * c[1] / c[0]:.1f} accsp {100 * c[3] / c[2]:.1f} g6 {100 * c[4] / c[2]:.1f}" for name, c in totals.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="folder of shards")
    parser.add_argument("--sources", default="espeak=0.15,flite=0.45,festival=0.4", help="synthetic shards and their shares of the draws")
    parser.add_argument("--out", required=True, help="path of the weights, without its ending (.bin and .pt are written)")
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--init", help="a .pt file to go on from")
    parser.add_argument("--channels", type=int, default=112)
    parser.add_argument("--look-ahead", type=int, default=4, help="frames")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--dropout", type=float, default=0.08)
    parser.add_argument("--human", default="none", help="none, all, or k/n: leave fold k of n out")
    parser.add_argument("--human-share", type=float, default=0.15)
    parser.add_argument("--shift", default="", help="frames by which a source's labels move, as espeak=1,flite=0")
    parser.add_argument("--blurred", type=float, default=0.7, help="share of chunks that are slurred")
    parser.add_argument("--fastest", type=float, default=1.5, help="highest tempo")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)

    shifts = dict(pair.split("=") for pair in options.shift.split(",") if pair)
    sources, weights = [], []
    for name, share in (pair.split("=") for pair in options.sources.split(",")):
        source = take(load_shard(options.data, name), lambda clip: True)
        sources.append(shift_labels(source, int(shifts.get(name, 0))))
        weights.append(float(share))
    human, kept_out = None, lambda clip: True
    try:
        human = load_shard(options.data, "human")
    except FileNotFoundError:
        pass
    if options.human != "none" and human is not None:
        fold, folds = (-1, 1) if options.human == "all" else map(int, options.human.split("/"))
        order = {clip["id"]: i for i, clip in enumerate(c for c in human[2] if c["source"] in TRAINED_HUMAN)}
        trained = lambda clip: clip["id"] in order and order[clip["id"]] % folds != fold
        kept_out = lambda clip: not trained(clip)
        sources.append(take(human, trained))
        weights = [w / sum(weights) * (1 - options.human_share) for w in weights] + [options.human_share]
    drawer = Drawer(sources, weights, options.seed, options.blurred, options.fastest)

    network = Network(options.channels, options.dropout)
    if options.init:
        network.load_state_dict(torch.load(options.init))
    counts = sum(w * np.bincount(s[1][s[1] >= 0], minlength=CLASSES) / len(s[1]) for s, w in zip(sources, weights))
    balance = (counts.mean() / counts) ** 0.4
    balance[1] *= 1.2  # lips that miss a closure are noticed first
    loss_of = nn.CrossEntropyLoss(torch.tensor(balance, dtype=torch.float32), ignore_index=-1, label_smoothing=0.03)
    optimiser = torch.optim.AdamW(network.parameters(), options.rate, weight_decay=1e-3)
    average, averaged = None, 0
    began = time.time()
    step, smooth, reported = 0, 0.0, 0.0
    while (done := (time.time() - began) / 60 / options.minutes) < 1:
        warm = min(1, (step + 1) / 50)
        for group in optimiser.param_groups:
            group["lr"] = options.rate * warm * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * done)))
        x, y = drawer.batch(32, options.look_ahead)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(torch.from_numpy(np.ascontiguousarray(x)))
        loss = loss_of(logits.float(), torch.from_numpy(y))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 2)
        optimiser.step()
        step += 1
        smooth = loss.item() if step == 1 else 0.99 * smooth + 0.01 * loss.item()
        if done > 2 / 3 and step % 5 == 0:
            state = {k: v.double() for k, v in network.state_dict().items()}
            average = state if average is None else {k: average[k] + state[k] for k in state}
            averaged += 1
        if time.time() - reported > 120:
            reported = time.time()
            torch.save(network.state_dict(), options.out + ".pt")
            scores = evaluate(network, human, kept_out, options.look_ahead)["all"] if human is not None else ""
            print(f"{(time.time() - began) / 60:.1f} min, step {step}, loss {smooth:.3f} {scores}", flush=True)
    if average is not None:
        network.load_state_dict({k: (v / averaged).float() for k, v in average.items()})
    torch.save(network.state_dict(), options.out + ".pt")
    export(network, options.out + ".bin", options.look_ahead)
    if human is not None:
        print(f"{step} steps", evaluate(network, human, kept_out, options.look_ahead))


if __name__ == "__main__":
    main()
