"""torch_contestant.py CHECKPOINT THREADS: PyTorch on the same weights, as a contestant; it speaks lines of JSON."""

import json
import sys
import time
from glob import glob
from os.path import join

import torch
import torch.nn.functional as F
from safetensors import safe_open
from transformers import DynamicCache, Qwen2Config, Qwen2ForCausalLM, __version__


def load(folder):
    with open(join(folder, "config.json")) as file:
        config = json.load(file)
    weights = {}
    for path in sorted(glob(join(folder, "*.safetensors"))):
        with safe_open(path, "pt") as file:
            for name in file.keys():
                weights[name] = file.get_tensor(name).float()
    llm = Qwen2ForCausalLM(Qwen2Config(**config["llm_config"]))
    prefix = "language_model."
    state = {name[len(prefix) :]: weight for name, weight in weights.items() if name.startswith(prefix)}
    llm.load_state_dict(state)
    vision = {name: weight for name, weight in weights.items() if not name.startswith(prefix)}
    return config, llm.eval(), vision


def tower(config, w, pixels):
    """InternViT with its projector: pixels [1, 3, S, S] to visual tokens."""
    sizes = config["vision_config"]
    heads, width = sizes["num_attention_heads"], sizes["hidden_size"]
    at = "vision_model.embeddings."
    x = F.conv2d(pixels, w[at + "patch_embedding.weight"], w[at + "patch_embedding.bias"], stride=sizes["patch_size"])
    side = x.shape[-1]
    x = torch.cat([w[at + "class_embedding"], x.flatten(2).transpose(1, 2)], 1) + w[at + "position_embedding"]
    for layer in range(sizes["num_hidden_layers"]):
        at = f"vision_model.encoder.layers.{layer}."
        part = lambda name: (w[at + name + ".weight"], w[at + name + ".bias"])
        y = F.layer_norm(x, (width,), *part("norm1"), 1e-6)
        q, k, v = F.linear(y, *part("attn.qkv")).view(1, -1, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(1, -1, width)
        x = x + F.linear(y, *part("attn.proj")) * w[at + "ls1"]
        y = F.linear(F.layer_norm(x, (width,), *part("norm2"), 1e-6), *part("mlp.fc1"))
        x = x + F.linear(F.gelu(y), *part("mlp.fc2")) * w[at + "ls2"]
    x = x[:, 1:].view(1, side // 2, 2, side // 2, 2, width).permute(0, 1, 3, 2, 4, 5).reshape(1, -1, 4 * width)
    x = F.layer_norm(x, (4 * width,), w["mlp1.0.weight"], w["mlp1.0.bias"])
    x = F.gelu(F.linear(x, w["mlp1.1.weight"], w["mlp1.1.bias"]))
    return F.linear(x, w["mlp1.3.weight"], w["mlp1.3.bias"])


def main():
    folder, threads = sys.argv[1], int(sys.argv[2])
    start = time.perf_counter()
    torch.set_num_threads(threads)
    config, llm, vision = load(folder)
    about = f"PyTorch {torch.__version__}, transformers {__version__}, float32"
    say({"ready": {"stages": ["decode", "prefill", "vision"], "about": about, "loadMs": ms_since(start)}})
    vocabulary = config["llm_config"]["vocab_size"]
    pixels = torch.sin(torch.arange(3 * config["force_image_size"] ** 2) * 0.37)
    pixels = pixels.view(1, 3, config["force_image_size"], -1)
    kept = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["stage"] == "vision":
            start = time.perf_counter()
            tower(config, vision, pixels)
            say({"ms": [ms_since(start)]})
        elif asked["stage"] == "prefill":
            start = time.perf_counter()
            prefill(llm, asked["tokens"], vocabulary)
            say({"ms": [ms_since(start)]})
        else:
            context = asked["context"]
            if context not in kept:
                kept[context] = prefill(llm, context, vocabulary)
            cache, times, token = kept[context], [], torch.tensor([[5]])
            for _ in range(asked["tokens"]):
                start = time.perf_counter()
                token = llm(token, past_key_values=cache, use_cache=True).logits[:, -1].argmax(-1, keepdim=True)
                times.append(ms_since(start))
            cache.crop(context)
            say({"ms": times})


def prefill(llm, tokens, vocabulary):
    cache = DynamicCache()
    ids = torch.randint(vocabulary, (1, tokens), generator=torch.Generator().manual_seed(1))
    llm(ids, past_key_values=cache, use_cache=True, num_logits_to_keep=1)
    return cache


def ms_since(start):
    return (time.perf_counter() - start) * 1000


def say(line):
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    with torch.inference_mode():
        main()
