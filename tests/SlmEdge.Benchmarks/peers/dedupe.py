"""Exact dedupe as a competent script does it: keeps the first row of each text and label, letter case and white space aside."""
import json
import sys

seen = set()
with open(sys.argv[1], encoding="utf-8") as rows, open(sys.argv[2], "w", encoding="utf-8") as kept:
    for line in rows:
        row = json.loads(line)
        key = (" ".join(row["text"].lower().split()), row["label"])
        if key not in seen:
            seen.add(key)
            kept.write(line)
print(f"{len(seen):,} kept")
