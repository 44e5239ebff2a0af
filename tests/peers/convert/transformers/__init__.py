"""Stands in for Hugging Face's transformers, which Debian does not have, where llama.cpp's conversion scripts ask for it: the tokens as they stand in
tokenizer.json, and the ids that Hugging Face's own tokenizers library (its JavaScript package) gives. Configurations are left to the scripts, which then
read config.json themselves.
"""
import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

PEERS = Path(__file__).resolve().parents[2]
SPECIAL = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")


class AutoConfig:
    @staticmethod
    def from_pretrained(*_, **__):
        raise OSError("no transformers here; config.json is read as it stands")


class AutoTokenizer:
    is_fast = True

    @staticmethod
    def from_pretrained(folder, **_):
        return AutoTokenizer(Path(folder))

    def __init__(self, folder):
        definition = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        added = definition["added_tokens"]
        self._model = definition["model"]["vocab"]
        self.vocab = {**self._model, **{token["content"]: token["id"] for token in added}}
        self.added_tokens_decoder = {token["id"]: SimpleNamespace(**token) for token in added}
        self.vocab_size = len(self._model)
        named = [config.get(name) for name in SPECIAL] + list(config.get("additional_special_tokens") or [])
        texts = [token["content"] if isinstance(token, dict) else token for token in named if token]
        self.all_special_tokens = list(dict.fromkeys(texts))
        self.all_special_ids = [self.vocab[text] for text in self.all_special_tokens]
        self._server = subprocess.Popen(
            ["node", str(PEERS / "tokenizer-lines.mjs"), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def get_vocab(self):
        return self.vocab

    def get_added_vocab(self):
        return {token.content: token.id for token in self.added_tokens_decoder.values()}

    def encode(self, text, add_special_tokens=True):
        return self._ask({"encode": text, "special": add_special_tokens})

    def decode(self, ids):
        return self._ask({"decode": ids})

    def convert_tokens_to_ids(self, text):
        return self.vocab.get(text)

    def _ask(self, request):
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        return json.loads(self._server.stdout.readline())
