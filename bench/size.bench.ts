import { statSync } from 'node:fs';
import { appendFile } from './lib/append-file.ts';
import { type Figure, round } from './lib/figure.ts';
import { ledgerFile } from './lib/ledger-file.ts';
import { model } from './lib/report-model.ts';

/** Bytes on disk per report, with the keys that recognise repeated reports and every index. */
export const figure: Figure = {
  name: 'size',
  target: 0.35,
  better: 'lower',
  async run() {
    const ours = statSync(await ledgerFile()).size;
    const baseline = statSync(await appendFile()).size;
    return {
      ratio: round(ours / baseline),
      bytesPerReport: round(ours / model.reports),
      baselineBytesPerReport: round(baseline / model.reports),
      megabytes: Math.round(ours / 1e6),
      baselineMegabytes: Math.round(baseline / 1e6),
      reports: model.reports,
    };
  },
};
