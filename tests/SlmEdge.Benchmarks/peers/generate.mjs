// Continues prompts greedily with transformers.js and times it.
//   node generate.mjs <node_modules> <model folder> <dtype> <threads>
// Standard input, one JSON object a line: {prompt: token ids, tokens: how many}, answered with {seconds, tokens}.
import {createInterface} from "node:readline";
import {basename, dirname, join} from "node:path";
import {pathToFileURL} from "node:url";

const [packages, folder, dtype, threads] = process.argv.slice(2);
const {AutoModelForCausalLM, Tensor, env} = await import(
    pathToFileURL(join(packages, "@huggingface", "transformers", "dist", "transformers.node.mjs")));
env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = dirname(folder);
const model = await AutoModelForCausalLM.from_pretrained(basename(folder), {
    dtype, device: "cpu", subfolder: "", model_file_name: "model",
    session_options: {intraOpNumThreads: Number(threads), interOpNumThreads: 1},
});
for await (const line of createInterface({input: process.stdin})) {
    const {prompt, tokens} = JSON.parse(line);
    const ids = new Tensor("int64", BigInt64Array.from(prompt.map(BigInt)), [1, prompt.length]);
    const mask = new Tensor("int64", new BigInt64Array(prompt.length).fill(1n), [1, prompt.length]);
    const start = performance.now();
    const output = await model.generate({inputs: ids, attention_mask: mask, max_new_tokens: tokens, min_new_tokens: tokens, do_sample: false});
    console.log(JSON.stringify({seconds: (performance.now() - start) / 1000, tokens: output.dims[1] - prompt.length}));
}
