"""Reads a JSON list of {schema, documents} on standard input and prints what jsonschema has against the documents, as a JSON list."""

import json
import sys

import jsonschema

faults = []
for number, case in enumerate(json.load(sys.stdin)):
    jsonschema.Draft202012Validator.check_schema(case["schema"])
    # The checker of this draft: the default one also has "time" as draft 3 meant it, without an offset.
    validator = jsonschema.Draft202012Validator(case["schema"], format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    for document in case["documents"]:
        for error in validator.iter_errors(json.loads(document)):
            faults.append({"case": number, "document": document, "error": error.message[:300], "rule": str(error.validator), "value": str(error.validator_value)[:200]})

print(json.dumps(faults[:10], ensure_ascii=False))
