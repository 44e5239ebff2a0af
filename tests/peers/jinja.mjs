// Renders chat templates with Hugging Face's JavaScript implementation of Jinja.
//   node jinja.mjs   with a JSON array of {template, variables} on standard input; prints a JSON array of {text} or {error}.
import {readFileSync} from "node:fs";
import {Template} from "@huggingface/jinja";

const parsed = new Map();
const render = ({template, variables}) => {
    try {
        if (!parsed.has(template)) parsed.set(template, new Template(template));
        return {text: parsed.get(template).render(variables)};
    } catch (error) {
        return {error: String(error.message ?? error)};
    }
};
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(render)));
