import type { Command } from 'commander';
import { ExpectedError } from '../../core/errors.ts';
import { type Api, withApi } from '../api.ts';
import { findNode } from '../find.ts';
import { addSourceOptions, type Setup, type SourceOptions, sourceOf, type Test } from '../node-source.ts';
import { explain, print, WrongUse } from '../output.ts';

type Options = Omit<SourceOptions, 'kind'> & { readonly kind?: string; readonly access?: boolean };

export function addSetupCommand(node: Command): void {
  const setup = node
    .command('setup [name]')
    .description('print what to run on a node as root, so that the key may read counters there and nothing else')
    .option('--kind <kind>', 'what is read there', 'wireguard')
    .option('--access', 'of a saved node: the key may also take access of peers and give it back');
  addSourceOptions(setup).action((name: string | undefined, options: Options) =>
    withApi(async (api) =>
      printSetup(await (name === undefined ? setupFor(api, options) : setupOf(api, name, options))),
    ),
  );
}

async function setupOf(api: Api, name: string, { access }: Options): Promise<Setup | null> {
  const { id } = await findNode(api, name);
  return (await api.get<{ setup: Setup | null }>(`/api/v1/nodes/${id}/setup${access ? '?access=true' : ''}`)).setup;
}

/** For a node that is not saved yet. */
async function setupFor(api: Api, options: Options): Promise<Setup | null> {
  const { kind = 'wireguard', access, ...where } = options;
  if (access) throw new WrongUse('--access is for a node that is saved.', 'xpert node setup NAME --access');
  if (where.ssh === undefined && where.file === undefined)
    throw new WrongUse('Which node?', 'Name a saved one, or say how it is reached: --ssh root@HOST --identity FILE');
  return (await api.post<Test>('/api/v1/nodes/test', await sourceOf({ ...where, kind }))).setup;
}

/** Prints a script and nothing else: it may go through a pipe into a root shell. */
function printSetup(setup: Setup | null): void {
  if (setup === null) {
    explain('Nothing is needed to read this node.');
    return;
  }
  if (setup.authorizedKeys.includes('(public key of'))
    throw new ExpectedError('no-public-key', 'There is no key yet that the node could let in.', {
      hint: "Make one, as the user that runs Xpert: ssh-keygen -t ed25519 -N '' -f FILE, and name it with --identity.",
    });
  print('set -e', ...setup.commands);
}

/** The same command again, to paste: with the options that were given. */
export function setupCommand(options: SourceOptions): string {
  const words = [
    ...(options.kind === 'wireguard' ? [] : ['--kind', options.kind]),
    ...(options.ssh === undefined ? [] : ['--ssh', options.ssh]),
    ...(options.identity === undefined ? [] : ['--identity', options.identity]),
    ...(options.file === undefined ? [] : ['--file', options.file]),
    ...(options.container === undefined ? [] : ['--container', ...options.container]),
    ...(options.api === undefined ? [] : ['--api', options.api]),
  ];
  return ['xpert node setup', ...words].join(' ');
}
