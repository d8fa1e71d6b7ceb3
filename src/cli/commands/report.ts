import { parseArgs } from 'node:util';
import { readReportConfig } from '../../app/report/report-config.ts';
import { runReport } from '../../app/report/run-report.ts';
import { WrongUse } from '../output.ts';
import { REPORT_OPTIONS } from './report-options.ts';

/** `xpert report`: reports what a client program carried over servers that are not ours, until it is ended. */
export async function reportVerb(args: readonly string[]): Promise<void> {
  await runReport(readReportConfig(variablesOf(args)));
}

function variablesOf(args: readonly string[]): Record<string, string> {
  const options = Object.fromEntries(
    REPORT_OPTIONS.map(([name]) => [name, { type: 'string', multiple: true } as const]),
  );
  try {
    const { values } = parseArgs({ args: [...args], options, allowPositionals: false });
    return Object.fromEntries(
      REPORT_OPTIONS.flatMap(([name, , variable]) => {
        const given = values[name];
        return Array.isArray(given) ? [[variable, given.join(',')]] : [];
      }),
    );
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error), 'docs/report.md has every option.');
  }
}
