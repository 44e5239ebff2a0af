// Tokenises with Hugging Face's tokenizers library.
//   node tokenize.mjs <folder with tokenizer.json>   with a JSON array of texts on standard input;
//   prints a JSON array of {ids, text}: the ids without special tokens, and what they decode to.
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {Tokenizer} from "@huggingface/tokenizers";

const folder = process.argv[2];
const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const tokenizer = new Tokenizer(read("tokenizer.json"), read("tokenizer_config.json"));
const texts = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => {
    const {ids} = tokenizer.encode(text, {add_special_tokens: false});
    return {ids, text: ids.length === 0 ? "" : tokenizer.decode(ids, {clean_up_tokenization_spaces: false})};
})));
