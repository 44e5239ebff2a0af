// Serves Hugging Face's tokenizers library line by line.
//   node tokenizer-lines.mjs <folder with tokenizer.json>   with one JSON object a line on standard input: {"encode": text, "special": bool} or {"decode": ids};
//   prints the ids or the text as one JSON line each.
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {createInterface} from "node:readline";
import {Tokenizer} from "@huggingface/tokenizers";

const read = (name) => JSON.parse(readFileSync(join(process.argv[2], name), "utf8"));
const tokenizer = new Tokenizer(read("tokenizer.json"), read("tokenizer_config.json"));
for await (const line of createInterface({input: process.stdin})) {
    const request = JSON.parse(line);
    const answer = "encode" in request
        ? tokenizer.encode(request.encode, {add_special_tokens: request.special}).ids
        : tokenizer.decode(request.decode, {clean_up_tokenization_spaces: false});
    console.log(JSON.stringify(answer));
}
