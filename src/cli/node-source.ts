import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { counted } from '../core/units/counted.ts';
import { type AccessSourceOptions, accessSourceOptionsOf, addAccessSourceOptions } from './access-source.ts';
import { addDaemonOptions, type DaemonOptions, daemonOptionsOf } from './daemon-source.ts';
import { formatBytes, type Traffic, WrongUse } from './output.ts';
import { isPanelKind, type PanelOptions, panelOptionsOf, tokenOf } from './panel-source.ts';

export interface Setup {
  readonly wrapper: { readonly path: string; readonly content: string } | null;
  readonly authorizedKeys: string;
  readonly commands: readonly string[];
}

export interface Test {
  readonly ok: boolean;
  readonly durationMs: number;
  readonly found: {
    readonly services: readonly Service[];
    readonly peers: number;
    readonly bytes: Traffic;
    readonly version: string | null;
    readonly notes: readonly { readonly message: string; readonly hint: string | null }[];
  } | null;
  readonly problems: readonly {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly commands: readonly string[];
  }[];
  readonly setup: Setup | null;
  readonly hostKey: string | null;
}

interface Service {
  readonly kind: string;
  readonly name: string;
  readonly listenPort: number | null;
  readonly peers: number;
}

/** How a node is reached, as the options of a command say it. */
export interface SourceOptions extends DaemonOptions, PanelOptions, AccessSourceOptions {
  readonly kind: string;
  readonly ssh?: string;
  readonly identity?: string;
  readonly file?: string;
  readonly container?: readonly string[];
  readonly interface?: string;
  readonly api?: string;
  readonly count?: string;
  readonly instance?: string;
  readonly declaration?: string;
}

export function addSourceOptions(command: Command): Command {
  return addAccessSourceOptions(addDaemonOptions(command))
    .option('--ssh <user@host[:port]>', 'read it over ssh; without it, this machine')
    .option('--identity <file>', 'private key for ssh')
    .option('--file <path>', 'read a file that something else writes')
    .option('--container <name...>', 'containers on it to read as well')
    .option('--interface <name>', 'WireGuard: only this interface')
    .option('--api <host:port>', 'Xray, sing-box: where its API listens, seen from there (default: 127.0.0.1:10085)')
    .option('--count <what>', 'Xray, sing-box: users, inbounds or outbounds (default: users)')
    .option('--instance <name>', 'Xray, sing-box: a name of your own for this instance');
}

/** What the integration needs to reach the counters. Relative paths are meant from where the command was given. */
export async function sourceOf(options: SourceOptions): Promise<{ kind: string; options: Record<string, unknown> }> {
  const { kind } = options;
  if (isPanelKind(kind)) return { kind, options: await panelOptionsOf(kind, options) };
  if (kind === 'declared') return { kind, options: declarationOf(options) };
  const place = daemonOptionsOf(options) ?? placeOf(options);
  return { kind, options: { ...place, ...accessSourceOptionsOf(kind, options), ...(await tokenOf(kind, options)) } };
}

function declarationOf({ declaration }: SourceOptions): Record<string, unknown> {
  if (declaration === undefined)
    throw new WrongUse('--kind declared needs --declaration FILE.', 'docs/operate/declared-sources.md has examples.');
  try {
    return JSON.parse(readFileSync(declaration, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is no JSON' : (error as NodeJS.ErrnoException).code;
    throw new WrongUse(`${declaration} cannot be used: ${reason}.`);
  }
}

function placeOf(options: SourceOptions): Record<string, unknown> {
  if (options.ssh !== undefined && options.file !== undefined)
    throw new WrongUse('--ssh and --file exclude each other.');
  if (options.identity !== undefined && options.ssh === undefined) throw new WrongUse('--identity needs --ssh.');
  const transport = options.ssh !== undefined ? 'ssh' : options.file !== undefined ? 'file' : 'local';
  return {
    transport,
    ...(options.ssh === undefined ? {} : { ssh: options.ssh }),
    ...(options.identity === undefined ? {} : { identityFile: resolve(options.identity) }),
    ...(options.file === undefined ? {} : { path: resolve(options.file) }),
    ...(options.container === undefined ? {} : { containers: options.container }),
    ...(options.interface === undefined ? {} : { interface: options.interface }),
    ...(options.api === undefined ? {} : { api: options.api }),
    ...(options.count === undefined ? {} : { count: options.count }),
    ...(options.instance === undefined ? {} : { instance: options.instance }),
  };
}

/** The result of a test in words. Where the way out is a script for the node, `xpert node setup` prints that. */
export function testLines(test: Test): string[] {
  const services = (test.found?.services ?? []).map(
    ({ kind, name, listenPort, peers }) =>
      `  ${name} (${kind}${listenPort === null ? '' : `, port ${listenPort}`}): ${counted(peers, 'peer')}`,
  );
  const head =
    test.found === null
      ? 'It cannot be read.'
      : `It answers in ${test.durationMs} ms: ${counted(test.found.peers, 'peer')}, counters at ${formatBytes(test.found.bytes.totalBytes)}.`;
  const version = test.found?.version ? [`  version ${test.found.version}`] : [];
  const notes = (test.found?.notes ?? []).flatMap(({ message, hint }) => [
    `- ${message}`,
    ...(hint === null ? [] : [`  ${hint}`]),
  ]);
  const problems = test.problems.flatMap(({ message, hint, commands }) => [
    `! ${message}`,
    ...(hint === null ? [] : [`  ${hint}`]),
    ...(commands.some((command) => command.includes('\n')) ? [] : commands.map((command) => `    ${command}`)),
  ]);
  return [head, ...version, ...services, ...notes, ...problems];
}

/** Words with +, commas or spaces between; none of "". */
export function parseTags(text: string): readonly string[] {
  return text.split(/[+,\s]+/).filter((word) => word !== '');
}

export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds < 1 || seconds > 86_400)
    throw new InvalidArgumentError('It must be 1 to 86400 seconds.');
  return seconds;
}
