// Decides texts with node-llama-cpp: evaluates a prompt's tokens and reads the logits of the label codes at its last one.
//   node classify.mjs <node_modules> <file.gguf> <threads>
// Standard input, one JSON object a line: first {prefix, texts, codes} (token ids), answered with {"ready":true}; then, as often as
// wanted, {sequences, keepPrefix}, answered with {seconds, decisions}.
import {createInterface} from "node:readline";
import {join} from "node:path";
import {pathToFileURL} from "node:url";

const [packages, file, threadCount] = process.argv.slice(2);
const {getLlama} = await import(pathToFileURL(join(packages, "node-llama-cpp", "dist", "index.js")));
const threads = Number(threadCount);
const llama = await getLlama({build: "never", gpu: false, logLevel: "error", progressLogs: false, maxThreads: threads});
const model = await llama.loadModel({modelPath: file});
const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const answer = (value) => console.log(JSON.stringify(value));

const {prefix, texts, codes} = JSON.parse((await lines.next()).value);
const contextSize = prefix.length + Math.max(...texts.map((text) => text.length)) + 8;
const generateNext = {logits: {filter: {tokens: codes}}};

// Contexts are kept between runs; one per number of sequences.
const contexts = new Map();
async function sequencesOf(count) {
    if (!contexts.has(count)) {
        const context = await model.createContext({sequences: count, contextSize, batchSize: 256, threads});
        contexts.set(count, Array.from({length: count}, () => context.getSequence()));
    }
    return contexts.get(count);
}

async function decide(sequence, tokens) {
    const input = tokens.map((token, i) => i === tokens.length - 1 ? [token, {generateNext}] : token);
    const {logits} = (await sequence.controlledEvaluate(input))[tokens.length - 1].next;
    return codes.reduce((best, code, label) => logits.get(code) > logits.get(codes[best]) ? label : best, 0);
}

async function run({sequences, keepPrefix}) {
    const workers = await sequencesOf(sequences);
    const decisions = new Array(texts.length);
    let next = 0;
    const start = performance.now();
    await Promise.all(workers.map(async (sequence) => {
        const kept = keepPrefix ? prefix.length : 0;
        await sequence.clearHistory();
        if (keepPrefix) await sequence.evaluateWithoutGeneratingNewTokens(prefix);
        for (let i = next++; i < texts.length; i = next++) {
            decisions[i] = await decide(sequence, keepPrefix ? texts[i] : [...prefix, ...texts[i]]);
            if (keepPrefix) await sequence.eraseContextTokenRanges([{start: kept, end: sequence.nextTokenIndex}]);
            else await sequence.clearHistory();
        }
    }));
    return {seconds: (performance.now() - start) / 1000, decisions};
}

answer({ready: true});
for (let line = await lines.next(); !line.done; line = await lines.next()) answer(await run(JSON.parse(line.value)));
process.exit(0);
