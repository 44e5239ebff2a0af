// Loads a GGUF file with node-llama-cpp and continues token ids greedily.
//   node greedy.mjs <file.gguf> <count>   with a JSON array of ids on standard input; prints a JSON array of ids.
import {readFileSync} from "node:fs";
import {getLlama} from "node-llama-cpp";

const [path, count] = process.argv.slice(2);
const prompt = JSON.parse(readFileSync(0, "utf8"));
const llama = await getLlama({build: "never", gpu: false, logLevel: "error", progressLogs: false, maxThreads: 1});
const model = await llama.loadModel({modelPath: path});
const context = await model.createContext({contextSize: 256, threads: 1});
const ids = [];
for await (const token of context.getSequence().evaluate(prompt, {temperature: 0})) {
    ids.push(token);
    if (ids.length >= Number(count) || model.isEogToken(token)) break;
}
console.log(JSON.stringify(ids));
process.exit(0);
