// Writes the figures of a bench run into docs/performance.md, between its two markers; what people wrote stays.
// Usage: npm run -s bench > run.json && node bench/table.mjs run.json
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const page = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../docs/performance.md');
const [begin, end] = ['<!-- figures:begin (bench/table.mjs) -->', '<!-- figures:end -->'];

if (process.argv[2] === undefined) {
  process.stderr.write('Usage: node bench/table.mjs RUN.json, where RUN.json is the output of `npm run -s bench`\n');
  process.exit(2);
}
const { figures, run } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const text = readFileSync(page, 'utf8');
if (!text.includes(begin) || !text.includes(end)) throw new Error(`${page} has lost its markers ${begin} … ${end}`);
const [before] = text.split(begin);
const [, after] = text.split(end);
writeFileSync(page, `${before}${begin}\n${conditions()}\n\n${table()}\n${end}${after}`);

function conditions() {
  const machine = `${run.cores} cores of ${run.cpu}, Node ${run.node.slice(1)}`;
  const disk = `fdatasync p50 ${run.fdatasyncP50Micros} µs, p99 ${run.fdatasyncP99Micros} µs`;
  return `Run of ${run.at.slice(0, 10)}: ${machine}, ${disk}, load average ${run.loadAverage} when it began.`;
}

function table() {
  const rows = Object.entries(figures).flatMap(([name, figure]) => [
    row(name, figure),
    ...Object.entries(figure.parts ?? {}).map(([part, values]) => row(`– ${part}`, values)),
  ]);
  return ['| Figure | Ratio | Target | Reached | Details |', '|---|---|---|---|---|', ...rows].join('\n');
}

function row(name, { ratio, target, better, ok, parts, rounds, ...details }) {
  const reached = ok ?? (better === 'higher' ? ratio >= target : ratio <= target);
  const bound = `${better === 'higher' ? '≥' : '≤'} ${target}`;
  const told = Object.entries(details)
    .filter(([, value]) => typeof value !== 'object')
    .map(([detail, value]) => `${detail} ${typeof value === 'number' ? value.toLocaleString('en') : value}`);
  return `| ${name} | ${ratio} | ${bound} | ${reached ? 'yes' : '**no**'} | ${told.join(', ')} |`;
}
