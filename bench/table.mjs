// Prints the figures as a table and writes them as one JSON file, with the machine they were measured on.

import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

const at = (name) => new URL(`./results/${name}`, import.meta.url);
const figures = readFileSync(at("figures.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
const machine = { processor: cpus()[0]?.model, cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) };
writeFileSync(at("figures.json"), JSON.stringify({ machine, figures }, null, 2));

const number = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
const rows = figures.map((one) => [one.name, one.of, number(one.p50), number(one.p95), one.unit, String(one.n), one.bar ?? ""]);
const head = ["figure", "of", "p50", "p95", "unit", "n", "bar"];
const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
const line = (row) => row.map((cell, column) => cell.padEnd(widths[column])).join("  ");
console.log([`${machine.cores} cores, ${machine.processor}, ${machine.memoryGiB} GiB`, line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line), ""].join("\n"));
for (const one of figures.filter((figure) => figure.of === "CoBrowse")) console.log(`${one.name}: ${one.definition}`);
