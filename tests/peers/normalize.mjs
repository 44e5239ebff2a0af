// Composes texts with the Unicode data of Node (ICU).
//   node normalize.mjs   with a JSON array of texts on standard input; prints a JSON array of their normalisation forms C.
import {readFileSync} from "node:fs";

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((text) => text.normalize("NFC"))));
