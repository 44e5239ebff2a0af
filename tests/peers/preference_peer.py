"""Preference losses of a Llama-layout model as TRL defines them, in PyTorch's own autograd and double precision: rows padded to the longest,
an attention mask, logits at all positions. Adapters as PEFT computes them: LoRA, and DoRA with the norm detached.

    python3 preference_peer.py FOLDER

FOLDER holds config.json, model.safetensors, job.json, and where there are any adapter.safetensors and reference.safetensors (weights of the
reference; without it the reference is the model without its adapter). Prints one JSON line with the loss and the rewards, and writes the
gradients of the adapter, or of all weights, to gradients.safetensors.
"""
import json
import math
import os
import struct
import sys

import torch
from torch.nn import functional as F

torch.set_num_threads(1)
folder = sys.argv[1]


def read(name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return {}
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for key, entry in header.items():
        assert entry["dtype"] == "F32", key
        start, end = entry["data_offsets"]
        tensors[key] = torch.frombuffer(data, dtype=torch.float32, count=(end - start) // 4, offset=start).view(entry["shape"]).double()
    return tensors


def write(name, tensors):
    header, parts, at = {}, [], 0
    for key, value in tensors.items():
        raw = value.float().contiguous().numpy().tobytes()
        header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [at, at + len(raw)]}
        parts.append(raw)
        at += len(raw)
    text = json.dumps(header).encode()
    with open(os.path.join(folder, name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


class Decoder:
    def __init__(self, config, weights, adapter, scale):
        self.config, self.weights, self.adapter, self.scale = config, weights, adapter, scale

    def linear(self, name, x):
        weight = self.weights[name + ".weight"]
        result = F.linear(x, weight)
        a, b = self.adapter.get(name + ".lora_A.weight"), self.adapter.get(name + ".lora_B.weight")
        if a is None:
            return result
        update = F.linear(F.linear(x, a), b) * self.scale
        magnitude = self.adapter.get(name + ".lora_magnitude_vector")
        if magnitude is None:
            return result + update
        norm = torch.linalg.norm(weight + self.scale * (b @ a), dim=1).detach()
        factor = (magnitude / norm).view(1, -1)
        return result + (factor - 1) * result + factor * update

    def norm(self, name, x):
        return self.weights[name] * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.config["rms_norm_eps"])

    def logits(self, ids, mask):
        config = self.config
        batch, length = ids.shape
        dim = config["head_dim"]
        angles = torch.outer(torch.arange(length, dtype=torch.float64), config["rope_theta"] ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim))
        angles = torch.cat((angles, angles), -1)

        def rotate(x):
            left, right = x.chunk(2, -1)
            return x * angles.cos() + torch.cat((-right, left), -1) * angles.sin()

        blocked = torch.ones(length, length, dtype=torch.bool).triu(1) | ~mask[:, None, None, :].bool()
        x = F.embedding(ids, self.weights["model.embed_tokens.weight"])
        for layer in range(config["num_hidden_layers"]):
            at = f"model.layers.{layer}."
            y = self.norm(at + "input_layernorm.weight", x)
            q, k, v = (self.linear(f"{at}self_attn.{p}_proj", y).view(batch, length, -1, dim).transpose(1, 2) for p in "qkv")
            group = config["num_attention_heads"] // config["num_key_value_heads"]
            q, k, v = rotate(q), rotate(k).repeat_interleave(group, 1), v.repeat_interleave(group, 1)
            scores = (q @ k.transpose(2, 3) / math.sqrt(dim)).masked_fill(blocked, -1e30)
            x = x + self.linear(at + "self_attn.o_proj", (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, -1))
            y = self.norm(at + "post_attention_layernorm.weight", x)
            x = x + self.linear(at + "mlp.down_proj", F.silu(self.linear(at + "mlp.gate_proj", y)) * self.linear(at + "mlp.up_proj", y))
        head = self.weights["model.embed_tokens.weight" if config["tie_word_embeddings"] else "lm_head.weight"]
        return F.linear(self.norm("model.norm.weight", x), head)


def per_token(model, ids, mask):
    logits = model.logits(ids, mask)[:, :-1]
    return logits.log_softmax(-1).gather(2, ids[:, 1:, None]).squeeze(2)


def main():
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    with open(os.path.join(folder, "job.json")) as file:
        job = json.load(file)
    weights, adapter = read("model.safetensors"), read("adapter.safetensors")
    reference = Decoder(config, read("reference.safetensors") or dict(weights), {}, 0)
    trained = adapter or weights
    for value in trained.values():
        value.requires_grad_(True)
    policy = Decoder(config, weights, adapter, job["scale"])

    rows = [p["chosen"] for p in job["pairs"]] + [p["rejected"] for p in job["pairs"]]
    longest = max(len(r["tokens"]) for r in rows)
    ids = torch.tensor([r["tokens"] + [0] * (longest - len(r["tokens"])) for r in rows])
    mask = torch.tensor([[1] * len(r["tokens"]) + [0] * (longest - len(r["tokens"])) for r in rows])
    answer = torch.tensor([r["answer"] + [False] * (longest - len(r["answer"])) for r in rows])[:, 1:]

    logps = per_token(policy, ids, mask)
    summed, counts = (logps * answer).sum(1), answer.sum(1)
    chosen, rejected = summed.chunk(2)
    chosen_count, rejected_count = counts.chunk(2)
    beta, smoothing = job["beta"], job["labelSmoothing"]
    if job["loss"] == "orpo":
        chosen, rejected = chosen / chosen_count, rejected / rejected_count
        odds = (chosen - rejected) - (torch.log1p(-torch.exp(chosen)) - torch.log1p(-torch.exp(rejected)))
        valid = mask[: len(chosen), 1:]
        loss = -(logps[: len(chosen)] * valid).sum() / valid.sum() - (beta * F.logsigmoid(odds)).mean()
        rewards = beta * chosen, beta * rejected
    else:
        with torch.no_grad():
            chosen_reference, rejected_reference = (per_token(reference, ids, mask) * answer).sum(1).chunk(2)
        chosen_ratio, rejected_ratio = chosen - chosen_reference, rejected - rejected_reference
        rewards = beta * chosen_ratio, beta * rejected_ratio
        if job["loss"] == "ipo":
            loss = ((chosen_ratio / chosen_count - rejected_ratio / rejected_count - 1 / (2 * beta)) ** 2).mean()
        else:
            delta = beta * (chosen_ratio - rejected_ratio)
            loss = (-F.logsigmoid(delta) * (1 - smoothing) - F.logsigmoid(-delta) * smoothing).mean()
    loss.backward()
    write("gradients.safetensors", {k: v.grad for k, v in trained.items() if v.grad is not None})
    chosen_reward, rejected_reward = (r.detach() for r in rewards)
    print(json.dumps({
        "loss": loss.item(),
        "chosen": chosen_reward.mean().item(),
        "rejected": rejected_reward.mean().item(),
        "margin": (chosen_reward - rejected_reward).mean().item(),
        "accuracy": (chosen_reward > rejected_reward).double().mean().item(),
    }))


main()
