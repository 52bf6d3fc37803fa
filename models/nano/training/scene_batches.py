"""Scenes as training batches: tiles, what is drawn on them, and conversations about them as ids.

All questions about an image are asked side by side: each sees the image and itself, as if it were the first of a conversation; one in four
scenes is a conversation in which later questions see earlier ones.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import IterableDataset

import vocabulary
from lessons import LESSONS, lesson
from reading import point_labels
from scenes import sample
from tiling import choose_grid, tiles
from vocabulary import IGNORE, Vocabulary

LIMITS = (1, 2, 4, 6, 9, 12, 12, 12, 12, 12, 12)  # tile limits; half of the shapes come as one tile
TOGETHER = 0.25


def scene_labels(seen, columns: int, rows: int, side: int, cell: int) -> np.ndarray:
    """Labels of all tiles of a scene, the thumbnail's last."""
    seen = np.asarray(seen)
    height, width = seen.shape
    w, h = width / columns, height / rows
    cut = [point_labels(seen, x * w, y * h, w, h, side, cell) for y in range(rows) for x in range(columns)]
    if len(cut) > 1:
        cut.append(point_labels(seen, 0, 0, width, height, side, cell))
    return np.stack(cut)


class Scenes(IterableDataset):
    """Endless batches of scenes about as long as each other: tiles, their labels, then ids, targets, positions and turns, each `[scenes, length]`."""

    def __init__(self, folder: Path, config: dict, tokens: int, budget: int, seed: int, kinds: dict[str, int], limit: int):
        self.folder, self.config, self.tokens, self.budget, self.seed, self.kinds, self.limit = folder, config, tokens, budget, seed, kinds, limit

    def one(self, rng: random.Random, vocab: Vocabulary):
        kind = rng.choices(list(self.kinds), weights=list(self.kinds.values()))[0]
        drawn = lesson(rng, kind) if kind in LESSONS else sample(rng, kind, turns=99)
        most = min(self.limit, LESSONS.get(kind) or (1 if kind == "shapes" and rng.random() < 0.5 else rng.choice(LIMITS)))
        side = self.config["force_image_size"]
        cut = tiles(drawn.image, 1, most, side)
        labels = scene_labels(drawn.seen, *choose_grid(*drawn.image.size, 1, most, side), side, side // int(self.tokens**0.5))
        head = [vocabulary.BOS, *vocab.encode(f"<|im_start|>system\n{self.config['system_message']}<|im_end|>")]
        head += vocab.encode("<|im_start|>user\n<img>" + "<IMG_CONTEXT>" * (len(cut) * self.tokens) + "</img>\n")
        ids, targets, places, turns = list(head), [IGNORE] * len(head), list(range(len(head))), [0] * len(head)
        together = rng.random() < TOGETHER
        for number, (question, answer) in enumerate(drawn.turns):
            ask = vocab.encode(f"{question}<|im_end|><|im_start|>assistant\n")
            if together and number:
                ask = vocab.encode("<|im_start|>user\n") + ask
            reply = vocab.encode(f"{answer}<|im_end|>")
            first = len(ids) if together else len(head)
            places += range(first, first + len(ask) + len(reply))
            ids += ask + reply
            targets += [IGNORE] * len(ask) + reply
            turns += [0 if together else number + 1] * (len(ask) + len(reply))
        return cut, labels, ids, targets, places, turns

    def __iter__(self):
        torch.set_num_threads(1)
        rng, vocab = random.Random(self.seed), Vocabulary(self.folder)
        while True:
            pool = sorted((self.one(rng, vocab) for _ in range(32)), key=lambda scene: len(scene[2]))
            groups, batch = [], []
            for scene in pool:
                if batch and (len(batch) + 1) * len(scene[2]) > self.budget:
                    groups.append(batch)
                    batch = []
                batch.append(scene)
            groups.append(batch)
            rng.shuffle(groups)
            for group in groups:
                rows = np.zeros((4, len(group), max(len(scene[2]) for scene in group)), np.int64)
                rows[0], rows[1], rows[3] = vocabulary.EOS, IGNORE, -1
                for row, scene in enumerate(group):
                    for part in range(4):
                        rows[part, row, : len(scene[2])] = scene[2 + part]
                yield (torch.from_numpy(np.concatenate([scene[0] for scene in group])), torch.from_numpy(np.concatenate([scene[1] for scene in group])), *torch.from_numpy(rows))
