"""Runs one of llama.cpp's conversion scripts as it is, with what Debian's Python lacks for it.

    python3 run.py <script> <arguments of the script…>

The scripts name number types that Debian's PyTorch 1.13 does not have yet, in tables that only files with such numbers reach.
"""
import runpy
import sys
from pathlib import Path

import torch

for name in ("float8_e4m3fn", "float8_e5m2"):
    if not hasattr(torch, name):
        setattr(torch, name, name)

script = Path(sys.argv[1]).resolve()
sys.argv = sys.argv[1:]
sys.path[:0] = [str(script.parent), str(Path(__file__).resolve().parent)]
runpy.run_path(str(script), run_name="__main__")
