"""What both trainers do around a step: the clock that ends them, the learning rate, the state file that they go on from."""

from __future__ import annotations

import math
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from tiling import MEAN, STD

SAVE_EVERY = 120  # seconds
WARM_UP = 100  # steps
LONGEST = 20  # seconds that a step counts for at most: a machine that slept did not train


def normalized(drawn: Tensor) -> Tensor:
    """uint8 [tiles, side, side, 3] -> float32 [tiles, 3, side, side]"""
    mean, std = torch.tensor(MEAN).view(1, 3, 1, 1), torch.tensor(STD).view(1, 3, 1, 1)
    return ((drawn.permute(0, 3, 1, 2).float() / 255 - mean) / std).contiguous()


class Loop:
    """The learning rate falls from `lr` to `floor` of it along a cosine, over `minutes` of all runs together."""

    def __init__(self, path: Path, parts: dict[str, nn.Module], optimizers: list[torch.optim.Optimizer], minutes: float, lr: float, floor: float):
        self.path, self.parts, self.optimizers, self.seconds, self.lr, self.floor = path, parts, optimizers, minutes * 60, lr, floor
        self.step, self.spent = 0, 0.0
        self.clock = self.saved = time.time()

    def resume(self) -> dict | None:
        """The state of an earlier run, if there is one: in the parts and optimizers already."""
        if not self.path.exists():
            return None
        state = torch.load(self.path, weights_only=False)
        for name, part in self.parts.items():
            part.load_state_dict(state[name])
        for one, kept in zip(self.optimizers, state["optimizers"]):
            one.load_state_dict(kept)
        self.step, self.spent = state["step"], state["spent"]
        return state

    def running(self) -> bool:
        return self.spent < self.seconds

    def begin_step(self) -> None:
        now = time.time()
        self.spent += min(now - self.clock, LONGEST)
        self.clock = now
        fallen = 0.5 * (1 + math.cos(math.pi * min(1.0, self.spent / self.seconds)))
        rate = self.lr * min(1.0, (self.step + 1) / WARM_UP) * (self.floor + (1 - self.floor) * fallen)
        for one in self.optimizers:
            one.zero_grad(set_to_none=True)
            for group in one.param_groups:
                group["lr"] = rate

    def end_step(self, weights: list[nn.Parameter]) -> None:
        """Follows the gradients there are."""
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        for one in self.optimizers:
            one.step()
        self.step += 1

    def due(self) -> bool:
        """Whether the state should be saved again."""
        return self.clock - self.saved > SAVE_EVERY

    def save(self, **more) -> None:
        state = {name: part.state_dict() for name, part in self.parts.items()} | {"optimizers": [one.state_dict() for one in self.optimizers]}
        torch.save(state | {"step": self.step, "spent": self.spent} | more, self.path.with_suffix(".tmp"))
        self.path.with_suffix(".tmp").replace(self.path)
        self.saved = self.clock
