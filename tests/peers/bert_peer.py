"""The last hidden states of a BERT in a GGUF file of 32-bit floats, by the formulas of Devlin et al. 2018 (arXiv 1810.04805) in plain Python.

usage: bert_peer.py model.gguf "[[ids of a text], ...]"   prints [[[state of a token], ...], ...]

It reads the file by itself, by the GGUF specification, and needs nothing but Python's own library. GELU is the tanh form that llama.cpp computes.
"""
import array
import json
import math
import struct
import sys


class Reader:
    FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        self.at = 0

    def number(self, kind):
        value = struct.unpack_from("<" + kind, self.data, self.at)[0]
        self.at += struct.calcsize(kind)
        return value

    def text(self):
        length = self.number("Q")
        self.at += length
        return self.data[self.at - length:self.at].decode("utf-8")

    def value(self, kind):
        if kind == 8:
            return self.text()
        if kind == 9:
            inner, count = self.number("I"), self.number("Q")
            return [self.value(inner) for _ in range(count)]
        return self.number(self.FORMATS[kind])


def load(path):
    reader = Reader(path)
    assert reader.data[:4] == b"GGUF"
    reader.at = 8
    tensors, keys = reader.number("Q"), reader.number("Q")
    facts = {}
    for _ in range(keys):
        name = reader.text()
        facts[name] = reader.value(reader.number("I"))
    described = []
    for _ in range(tensors):
        name = reader.text()
        shape = [reader.number("Q") for _ in range(reader.number("I"))]
        assert reader.number("I") == 0, "only F32"
        described.append((name, shape, reader.number("Q")))
    start = (reader.at + 31) // 32 * 32
    weights = {}
    for name, shape, offset in described:
        values = array.array("f", reader.data[start + offset:start + offset + 4 * math.prod(shape)])
        width = shape[0]
        weights[name] = list(values) if len(shape) == 1 else [list(values[i:i + width]) for i in range(0, len(values), width)]
    return facts, weights


def main():
    facts, weights = load(sys.argv[1])
    heads, epsilon = facts["bert.attention.head_count"], facts["bert.attention.layer_norm_epsilon"]
    width = facts["bert.embedding_length"]
    size = width // heads

    def linear(rows, name):
        matrix, bias = weights[name + ".weight"], weights[name + ".bias"]
        return [[sum(a * b for a, b in zip(line, row)) + c for line, c in zip(matrix, bias)] for row in rows]

    def norm(rows, name):
        scale, shift = weights[name + ".weight"], weights[name + ".bias"]
        result = []
        for row in rows:
            mean = sum(row) / len(row)
            spread = math.sqrt(sum((x - mean) ** 2 for x in row) / len(row) + epsilon)
            result.append([(x - mean) / spread * a + b for x, a, b in zip(row, scale, shift)])
        return result

    def add(left, right):
        return [[a + b for a, b in zip(x, y)] for x, y in zip(left, right)]

    def attend(queries, keys, values):
        result = []
        for query in queries:
            row = []
            for head in range(heads):
                part = slice(head * size, (head + 1) * size)
                scores = [sum(a * b for a, b in zip(query[part], key[part])) / math.sqrt(size) for key in keys]
                top = max(scores)
                shares = [math.exp(score - top) for score in scores]
                total = sum(shares)
                row += [sum(share * value[part][i] for share, value in zip(shares, values)) / total for i in range(size)]
            result.append(row)
        return result

    def gelu(x):
        return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))

    answers = []
    for tokens in json.loads(sys.argv[2]):
        states = [
            [a + b + c for a, b, c in zip(weights["token_embd.weight"][token], weights["token_types.weight"][0], weights["position_embd.weight"][place])]
            for place, token in enumerate(tokens)
        ]
        states = norm(states, "token_embd_norm")
        for layer in range(facts["bert.block_count"]):
            block = f"blk.{layer}."
            attended = attend(linear(states, block + "attn_q"), linear(states, block + "attn_k"), linear(states, block + "attn_v"))
            states = norm(add(states, linear(attended, block + "attn_output")), block + "attn_output_norm")
            inner = [[gelu(x) for x in row] for row in linear(states, block + "ffn_up")]
            states = norm(add(states, linear(inner, block + "ffn_down")), block + "layer_output_norm")
        answers.append(states)
    json.dump(answers, sys.stdout)


main()
