"""What each visual token should see: labels at 8 x 4 points of its 28 x 28 pixels.

Supervising visual tokens directly teaches a small encoder to read in a fraction of the steps that answers alone need. The points stand
where they stand, so the encoder has nothing to sort; the language model learns the reading order. `Reader` is used in training only and
is not part of the checkpoint.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from labels import BLANK, CLASSES

ACROSS, DOWN, CODE = 8, 4, 48  # points of a visual token, and the width of what the head sees of one point
POINTS = ACROSS * DOWN
SMALLEST = 7.0  # pixels of line height under which nobody is asked to read


def point_labels(seen: np.ndarray, left: float, top: float, width: float, height: float, side: int, cell: int) -> np.ndarray:
    """The part of a scene that became one tile of `side` pixels -> int16 [cells, POINTS] of `label << 1 | half`."""
    step_x, step_y = cell / ACROSS, cell / DOWN
    x = left + (np.arange(side / step_x) + 0.5) * step_x * width / side
    y = top + (np.arange(side / step_y) + 0.5) * step_y * height / side
    inside_x, inside_y = (x >= 0) & (x < seen.shape[1]), (y >= 0) & (y < seen.shape[0])
    found = seen[np.clip(y.astype(int), 0, seen.shape[0] - 1)[:, None], np.clip(x.astype(int), 0, seen.shape[1] - 1)[None]]
    line = found >> 16
    found = np.where((line > 0) & (line * (side / height) < SMALLEST), 0, found & 0xFFFF) * (inside_y[:, None] & inside_x[None])
    across = side // cell
    return found.reshape(across, DOWN, across, ACROSS).transpose(0, 2, 1, 3).reshape(across * across, POINTS).astype(np.int16)


class Reader(nn.Module):
    def __init__(self, hidden: int):
        super().__init__()
        self.points, self.label, self.side = nn.Linear(hidden, POINTS * CODE), nn.Linear(CODE, CLASSES), nn.Linear(CODE, 2)
        self.place = nn.Linear(hidden, 16)  # which token of the tile this is: where things are, the language model cannot know otherwise

    def forward(self, visual: Tensor, labels: Tensor, blank: float = 0.04, marked: float = 0.5) -> tuple[Tensor, Tensor, Tensor]:
        """visual [tiles, tokens, hidden], labels [tiles, tokens, POINTS] -> loss over a part of the points, right and asked of the marked ones"""
        flat = labels.reshape(-1).long()
        chance = torch.rand(flat.shape, device=flat.device)
        pick = torch.where(flat > 1, chance < marked, chance < blank).nonzero()[:, 0]
        code = self.points(visual).view(-1, CODE)[pick]
        target, guess = flat[pick], self.label(code).float()
        loss = nn.functional.cross_entropy(guess, target >> 1)
        there = target > 1
        halves = self.side(code).float()
        loss = loss + 0.3 * (nn.functional.cross_entropy(halves, target & 1, reduction="none") * there).sum() / there.sum().clamp(min=1)
        places = torch.arange(visual.shape[1], device=visual.device).expand(len(visual), -1)
        loss = loss + 0.2 * nn.functional.cross_entropy(self.place(visual).float().flatten(0, 1), places.flatten())
        return loss, ((guess.argmax(-1) == target >> 1) & there).sum(), there.sum()
