import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Command } from 'commander';
import { type Api, withApi } from '../api.ts';
import { findNode, findUser } from '../find.ts';
import { explain, WrongUse } from '../output.ts';
import { parseDays } from './usage.ts';

interface Options {
  readonly format: string;
  readonly bucket: string;
  readonly days?: number;
  readonly from?: string;
  readonly to?: string;
  readonly user?: string;
  readonly node?: string;
  readonly output?: string;
}

export function addExportCommands(program: Command): void {
  program
    .command('export')
    .description('all usage per user, node, service and time, raw and billed, as CSV or NDJSON')
    .option('--format <format>', 'csv or ndjson', 'csv')
    .option('--bucket <bucket>', 'quarter, hour or day', 'day')
    .option('--days <days>', 'whole days, today included (default: 30)', parseDays)
    .option('--from <instant>', 'instead of days: from when on, RFC 3339')
    .option('--to <instant>', 'until when (default: now)')
    .option('--user <user>', 'only of this user')
    .option('--node <node>', 'only of this node')
    .option('--output <file>', 'write a file, which appears when it is whole (default: standard output)')
    .action((options: Options) => withApi((api) => exportUsage(api, options)));
}

async function exportUsage(api: Api, options: Options): Promise<void> {
  const { format, bucket, days, from, to, user, node, output } = options;
  if (from !== undefined && days !== undefined) throw new WrongUse('Give either --days or --from, not both.');
  const query = new URLSearchParams({ format, bucket });
  if (days !== undefined) query.set('days', String(days));
  if (from !== undefined) query.set('from', from);
  if (to !== undefined) query.set('to', to);
  if (user !== undefined) query.set('user', (await findUser(api, user)).id);
  if (node !== undefined) query.set('node', (await findNode(api, node)).id);
  await downloadTo(api, `/api/v1/export/usage?${query}`, output);
}

/** To standard output, or to a file that appears when it is whole. */
export async function downloadTo(api: Api, path: string, output: string | undefined): Promise<void> {
  if (output === undefined) return api.download(path, (piece) => write(process.stdout, piece));
  await toFile(output, (sink) => api.download(path, (piece) => write(sink, piece)));
  explain(`Wrote ${output}`);
}

/** Under another name until it is whole: half an export must not look like one. */
async function toFile(path: string, fill: (sink: Writable) => Promise<void>): Promise<void> {
  const unfinished = `${path}.part`;
  const sink = createWriteStream(unfinished, { mode: 0o600 });
  try {
    await once(sink, 'open');
    await fill(sink);
    sink.end();
    await finished(sink);
    await rename(unfinished, path);
  } catch (error) {
    sink.destroy();
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function write(sink: Writable, piece: Buffer): Promise<void> {
  if (!sink.write(piece)) await once(sink, 'drain');
}
