import { text } from 'node:stream/consumers';
import { type Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../../app/config.ts';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { explain, formatBytes, formatInstant, print, printTable, WrongUse } from '../output.ts';

interface Backup {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly at: string;
  readonly automatic: boolean;
  readonly withKey: boolean;
}

interface WriteOptions {
  readonly passphraseStdin?: boolean;
  readonly json?: boolean;
}

interface ScheduleOptions {
  readonly every?: number;
  readonly keep?: number;
}

export function addBackupCommands(program: Command): void {
  const backup = program
    .command('backup')
    .description('write a verified copy of the ledger while work goes on')
    .option('--passphrase-stdin', 'take the key of stored secrets along, sealed with this passphrase')
    .option('--json', 'answer as JSON')
    .action((options: WriteOptions) => withApi((api) => write(api, options)));
  backup
    .command('list')
    .description('list the backups')
    .action((_options: object, command: Command) => withApi((api) => list(api, command.optsWithGlobals())));
  backup
    .command('schedule')
    .description('write backups by itself; without options: say how often')
    .option('--every <hours>', '0 switches it off', parseCount)
    .option('--keep <n>', 'automatic ones that stay', parseCount)
    .action((options: ScheduleOptions) => withApi((api) => schedule(api, options)));
  program
    .command('restore <file>')
    .description('put a backup in the place of the ledger; the server must be stopped')
    .option('--passphrase-stdin', 'take the key of stored secrets out of the backup')
    .option('--json', 'answer as JSON')
    .action(restore);
}

async function write(api: Api, options: WriteOptions): Promise<void> {
  const passphrase = await readPassphrase(options);
  const { path, bytes, withKey } = await api.post<Backup>('/api/v1/backups', passphrase === null ? {} : { passphrase });
  if (options.json) return print(api.lastText());
  print(path);
  explain(`${formatBytes(bytes)}, verified.`);
  if (passphrase !== null && !withKey) explain('No secret was ever stored, so there is no key to take along.');
}

async function list(api: Api, options: { json?: boolean }): Promise<void> {
  const { items } = await api.get<{ items: Backup[] }>('/api/v1/backups');
  if (options.json) return print(api.lastText());
  if (items.length === 0) return explain('There is no backup yet.');
  printTable(
    ['AT', 'SIZE', 'BY', 'KEY', 'FILE'],
    items.map(({ at, bytes, automatic, withKey, path }) => [
      formatInstant(at),
      formatBytes(bytes),
      automatic ? 'schedule' : 'hand',
      withKey ? 'sealed' : '-',
      path,
    ]),
  );
}

async function schedule(api: Api, { every, keep }: ScheduleOptions): Promise<void> {
  const { backup } = await api.get<{ backup: { everyHours: number; keep: number } }>('/api/v1/settings');
  const wanted = { everyHours: every ?? backup.everyHours, keep: keep ?? backup.keep };
  if (every !== undefined || keep !== undefined) await api.put('/api/v1/settings/backup', wanted);
  print(
    wanted.everyHours === 0
      ? 'No backups are written by themselves.'
      : `A backup every ${counted(wanted.everyHours, 'hour')}; the last ${wanted.keep} stay.`,
  );
}

async function restore(file: string, options: WriteOptions): Promise<void> {
  const { restoreBackup } = await import('../../app/restore.ts');
  const done = await restoreBackup(readConfig(), file, await readPassphrase(options));
  if (options.json) return print(JSON.stringify(done));
  print(`${done.restored} is now the ledger.`);
  if (done.kept !== null) print(`The one before is kept as ${done.kept}`);
  if (done.missingFrom !== null)
    print(
      `Reports since ${done.missingFrom.toISOString()} are missing unless they are sent again; counters are caught up at the next reading.`,
    );
  explain('Everybody has to log in again. Tokens that were revoked since then are valid again: xpert token list');
  if (done.hasSealedKey && done.key === 'kept')
    explain('It carries the key of stored secrets; with --passphrase-stdin that one is taken.');
}

async function readPassphrase({ passphraseStdin }: WriteOptions): Promise<string | null> {
  if (passphraseStdin !== true) return null;
  const [line = ''] = (await text(process.stdin)).split(/\r?\n/);
  if (line === '') throw new WrongUse('Standard input holds no passphrase.');
  return line;
}

function parseCount(value: string): number {
  if (/^\d{1,4}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It must be a whole number.');
}
