/**
 * `npm run fuzz -- [--inputs N] [--first N] [--target NAME]`: stops at the first input that made something fail inside,
 * and tells how to do it again. Memory is looked at on the way: it must not grow with the number of inputs.
 */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    first: { type: 'string', default: '1' },
    target: { type: 'string' },
    openapi: { type: 'string' },
  },
});
const MIB = 1024 ** 2;
/** Above what is in use after the first tenth; a server alone holds some 50 MB. */
const MOST_GROWTH_MIB = 150;
const inputs = Number(values.inputs);
let baseMib: number | null = null;

function heapMib(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MIB;
}

try {
  const { statuses } = await fuzz({
    ...{
      first: Number(values.first),
      inputs,
      target: values.target ?? null,
      openapiPath: values.openapi ?? 'openapi.json',
    },
    onProgress: (done) => {
      const mib = heapMib();
      if (baseMib === null && done >= inputs / 10) baseMib = mib;
      if (done % 50_000 === 0) process.stdout.write(`${done} inputs, ${mib.toFixed(0)} MiB in use\n`);
      if (baseMib !== null && mib > baseMib + MOST_GROWTH_MIB)
        throw new Error(`memory has grown from ${baseMib.toFixed(0)} to ${mib.toFixed(0)} MiB`);
    },
  });
  process.stdout.write(`${inputs} inputs: nothing failed. Answers by status: ${JSON.stringify(statuses)}\n`);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
