"""Renders chat templates with Python's Jinja, in the sandbox and with the settings that transformers documents for them.

python3 jinja_sandbox.py, with a JSON array of {template, variables} on standard input, prints a JSON array of {text, generated} or {error}:
generated lists [start, end) of what stands inside {% generation %}, in code points, neighbouring ones together.
"""
import json
import sys
from datetime import datetime

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    """Puts marks around the blocks; the marks are taken out again after rendering."""

    tags = {"generation"}
    begin, end = "\ue000", "\ue001"

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_mark"), [], [], body).set_lineno(line)

    def _mark(self, caller):
        return self.begin + caller() + self.end


def refuse(message):
    raise TemplateError(message)


def to_json(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"])
environment.filters["tojson"] = to_json
environment.globals["raise_exception"] = refuse
environment.globals["strftime_now"] = lambda form: datetime(2026, 3, 7, 15, 4, 5).strftime(form)


def render(case):
    try:
        marked = environment.from_string(case["template"]).render(**case["variables"])
    except Exception as error:  # every error of a template counts alike here
        return {"error": f"{type(error).__name__}: {error}"}
    text, generated = [], []
    for character in marked:
        if character == Generation.begin:
            if not generated or generated[-1][1] != len(text):
                generated.append([len(text), len(text)])
        elif character == Generation.end:
            generated[-1][1] = len(text)
        else:
            text.append(character)
    return {"text": "".join(text), "generated": generated}


sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")
print(json.dumps([render(case) for case in json.load(sys.stdin)]))
