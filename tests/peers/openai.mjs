// OpenAI's own client for Node, unchanged, against a service: node openai.mjs BASE_URL MODEL. Prints one line of JSON with what came back.
import OpenAI from "openai";

const [baseURL, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "none is asked for", maxRetries: 0 });
const messages = [{ role: "system", content: "Be brief." }, { role: "user", content: [{ type: "text", text: "Which hose?" }] }];
const result = {};

const whole = await client.chat.completions.create({ model, messages, max_tokens: 16, logprobs: true, top_logprobs: 2 });
result.text = whole.choices[0].message.content;
result.finish = whole.choices[0].finish_reason;
result.completionTokens = whole.usage.completion_tokens;
result.logprobs = whole.choices[0].logprobs.content.length;

result.streamed = "";
const stream = await client.chat.completions.create({ model, messages, max_tokens: 16, stream: true, stream_options: { include_usage: true } });
for await (const chunk of stream) {
  result.streamed += chunk.choices[0]?.delta?.content ?? "";
  result.streamedTokens = chunk.usage?.completion_tokens ?? result.streamedTokens;
}

const runner = client.chat.completions.stream({ model, messages, max_tokens: 16 });
result.collected = (await runner.finalChatCompletion()).choices[0].message.content;

const schema = { type: "object", properties: { part: { enum: ["pump", "hose"] } }, required: ["part"], additionalProperties: false };
const formatted = await client.chat.completions.create({
  model, messages, max_tokens: 60, temperature: 1.4, seed: 9, response_format: { type: "json_schema", json_schema: { name: "fault", strict: true, schema } }
});
result.part = JSON.parse(formatted.choices[0].message.content).part;

const completion = await client.completions.create({ model, prompt: "Which hose?", max_tokens: 8, logprobs: 2 });
result.completion = completion.choices[0].text;
result.completionLogprobs = completion.choices[0].logprobs.tokens.length;
// The client asks for base64 by itself where nothing is said.
result.embedding = (await client.embeddings.create({ model, input: "Which hose?" })).data[0].embedding;
result.embeddingInNumbers = (await client.embeddings.create({ model, input: ["Which hose?"], encoding_format: "float" })).data[0].embedding;
result.models = (await client.models.list()).data.map(entry => entry.id);

const failures = [
  () => client.chat.completions.create({ model, messages, n: 2 }),
  () => client.chat.completions.create({ model: "gpt-4o", messages }),
];
result.errors = [];
for (const attempt of failures) {
  try {
    await attempt();
  } catch (error) {
    result.errors.push({ kind: error.constructor.name, status: error.status, code: error.code, param: error.param, type: error.type });
  }
}

console.log(JSON.stringify(result));
