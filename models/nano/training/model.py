"""InternVL 1.5 in miniature: InternViT, pixel shuffle, MLP projector and InternLM2, with the tensor names of the published checkpoints.

A state dict of `InternVLChat` can be written to safetensors as it is and read by whatever reads OpenGVLab/InternVL-Chat-V1-5.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NANO = {
    "architectures": ["InternVLChatModel"],
    "model_type": "internvl_chat",
    "template": "internlm2-chat",
    "system_message": "",
    "downsample_ratio": 0.5,
    "dynamic_image_size": True,
    "force_image_size": 112,
    "min_dynamic_patch": 1,
    "max_dynamic_patch": 12,
    "pad2square": False,
    "ps_version": "v2",
    "select_layer": -1,
    "use_thumbnail": True,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "vision_config": {
        "architectures": ["InternVisionModel"], "model_type": "intern_vit_6b",
        "hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 512, "image_size": 112, "patch_size": 14,
        "num_channels": 3, "norm_type": "layer_norm", "layer_norm_eps": 1e-6, "qkv_bias": True, "qk_normalization": False, "hidden_act": "gelu",
        "initializer_factor": 1.0,
    },
    "llm_config": {
        "architectures": ["InternLM2ForCausalLM"], "model_type": "internlm2",
        "hidden_size": 192, "num_hidden_layers": 4, "num_attention_heads": 6, "num_key_value_heads": 2, "intermediate_size": 576,
        "max_position_embeddings": 4096, "rope_theta": 10000.0, "rope_scaling": None, "rms_norm_eps": 1e-5, "bias": False, "hidden_act": "silu",
        "vocab_size": 0, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2, "tie_word_embeddings": False,
    },
}


def attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None = None) -> Tensor:
    """Attention written out: on a CPU, for heads this small, 1.3 to 4.5 times as fast as the fused kernel with its gradient."""
    scores = torch.matmul(q * q.shape[-1] ** -0.5, k.transpose(-1, -2))
    return torch.matmul(torch.softmax(scores if bias is None else scores + bias, -1), v)


class VisionEmbeddings(nn.Module):
    def __init__(self, c: dict):
        super().__init__()
        width, patches = c["hidden_size"], (c["image_size"] // c["patch_size"]) ** 2
        self.class_embedding = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.patch_embedding = nn.Conv2d(3, width, c["patch_size"], c["patch_size"])
        self.position_embedding = nn.Parameter(torch.randn(1, patches + 1, width) * 0.5)

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.patch_embedding(pixels).flatten(2).transpose(1, 2)
        return torch.cat([self.class_embedding.expand(len(x), -1, -1), x], 1) + self.position_embedding


class VisionAttention(nn.Module):
    def __init__(self, c: dict):
        super().__init__()
        self.heads, width = c["num_attention_heads"], c["hidden_size"]
        self.qkv, self.proj = nn.Linear(width, 3 * width, bias=c["qkv_bias"]), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        tiles, tokens, width = x.shape
        q, k, v = self.qkv(x).view(tiles, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        return self.proj(attend(q, k, v).transpose(1, 2).reshape(tiles, tokens, width))


class VisionMLP(nn.Module):
    def __init__(self, c: dict):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(c["hidden_size"], c["intermediate_size"]), nn.Linear(c["intermediate_size"], c["hidden_size"])

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x)))


class VisionLayer(nn.Module):
    def __init__(self, c: dict):
        super().__init__()
        self.attn, self.mlp = VisionAttention(c), VisionMLP(c)
        self.norm1, self.norm2 = (nn.LayerNorm(c["hidden_size"], eps=c["layer_norm_eps"]) for _ in range(2))
        self.ls1, self.ls2 = (nn.Parameter(c["initializer_factor"] * torch.ones(c["hidden_size"])) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.ls1 * self.attn(self.norm1(x))
        return x + self.ls2 * self.mlp(self.norm2(x))


class VisionEncoder(nn.Module):
    def __init__(self, c: dict):
        super().__init__()
        self.layers = nn.ModuleList(VisionLayer(c) for _ in range(c["num_hidden_layers"]))


class VisionModel(nn.Module):
    def __init__(self, c: dict):
        super().__init__()
        self.embeddings, self.encoder = VisionEmbeddings(c), VisionEncoder(c)

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.embeddings(pixels)
        for layer in self.encoder.layers:
            x = layer(x)
        return x


class RMSNorm(nn.Module):
    def __init__(self, width: int, eps: float):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x: Tensor) -> Tensor:
        y = x.float()
        return self.weight * (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin


class InternLM2Attention(nn.Module):
    """`wqkv` holds, for each key-value head, its query heads, then the key, then the value."""

    def __init__(self, c: dict):
        super().__init__()
        self.heads, self.kv_heads = c["num_attention_heads"], c["num_key_value_heads"]
        self.head_dim = c["hidden_size"] // self.heads
        self.wqkv = nn.Linear(c["hidden_size"], (self.heads + 2 * self.kv_heads) * self.head_dim, bias=False)
        self.wo = nn.Linear(c["hidden_size"], c["hidden_size"], bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, bias: Tensor) -> Tensor:
        batch, length, width = x.shape
        groups = self.heads // self.kv_heads
        qkv = self.wqkv(x).view(batch, length, self.kv_heads, groups + 2, self.head_dim)
        q = qkv[..., :groups, :].reshape(batch, length, self.heads, self.head_dim).transpose(1, 2)
        k, v = qkv[..., -2, :].transpose(1, 2), qkv[..., -1, :].transpose(1, 2)
        cos, sin = cos.to(q.dtype), sin.to(q.dtype)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
        return self.wo(attend(q, k, v, bias.to(q.dtype)).transpose(1, 2).reshape(batch, length, width))


class InternLM2MLP(nn.Module):
    def __init__(self, c: dict):
        super().__init__()
        width, inner = c["hidden_size"], c["intermediate_size"]
        self.w1, self.w3, self.w2 = nn.Linear(width, inner, bias=False), nn.Linear(width, inner, bias=False), nn.Linear(inner, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class InternLM2Layer(nn.Module):
    def __init__(self, c: dict):
        super().__init__()
        self.attention, self.feed_forward = InternLM2Attention(c), InternLM2MLP(c)
        self.attention_norm, self.ffn_norm = RMSNorm(c["hidden_size"], c["rms_norm_eps"]), RMSNorm(c["hidden_size"], c["rms_norm_eps"])

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, bias: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x), cos, sin, bias)
        return x + self.feed_forward(self.ffn_norm(x))


class InternLM2Model(nn.Module):
    def __init__(self, c: dict):
        super().__init__()
        self.tok_embeddings = nn.Embedding(c["vocab_size"], c["hidden_size"])
        self.layers = nn.ModuleList(InternLM2Layer(c) for _ in range(c["num_hidden_layers"]))
        self.norm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        self.head_dim, self.theta = c["hidden_size"] // c["num_attention_heads"], c["rope_theta"]

    def forward(self, x: Tensor, places: Tensor, bias: Tensor) -> Tensor:
        """embeddings [batch, length, hidden], positions [batch, length], what is added to scores [batch, 1, length, length] -> hidden states after the final norm"""
        inverse = self.theta ** (-torch.arange(0, self.head_dim, 2).float() / self.head_dim)
        angles = places[..., None].float() * inverse
        angles = torch.cat([angles, angles], -1)[:, None]
        cos, sin = angles.cos(), angles.sin()
        for layer in self.layers:
            x = layer(x, cos, sin, bias)
        return self.norm(x)


class InternLM2(nn.Module):
    def __init__(self, c: dict):
        super().__init__()
        self.model = InternLM2Model(c)
        self.output = nn.Linear(c["hidden_size"], c["vocab_size"], bias=False)


class InternVLChat(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.config = config
        vision, llm = config["vision_config"], config["llm_config"]
        self.factor = int(1 / config["downsample_ratio"])
        wide = vision["hidden_size"] * self.factor**2
        self.vision_model = VisionModel(vision)
        self.language_model = InternLM2(llm)
        self.mlp1 = nn.Sequential(nn.LayerNorm(wide), nn.Linear(wide, llm["hidden_size"]), nn.GELU(), nn.Linear(llm["hidden_size"], llm["hidden_size"]))
        for name, p in self.named_parameters():
            if p.dim() == 2 and name.startswith("language_model"):
                nn.init.normal_(p, std=0.02 / (math.sqrt(2 * llm["num_hidden_layers"]) if name.endswith(("wo.weight", "w2.weight")) else 1))
            elif p.dim() == 2:
                nn.init.xavier_uniform_(p)
            elif name.endswith("bias"):
                nn.init.zeros_(p)

    @property
    def tokens_per_tile(self) -> int:
        v = self.config["vision_config"]
        return (v["image_size"] // v["patch_size"] // self.factor) ** 2

    def patches(self, pixels: Tensor) -> Tensor:
        """[tiles, 3, S, S] -> [tiles, tokens_per_tile, 4 * vision hidden]: patch embeddings after pixel unshuffle"""
        x = self.vision_model(pixels)[:, 1:]
        tiles, tokens, width = x.shape
        side, f = int(tokens**0.5), self.factor
        x = x.view(tiles, side // f, f, side // f, f, width).permute(0, 1, 3, 2, 4, 5).reshape(tiles, tokens // f**2, width * f**2)
        return x

    def visual_tokens(self, pixels: Tensor) -> Tensor:
        """[tiles, 3, S, S] -> [tiles, tokens_per_tile, llm hidden]"""
        return self.mlp1(self.patches(pixels))
