// Loads an exported ONNX folder with transformers.js and continues a text greedily.
//   node transformers.mjs <folder> <count>   with the text on standard input; prints {prompt, tokens} as ids.
import {readFileSync} from "node:fs";
import {basename, dirname} from "node:path";
import {AutoModelForCausalLM, AutoTokenizer, env} from "@huggingface/transformers";

const [folder, count] = process.argv.slice(2);
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);
const name = basename(folder);
const tokenizer = await AutoTokenizer.from_pretrained(name);
const model = await AutoModelForCausalLM.from_pretrained(name, {subfolder: "", dtype: "fp32", device: "cpu", session_options: {intraOpNumThreads: 1, logSeverityLevel: 3}});
const inputs = tokenizer(readFileSync(0, "utf8"));
const prompt = Array.from(inputs.input_ids.data, Number);
const output = await model.generate({...inputs, max_new_tokens: Number(count), do_sample: false});
console.log(JSON.stringify({prompt, tokens: Array.from(output.data, Number).slice(prompt.length)}));
