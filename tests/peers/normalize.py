"""Composes texts with Python's unicodedata.

    python3 normalize.py   with a JSON array of texts on standard input; prints a JSON array of their normalisation forms C, null for a text with
    characters that this Python's Unicode does not have.
"""
import json
import sys
import unicodedata

texts = json.load(sys.stdin)
known = lambda text: all(unicodedata.category(character) != "Cn" for character in text)
print(json.dumps([unicodedata.normalize("NFC", text) if known(text) else None for text in texts]))
