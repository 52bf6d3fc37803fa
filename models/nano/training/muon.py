"""Muon (Jordan et al. 2024) for the matrices of hidden layers, AdamW for everything else: half the steps of AdamW alone for small transformers."""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def orthogonal(update: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """About the nearest orthogonal matrix, by a quintic Newton-Schulz iteration."""
    x = update.bfloat16()
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        square = x @ x.T
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * (square @ square)) @ x
    return (x.T if tall else x).to(update.dtype)


class Muon(torch.optim.Optimizer):
    def __init__(self, weights, lr: float = 1e-3, momentum: float = 0.95, decay: float = 0.05):
        super().__init__(weights, dict(lr=lr, momentum=momentum, decay=decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                momentum = state["momentum"]
                momentum.lerp_(weight.grad, 1 - group["momentum"])
                update = orthogonal(weight.grad.lerp(momentum, group["momentum"]))
                weight.mul_(1 - group["lr"] * group["decay"])
                weight.add_(update, alpha=-group["lr"] * 0.2 * max(weight.shape) ** 0.5)


def optimizers_of(weights: list[nn.Parameter], hidden_in: list[nn.Module], lr: float, decay: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the modules `hidden_in`, AdamW for the other weights; biases and gains do not decay."""
    hidden = [weight for module in hidden_in for weight in module.parameters() if weight.dim() == 2]
    chosen = {id(weight) for weight in hidden}
    others = [weight for weight in weights if id(weight) not in chosen]
    groups = [{"params": [weight for weight in others if weight.dim() >= 2], "weight_decay": decay},
              {"params": [weight for weight in others if weight.dim() < 2], "weight_decay": 0.0}]
    return [Muon(hidden, lr=lr), torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.98))]
