"""Tokenises with Debian's python3-sentencepiece.

    python3 sentencepiece_ids.py <tokenizer.model>   with a JSON array of texts on standard input; prints a JSON array of {ids, text}.
"""
import json
import sys

import sentencepiece

model = sentencepiece.SentencePieceProcessor()
model.LoadFromFile(sys.argv[1])
encoded = [model.encode(text) for text in json.load(sys.stdin)]
print(json.dumps([{"ids": ids, "text": model.decode(ids)} for ids in encoded]))
