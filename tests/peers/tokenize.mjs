// Tokenises with Hugging Face's tokenizers library.
//   node tokenize.mjs <folder with tokenizer.json> [texts of added tokens to leave out, as a JSON array]
//   with a JSON array of texts on standard input; prints a JSON array of {ids, text}: the ids without special tokens, and what they decode to.
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {Tokenizer} from "@huggingface/tokenizers";

const folder = process.argv[2];
const left = new Set(JSON.parse(process.argv[3] ?? "[]"));
const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const definition = read("tokenizer.json");

// Without a token in this list, its text is what a user typed and nothing else.
definition.added_tokens = definition.added_tokens.filter((token) => !left.has(token.content));
const tokenizer = new Tokenizer(definition, read("tokenizer_config.json"));
const texts = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => {
    const {ids} = tokenizer.encode(text, {add_special_tokens: false});
    return {ids, text: ids.length === 0 ? "" : tokenizer.decode(ids, {clean_up_tokenization_spaces: false})};
})));
