"""Writes PEFT's older file beside adapter_model.safetensors, for a Python without safetensors, and takes the newer one away.

    python3 adapter_bin.py <adapter folder>
"""
import json
import struct
import sys
from pathlib import Path

import numpy
import torch

folder = Path(sys.argv[1])
source = folder / "adapter_model.safetensors"
content = source.read_bytes()
length = struct.unpack("<Q", content[:8])[0]
header = json.loads(content[8:8 + length])
data = content[8 + length:]
tensors = {}
for name, entry in header.items():
    if name == "__metadata__":
        continue
    assert entry["dtype"] == "F32"
    first, end = entry["data_offsets"]
    tensors[name] = torch.from_numpy(numpy.frombuffer(data[first:end], dtype=numpy.float32).reshape(entry["shape"]).copy())
torch.save(tensors, folder / "adapter_model.bin")
source.unlink()
