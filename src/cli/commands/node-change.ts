import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { ExpectedError } from '../../core/errors.ts';
import { type AccessSourceOptions, accessSourceOptionsOf, addAccessSourceOptions } from '../access-source.ts';
import { type Api, withApi } from '../api.ts';
import { findNode } from '../find.ts';
import { movedTo } from '../node-place.ts';
import { parseSeconds, parseTags, type Test, testLines } from '../node-source.ts';
import { explain, print, WrongUse } from '../output.ts';
import { addPanelOptions, givenOptions, isPanelKind, type PanelOptions, tokenOf } from '../panel-source.ts';

interface ChangeOptions extends PanelOptions, AccessSourceOptions {
  readonly name?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly users?: string;
  readonly interval?: number;
  readonly ssh?: string;
  readonly identity?: string;
  readonly count?: string;
  readonly untested?: boolean;
  readonly json?: boolean;
}

interface Node {
  readonly id: string;
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export function addChangeCommand(node: Command): void {
  const change = node
    .command('change <name>')
    .description('change a node; what is not given stays, passwords and tokens too')
    .option('--name <name>', 'another name')
    .option('--description <text>')
    .option('--tags <words>', 'groups of the node for quotas: eu+fast; "" for none', parseTags)
    .addOption(new Option('--users <policy>', 'users for the peers').choices(['from-comments', 'per-peer', 'none']))
    .option('--interval <seconds>', 'time between two readings', parseSeconds)
    .option('--ssh <user@host[:port]>', 'read it over ssh from now on, or at another address')
    .option('--identity <file>', 'private key for ssh')
    .option('--count <what>', 'Xray, V2Ray, sing-box: users, inbounds or outbounds');
  addAccessSourceOptions(addPanelOptions(change))
    .option('--untested', 'save it although the test fails')
    .option('--json', 'answer as JSON')
    .action((name: string, options: ChangeOptions) => withApi((api) => changeNode(api, name, options)));
}

async function changeNode(api: Api, name: string, options: ChangeOptions): Promise<void> {
  const { id } = await findNode(api, name);
  const node = await api.get<Node>(`/api/v1/nodes/${id}`);
  const reached = await changedOptions(node, options);
  const hostKey = reached === null ? null : await tryOut(api, node, reached, options.untested ?? false);
  const change = {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.tags === undefined ? {} : { tags: options.tags }),
    ...(options.users === undefined ? {} : { usersPolicy: options.users }),
    ...(options.interval === undefined ? {} : { pollIntervalSeconds: options.interval }),
    ...(reached === null ? {} : { options: { ...reached, ...(hostKey === null ? {} : { hostKey }) } }),
  };
  if (Object.keys(change).length === 0) throw new WrongUse('What is to change?', 'xpert node change --help');
  await api.patch<Node>(`/api/v1/nodes/${id}`, change);
  if (options.json) return print(api.lastText());
  if (hostKey !== null) print(`Its host key is pinned: ${hostKey}`);
  print(`${options.name ?? name} is changed.`);
}

/** How the node is reached from now on; null if that stays. */
async function changedOptions(node: Node, options: ChangeOptions): Promise<Record<string, unknown> | null> {
  const access = accessSourceOptionsOf(node.kind, options);
  if (!isPanelKind(node.kind)) {
    const { tokenFile: _, ...others } = options;
    if (Object.keys(await givenOptions(others)).length > 0)
      throw new WrongUse(`These options are for panels; this node is ${node.kind}.`);
    const given = { ...placeOf(node, options), ...access, ...(await tokenOf(node.kind, options)) };
    if (Object.keys(given).length === 0) return null;
    return { ...(options.ssh === undefined ? node.options : movedTo(options.ssh, node.options)), ...given };
  }
  const given = await givenOptions(options);
  if (Object.keys(given).length === 0) return null;
  const changed = { ...node.options, ...given };
  if (changed.gateway === '-') delete changed.gateway;
  return changed;
}

/** Where it is read from now on, and what is counted there. */
function placeOf({ kind, options: before }: Node, { ssh, identity, count }: ChangeOptions): Record<string, unknown> {
  if (identity !== undefined && ssh === undefined && before.transport !== 'ssh')
    throw new WrongUse('--identity needs --ssh.');
  if (count !== undefined && !COUNTING.includes(kind))
    throw new WrongUse(`--count is for ${COUNTING.join(', ')}; this node is ${kind}.`);
  return {
    ...(ssh === undefined ? {} : { transport: 'ssh', ssh }),
    ...(identity === undefined ? {} : { identityFile: resolve(identity) }),
    ...(count === undefined ? {} : { count }),
  };
}

const COUNTING: readonly string[] = ['xray', 'v2ray', 'sing-box'];

/** @returns the host key that the test has seen for the first time */
async function tryOut(
  api: Api,
  { id }: Node,
  options: Record<string, unknown>,
  isUntested: boolean,
): Promise<string | null> {
  const test = await api.post<Test>(`/api/v1/nodes/${id}/test`, { options });
  explain(...testLines(test));
  if (test.ok || isUntested) return test.hostKey;
  throw new ExpectedError('node-test-failed', 'Nothing was changed.', {
    hint: 'Repair it and try again, or save it as it is with --untested.',
  });
}
