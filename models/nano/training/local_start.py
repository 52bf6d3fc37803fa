"""A start from which a vision transformer learns to read: attention that begins local, patches that begin as waves.

The last 32 channels of the residual stream begin as sines of the position and nothing else; each head of the first two layers begins by looking one patch
left, right, up or down. From random weights, attention has to find out first what lies beside what, and characters straddle patches everywhere.
"""
from __future__ import annotations
import math
import torch
from torch import nn

PLACE = 32  # channels that begin as the position: 8 frequencies, sine and cosine, across and down
OFFSETS = [(1, 0), (-1, 0), (0, 1), (0, -1)]  # where a head looks at first, (columns, rows)


def waves(columns: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    steps = torch.arange(1, PLACE // 4 + 1) * (math.pi / 9)
    return torch.cat([f(axis[:, None] * steps) for axis in (columns, rows) for f in (torch.cos, torch.sin)], 1)


@torch.no_grad()
def start_locally(vision: nn.Module, config: dict, sharpness: float = 2.0) -> None:
    width, heads, side = config["hidden_size"], config["num_attention_heads"], config["image_size"] // config["patch_size"]
    dim, content = width // heads, width - PLACE
    place = torch.arange(side * side)
    columns, rows = (place % side).float(), (place // side).float()
    position = vision.embeddings.position_embedding[0]
    position.normal_(std=0.02)
    position[1:, content:] = waves(columns, rows)
    kernel, patch = vision.embeddings.patch_embedding.weight, config["patch_size"]
    # Smooth random filters: a sum of the first waves across the patch, the lower the stronger.
    basis = torch.stack([torch.cos(math.pi * k * (torch.arange(patch) + 0.5) / patch) for k in range(patch)])
    strength = 1 / (1 + torch.arange(patch)[:, None] ** 2 + torch.arange(patch)[None] ** 2).sqrt()
    filters = torch.einsum("ocyx,ya,xb->ocab", torch.randn(width, 3, patch, patch) * strength * 0.3 + torch.randn(width, 1, patch, patch) * strength * 0.7, basis, basis)
    kernel.copy_(filters / filters.flatten(1).norm(dim=1)[:, None, None, None] * 0.7)
    kernel[content:] = 0
    # Each frequency's pair turned by the offset: the product peaks where the other patch lies there.
    steps = torch.arange(1, PLACE // 4 + 1) * (math.pi / 9)
    for layer in vision.encoder.layers[:2]:
        weight = layer.attn.qkv.weight.view(3, heads, dim, width)
        weight[:2].normal_(std=0.02)
        for head in range(heads):
            dx, dy = OFFSETS[head % len(OFFSETS)]
            scale = (sharpness * math.sqrt(dim) / (PLACE / 4)) ** 0.5
            n = PLACE // 4
            for axis, d in enumerate((dx, dy)):
                for k in range(n):
                    c, s = content + 2 * axis * n + k, content + 2 * axis * n + n + k
                    row = 2 * (axis * n + k)
                    if row + 1 >= dim: continue
                    cos, sin = math.cos(d * steps[k]), math.sin(d * steps[k])
                    weight[1, head, row, c] += scale; weight[1, head, row + 1, s] += scale
                    weight[0, head, row, c] += scale * cos; weight[0, head, row, s] += -scale * sin
                    weight[0, head, row + 1, c] += scale * sin; weight[0, head, row + 1, s] += scale * cos
