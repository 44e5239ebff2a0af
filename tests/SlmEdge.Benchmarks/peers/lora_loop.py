"""A plain LoRA fine-tuning loop in PyTorch, as PEFT and TRL work: rows padded to the longest of the batch, an attention mask, logits
and loss at all positions (not supervised ones ignored), torch's own AdamW and gradient clipping.

    python3 lora_loop.py FOLDER THREADS

FOLDER holds config.json, model.safetensors, adapter.safetensors (first values) and workload.json. Prints one JSON line:
seconds of the timed steps, resident bytes before the first step, peak resident bytes, the loss of every step.
"""
import json
import math
import os
import struct
import sys
import time

folder, threads = sys.argv[1], int(sys.argv[2])
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(threads)

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(threads)


def read_safetensors(path):
    """fp32 tensors of a safetensors file: 8 bytes header length, JSON header, data."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", name
        start, end = entry["data_offsets"]
        flat = torch.frombuffer(data, dtype=torch.float32, count=(end - start) // 4, offset=start)
        tensors[name] = flat.view(entry["shape"]).clone()
    return tensors


def status_bytes(field):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(field + ":"))


class LoraLinear(nn.Module):
    """A frozen projection and its low-rank update."""

    def __init__(self, name, weights, adapters, scale):
        super().__init__()
        self.weight = nn.Parameter(weights[name + ".weight"], requires_grad=False)
        self.lora_a = nn.Parameter(adapters[name + ".lora_A.weight"])
        self.lora_b = nn.Parameter(adapters[name + ".lora_B.weight"])
        self.scale = scale

    def forward(self, x):
        return F.linear(x, self.weight) + F.linear(F.linear(x, self.lora_a), self.lora_b) * self.scale


class RmsNorm(nn.Module):
    def __init__(self, weight, eps):
        super().__init__()
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.eps = eps

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


def rotate(x, cos, sin):
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-b, a), dim=-1) * sin


class Layer(nn.Module):
    def __init__(self, index, config, weights, adapters, scale):
        super().__init__()
        prefix = f"model.layers.{index}."
        self.head_dim = config["head_dim"]
        self.group = config["num_attention_heads"] // config["num_key_value_heads"]
        self.input_norm = RmsNorm(weights[prefix + "input_layernorm.weight"], config["rms_norm_eps"])
        self.post_norm = RmsNorm(weights[prefix + "post_attention_layernorm.weight"], config["rms_norm_eps"])
        for short in ("q", "k", "v", "o"):
            setattr(self, short, LoraLinear(f"{prefix}self_attn.{short}_proj", weights, adapters, scale))
        for short in ("gate", "up", "down"):
            setattr(self, short, LoraLinear(f"{prefix}mlp.{short}_proj", weights, adapters, scale))

    def forward(self, x, cos, sin, mask):
        batch, length, _ = x.shape
        y = self.input_norm(x)
        q, k, v = (p(y).view(batch, length, -1, self.head_dim).transpose(1, 2) for p in (self.q, self.k, self.v))
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        k, v = k.repeat_interleave(self.group, dim=1), v.repeat_interleave(self.group, dim=1)
        scores = torch.matmul(q, k.transpose(2, 3)) / math.sqrt(self.head_dim) + mask
        mixed = torch.matmul(torch.softmax(scores, dim=-1), v).transpose(1, 2).reshape(batch, length, -1)
        x = x + self.o(mixed)
        y = self.post_norm(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


class Llama(nn.Module):
    def __init__(self, config, weights, adapters, scale):
        super().__init__()
        self.embedding = nn.Parameter(weights["model.embed_tokens.weight"], requires_grad=False)
        self.head = self.embedding if config["tie_word_embeddings"] else nn.Parameter(weights["lm_head.weight"], requires_grad=False)
        self.norm = RmsNorm(weights["model.norm.weight"], config["rms_norm_eps"])
        self.layers = nn.ModuleList(Layer(i, config, weights, adapters, scale) for i in range(config["num_hidden_layers"]))
        dim = config["head_dim"]
        frequencies = config["rope_theta"] ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)
        angles = torch.outer(torch.arange(config["max_position_embeddings"], dtype=torch.float64), frequencies)
        angles = torch.cat((angles, angles), dim=-1)
        self.cos, self.sin = angles.cos().float(), angles.sin().float()

    def forward(self, ids, attention_mask):
        length = ids.shape[1]
        lowest = torch.finfo(torch.float32).min
        causal = torch.full((length, length), lowest).triu(1)
        mask = causal + (1 - attention_mask[:, None, None, :].float()) * lowest
        mask = mask.clamp(min=lowest)
        x = F.embedding(ids, self.embedding)
        cos, sin = self.cos[:length], self.sin[:length]
        for layer in self.layers:
            x = layer(x, cos, sin, mask)
        return F.linear(self.norm(x), self.head)


def collate(rows, pad):
    longest = max(len(row["tokens"]) for row in rows)
    ids, mask, labels = [], [], []
    for row in rows:
        tokens = row["tokens"]
        fill = longest - len(tokens)
        ids.append(tokens + [pad] * fill)
        mask.append([1] * len(tokens) + [0] * fill)
        wanted = [-100] * longest
        for position, target in zip(row["positions"], row["targets"]):
            wanted[position] = target
        labels.append(wanted)
    return torch.tensor(ids), torch.tensor(mask), torch.tensor(labels)


def main():
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    with open(os.path.join(folder, "workload.json")) as file:
        work = json.load(file)
    weights = read_safetensors(os.path.join(folder, "model.safetensors"))
    adapters = read_safetensors(os.path.join(folder, "adapter.safetensors"))
    model = Llama(config, weights, adapters, work["alpha"] / work["rank"])
    del weights, adapters
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=work["learningRate"], weight_decay=work["weightDecay"])

    before = status_bytes("VmRSS")
    losses, start = [], 0.0
    for step, rows in enumerate(work["batches"]):
        if step == work["warmupSteps"]:
            start = time.perf_counter()
        ids, mask, labels = collate(rows, work["padToken"])
        logits = model(ids, mask)
        loss = F.cross_entropy(logits.view(-1, logits.shape[-1]), labels.view(-1), ignore_index=-100)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trainable, work["gradientClip"])
        optimizer.step()
        losses.append(loss.item())
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "bytesBefore": before, "peakBytes": status_bytes("VmHWM"), "losses": losses}))


main()
