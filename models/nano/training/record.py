"""What OpenGVLab's own chat() answers to the questions about the samples: ids, text and the smallest gap between the best two logits.

    python record.py CHECKPOINT --reference CHECKOUT      # a checkout of OpenGVLab/InternVL; needs transformers 4.37.2, timm, peft 0.7.1, accelerate and einops

Rewrites CHECKPOINT/samples/samples.json. Float32 arithmetic on the stored weights, greedy, at most `max_dynamic_patch` tiles.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
import types
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import load_file


def picture_functions(train: Path):
    """`dynamic_preprocess` and `build_transform`; the rest of dataset.py imports training libraries."""
    import torchvision.transforms as T
    from torchvision.transforms.functional import InterpolationMode

    wanted = {"expand2square", "build_transform", "find_closest_aspect_ratio", "dynamic_preprocess"}
    scope = types.SimpleNamespace(T=T, InterpolationMode=InterpolationMode, Image=Image).__dict__
    exec((train / "constants.py").read_text(), scope)
    tree = ast.parse((train / "dataset.py").read_text())
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in wanted]
    exec(compile(tree, "dataset.py", "exec"), scope)
    return scope["dynamic_preprocess"], scope["build_transform"]


def load(folder: Path):
    from internvl.model.internlm2.tokenization_internlm2 import InternLM2Tokenizer
    from internvl.model.internvl_chat import InternVLChatConfig, InternVLChatModel

    config = InternVLChatConfig.from_pretrained(folder)
    config.llm_config._attn_implementation = config.llm_config.attn_implementation = "eager"
    config.vision_config.use_flash_attn = False
    model = InternVLChatModel(config, use_flash_attn=False).float().eval()
    model.load_state_dict({name: weight.float() for name, weight in load_file(folder / "model.safetensors").items()})
    return model, InternLM2Tokenizer.from_pretrained(folder)


@torch.inference_mode()
def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("checkpoint", type=Path)
    p.add_argument("--reference", type=Path, required=True)
    a = p.parse_args()
    sys.path.insert(0, str(a.reference / "internvl_chat"))
    model, tokenizer = load(a.checkpoint)
    config = model.config
    dynamic_preprocess, build_transform = picture_functions(a.reference / "internvl_chat/internvl/train")
    transform = build_transform(is_train=False, input_size=config.force_image_size)
    made = {}
    speak = model.language_model.generate

    def kept(**inputs):
        out = speak(**inputs, output_scores=True, return_dict_in_generate=True)
        best = torch.stack(out.scores)[:, 0].float().topk(2).values
        made.update(ids=out.sequences[0][-len(out.scores):].tolist(), smallest_gap=round(float((best[:, 0] - best[:, 1]).min()), 6))
        return out.sequences

    model.language_model.generate = kept
    path = a.checkpoint / "samples/samples.json"
    samples = json.loads(path.read_text())
    for sample in samples:
        image = Image.open(path.parent / sample["file"]).convert("RGB")
        cut = dynamic_preprocess(image, min_num=config.min_dynamic_patch, max_num=config.max_dynamic_patch, image_size=config.force_image_size, use_thumbnail=config.use_thumbnail)
        pixels = torch.stack([transform(tile) for tile in cut])
        for turn in sample["turns"]:
            text = model.chat(tokenizer, pixels, f"<image>\n{turn['question']}", dict(max_new_tokens=160, do_sample=False))
            turn.update(tiles=len(cut), ids=made["ids"], text=text, smallest_gap=made["smallest_gap"], response=text)
    path.write_text(json.dumps(samples, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
