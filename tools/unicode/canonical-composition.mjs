// Writes src/SlmEdge.Tasks/Data/canonical-composition.txt: Unicode's canonical decompositions, compositions and the order of combining marks, read off
// String.prototype.normalize of Node, which carries the Unicode Character Database (its version stands in the file's first line).
//   node tools/unicode/canonical-composition.mjs > src/SlmEdge.Tasks/Data/canonical-composition.txt
const hex = (text) => Array.from(text, (c) => c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")).join(" ");
const isHangulSyllable = (code) => code >= 0xAC00 && code <= 0xD7A3; // composed by arithmetic
const nfd = (text) => text.normalize("NFD");
const nfc = (text) => text.normalize("NFC");
const lines = [
    `# Unicode ${process.versions.unicode}. Made by tools/unicode/canonical-composition.mjs.`,
    "# P composed = decomposition: also composed again. D character = decomposition only. R: marks of one combining class, the classes in ascending order.",
];

const marks = [];
for (let code = 0; code <= 0x10FFFF; code++) {
    if ((code >= 0xD800 && code <= 0xDFFF) || isHangulSyllable(code)) continue;
    const character = String.fromCodePoint(code);
    const parts = nfd(character);
    if (parts === character) {
        if (/\p{M}/u.test(character)) marks.push(character);
        continue;
    }
    lines.push(`${nfc(parts) === character ? "P" : "D"} ${hex(character)} = ${hex(parts)}`);
}

// Two marks change places exactly when the second has the lower class; class 0 never moves. U+0334 has the lowest class, U+0345 the highest.
const before = (x, y) => x !== y && nfd(y + x) === x + y;
const moving = marks.filter((mark) => before("\u0334", mark) || before(mark, "\u0345") || mark === "\u0334");
moving.sort((x, y) => (before(x, y) ? -1 : before(y, x) ? 1 : x.codePointAt(0) - y.codePointAt(0)));
let group = [];
const flush = () => { if (group.length > 0) lines.push(`R ${hex(group.join(""))}`); group = []; };
for (const mark of moving) {
    if (group.length > 0 && before(group[0], mark)) flush();
    group.push(mark);
}
flush();
console.log(lines.join("\n"));
