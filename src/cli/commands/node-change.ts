import { type Command, Option } from 'commander';
import { ExpectedError } from '../../core/errors.ts';
import { type AccessSourceOptions, accessSourceOptionsOf, addAccessSourceOptions } from '../access-source.ts';
import { type Api, withApi } from '../api.ts';
import { findNode } from '../find.ts';
import { parseSeconds, parseTags, type Test, testLines } from '../node-source.ts';
import { explain, print, WrongUse } from '../output.ts';
import { addPanelOptions, givenOptions, isPanelKind, type PanelOptions, tokenOf } from '../panel-source.ts';

interface ChangeOptions extends PanelOptions, AccessSourceOptions {
  readonly name?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly users?: string;
  readonly interval?: number;
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
    .option('--interval <seconds>', 'time between two readings', parseSeconds);
  addAccessSourceOptions(addPanelOptions(change))
    .option('--untested', 'save it although the test fails')
    .option('--json', 'answer as JSON')
    .action((name: string, options: ChangeOptions) => withApi((api) => changeNode(api, name, options)));
}

async function changeNode(api: Api, name: string, options: ChangeOptions): Promise<void> {
  const { id } = await findNode(api, name);
  const node = await api.get<Node>(`/api/v1/nodes/${id}`);
  const reached = await changedOptions(node, options);
  if (reached !== null) await tryOut(api, node, reached, options.untested ?? false);
  const change = {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.tags === undefined ? {} : { tags: options.tags }),
    ...(options.users === undefined ? {} : { usersPolicy: options.users }),
    ...(options.interval === undefined ? {} : { pollIntervalSeconds: options.interval }),
    ...(reached === null ? {} : { options: reached }),
  };
  if (Object.keys(change).length === 0) throw new WrongUse('What is to change?', 'xpert node change --help');
  await api.patch<Node>(`/api/v1/nodes/${id}`, change);
  if (options.json) return print(api.lastText());
  print(`${options.name ?? name} is changed.`);
}

/** How the node is reached from now on; null if that stays. */
async function changedOptions(node: Node, options: ChangeOptions): Promise<Record<string, unknown> | null> {
  const access = accessSourceOptionsOf(node.kind, options);
  if (!isPanelKind(node.kind)) {
    const { tokenFile: _, ...others } = options;
    if (Object.keys(await givenOptions(others)).length > 0)
      throw new WrongUse(`These options are for panels; this node is ${node.kind}.`);
    const given = { ...access, ...(await tokenOf(node.kind, options)) };
    return Object.keys(given).length === 0 ? null : { ...node.options, ...given };
  }
  const given = await givenOptions(options);
  if (Object.keys(given).length === 0) return null;
  const changed = { ...node.options, ...given };
  if (changed.gateway === '-') delete changed.gateway;
  return changed;
}

async function tryOut(api: Api, { id }: Node, options: Record<string, unknown>, isUntested: boolean): Promise<void> {
  const test = await api.post<Test>(`/api/v1/nodes/${id}/test`, { options });
  explain(...testLines(test));
  if (test.ok || isUntested) return;
  throw new ExpectedError('node-test-failed', 'Nothing was changed.', {
    hint: 'Repair it and try again, or save it as it is with --untested.',
  });
}
