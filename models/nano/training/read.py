"""Stage 1: the vision encoder and the projector learn to see, from practice sheets alone; the language model takes no part.

    python read.py OUT --minutes 110          # goes on from OUT/read.pt where there is one

Every visual token is told what is drawn at 32 points of it (reading.py). The alphabet grows with what is read already: `ease` falls from 1 (capitals and
digits of one large font) to 0 (all characters, all fonts, 11 to 50 px) while more than half of the points are right.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.multiprocessing as mp
from torch.utils.data import DataLoader, IterableDataset

from local_start import start_locally
from loop import Loop, normalized
from model import NANO, InternVLChat
from muon import optimizers_of
from reading import Reader
from sheets import sheet
from vocabulary import SIZE

SHAPES = 0.2  # share of sheets with shapes instead of characters


class Sheets(IterableDataset):
    """Endless batches: tiles uint8 [batch, side, side, 3] and labels int16 [batch, tokens, POINTS], `crops` of them from one sheet."""

    def __init__(self, side: int, cell: int, batch: int, crops: int, ease, seed: int):
        self.side, self.cell, self.batch, self.crops, self.ease, self.seed = side, cell, batch, crops, ease, seed

    def __iter__(self):
        torch.set_num_threads(1)
        rng = random.Random(self.seed)
        while True:
            many = [sheet(rng, self.side, self.cell, self.crops, SHAPES, self.ease.value) for _ in range(self.batch // self.crops)]
            yield tuple(torch.from_numpy(np.concatenate(part)) for part in zip(*many))


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("out", type=Path)
    p.add_argument("--minutes", type=float, default=110)
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--crops", type=int, default=8)
    p.add_argument("--lr", type=float, default=1.5e-3)
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    a.out.mkdir(parents=True, exist_ok=True)

    config = copy.deepcopy(NANO)
    config["llm_config"]["vocab_size"] = SIZE
    net = InternVLChat(config)
    start_locally(net.vision_model, config["vision_config"])
    reader = Reader(config["llm_config"]["hidden_size"])
    weights = [*net.vision_model.parameters(), *net.mlp1.parameters(), *reader.parameters()]
    optimizers = optimizers_of(weights, [net.vision_model.encoder, net.mlp1], a.lr, decay=0.02)
    loop = Loop(a.out / "read.pt", {"net": net, "reader": reader}, optimizers, a.minutes, a.lr, floor=0.01)
    state = loop.resume()
    easy = mp.Value("d", state["ease"] if state else 1.0)
    side = config["force_image_size"]
    sheets = Sheets(side, side // int(net.tokens_per_tile**0.5), a.batch, a.crops, easy, int(time.time()))
    loader = iter(DataLoader(sheets, batch_size=None, num_workers=1, prefetch_factor=4))

    recent, last = 0.0, loop.clock
    right = asked = seen = 0
    while loop.running():
        drawn, labels = next(loader)
        loop.begin_step()
        with torch.autocast("cpu", torch.bfloat16):
            loss, hits, marked = reader(net.visual_tokens(normalized(drawn)), labels)
        loss.backward()
        loop.end_step(weights)
        right += hits.item()
        asked += marked.item()
        seen += len(drawn)
        recent = 0.98 * recent + 0.02 * hits.item() / max(1, marked.item())
        if recent > 0.5:  # what it can read at this level it has learned: on to the next
            easy.value = max(0.0, easy.value - 0.0015)
        if loop.clock - last > 20:
            print(json.dumps({"step": loop.step, "minutes": round(loop.spent / 60, 1), "reading": round(right / max(1, asked), 4), "ease": round(easy.value, 2),
                              "tiles_per_second": round(seen / (loop.clock - last), 1)}), flush=True)
            last = loop.clock
            right = asked = seen = 0
        if loop.due():
            loop.save(ease=easy.value)
    loop.save(ease=easy.value)


if __name__ == "__main__":
    main()
