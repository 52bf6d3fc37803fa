"""Stages 2 and 3: the language model learns to answer about scenes.

    python answers.py OUT CHECKPOINT --minutes 60                      # on the encoder of OUT/read.pt, read again whenever stage 1 has written it
    python answers.py OUT CHECKPOINT --minutes 60 --joint --ranks 2 --rank 0 &
    python answers.py OUT CHECKPOINT --minutes 60 --joint --ranks 2 --rank 1     # everything together, the reading lessons kept up, a process for each core

CHECKPOINT lends its vocabulary, and its language model as a start. The state is OUT/answers.pt, of everything together OUT/joint.pt.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor
from torch.utils.data import DataLoader

from loop import Loop, normalized
from model import NANO, InternVLChat
from muon import optimizers_of
from reading import Reader
from scene_batches import Scenes
from vocabulary import IGNORE, Vocabulary

KINDS = {"shapes": 3, "sign": 3, "chart": 2, "receipt": 2, "page": 2}
READING = 0.5  # weight of the reading loss beside the answers', everything together


def hidden_states(net: InternVLChat, ids: Tensor, visual: Tensor, places: Tensor, turns: Tensor, context: int) -> Tensor:
    """[scenes, length, hidden] after the final norm; turns do not see each other, turn 0 is seen by all."""
    model = net.language_model.model
    x = model.tok_embeddings(ids)
    x = x.masked_scatter((ids == context)[..., None], visual.reshape(-1, x.shape[-1]).to(x.dtype))
    earlier = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril()
    seen = earlier & ((turns[:, None, :] == 0) | (turns[:, None, :] == turns[:, :, None]))
    return model(x, places, torch.zeros(seen.shape, dtype=torch.bfloat16).masked_fill(~seen, -1e4)[:, None])


def average(weights: list[Tensor], spent: float, ranks: int) -> float:
    """Gradients, and the clock that ends training, become the mean of all processes."""
    grads = [weight.grad for weight in weights if weight.grad is not None]
    flat = torch.cat([*(grad.reshape(-1) for grad in grads), torch.tensor([spent])])
    dist.all_reduce(flat)
    flat /= ranks
    for grad, part in zip(grads, flat[:-1].split([grad.numel() for grad in grads])):
        grad.copy_(part.view_as(grad))
    return flat[-1].item()


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("out", type=Path)
    p.add_argument("checkpoint", type=Path)
    p.add_argument("--minutes", type=float, default=60)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--budget", type=int, default=3600, help="tokens of a batch, at most")
    p.add_argument("--kinds", default="", help="shares of scenes, such as shapes=1,sign=2")
    p.add_argument("--limit", type=int, default=12, help="tiles of a scene, at most")
    p.add_argument("--joint", action="store_true")
    p.add_argument("--ranks", type=int, default=1)
    p.add_argument("--rank", type=int, default=0)
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(2)
    if a.ranks > 1:
        dist.init_process_group("gloo", init_method=f"file://{(a.out / 'meeting').resolve()}", rank=a.rank, world_size=a.ranks)

    vocab = Vocabulary(a.checkpoint)
    config = copy.deepcopy(NANO)
    config["llm_config"]["vocab_size"] = vocab.size
    net, reader = InternVLChat(config), Reader(config["llm_config"]["hidden_size"])
    start = load_file(a.checkpoint / "model.safetensors")
    net.load_state_dict({name: weight.float() for name, weight in start.items() if name.startswith("language_model")}, strict=False)
    trained = [*net.parameters(), *reader.parameters()] if a.joint else [*net.language_model.parameters()]
    hidden_in = [net.language_model.model.layers, *([net.vision_model.encoder, net.mlp1] if a.joint else [])]
    optimizers = optimizers_of(trained, hidden_in, a.lr, decay=0.03)

    alone = a.out / "answers.pt"
    loop = Loop(a.out / "joint.pt" if a.joint else alone, {"net": net, "reader": reader}, optimizers, a.minutes, a.lr, floor=0.02)
    begun = loop.resume() is not None
    if not begun and alone.exists():
        net.load_state_dict(torch.load(alone, weights_only=False)["net"])
    followed = 0.0

    def follow() -> None:
        nonlocal followed
        written = (a.out / "read.pt").stat().st_mtime
        if written == followed:
            return
        state = torch.load(a.out / "read.pt", weights_only=False)
        followed = written
        net.load_state_dict({name: weight for name, weight in state["net"].items() if not name.startswith("language_model")}, strict=False)
        reader.load_state_dict(state["reader"])

    if not (a.joint and begun):
        follow()
    kinds = {kind: int(share) for kind, share in (each.split("=") for each in a.kinds.split(","))} if a.kinds else KINDS
    scenes = Scenes(a.checkpoint, config, net.tokens_per_tile, a.budget, int(time.time()) * a.ranks + a.rank, kinds, a.limit)
    loader = iter(DataLoader(scenes, batch_size=None, num_workers=1, prefetch_factor=4))
    context = vocab.added["<IMG_CONTEXT>"]

    last = loop.clock
    hits = count = scene_count = right = asked = 0
    while loop.running():
        drawn, labels, ids, targets, places, turns = next(loader)
        loop.begin_step()
        with torch.autocast("cpu", torch.bfloat16):
            with torch.set_grad_enabled(a.joint):
                visual = net.visual_tokens(normalized(drawn))
            hidden = hidden_states(net, ids, visual, places, turns, context)
            there = targets[:, 1:] != IGNORE
            logits = net.language_model.output(hidden[:, :-1][there]).float()
            loss = F.cross_entropy(logits, targets[:, 1:][there])
            if a.joint:
                reading, read, marked = reader(visual, labels)
                loss = loss + READING * reading
                right += read.item()
                asked += marked.item()
        loss.backward()
        if a.ranks > 1:
            loop.spent = average(trained, loop.spent, a.ranks)
        loop.end_step(trained)
        scene_count += len(ids)
        hits += (logits.argmax(-1) == targets[:, 1:][there]).sum().item()
        count += int(there.sum())
        if loop.clock - last > 30:
            if a.rank == 0:
                print(json.dumps({"step": loop.step, "minutes": round(loop.spent / 60, 1), "token_accuracy": round(hits / max(1, count), 4), "reading": round(right / max(1, asked), 4),
                                  "scenes_per_second": round(scene_count * a.ranks / (loop.clock - last), 1)}), flush=True)
            last = loop.clock
            hits = count = scene_count = right = asked = 0
            if not a.joint:
                follow()
        if a.rank == 0 and loop.due():
            loop.save()
    if a.rank == 0:
        loop.save()


if __name__ == "__main__":
    main()
