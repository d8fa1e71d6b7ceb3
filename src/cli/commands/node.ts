import { type Command, Option } from 'commander';
import { ExpectedError } from '../../core/errors.ts';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { findNode, type NodeItem } from '../find.ts';
import {
  addSourceOptions,
  parseSeconds,
  parseTags,
  type SourceOptions,
  sourceOf,
  type Test,
  testLines,
} from '../node-source.ts';
import { explain, formatBytes, formatInstant, print, printTable, type Traffic } from '../output.ts';
import { addPanelOptions } from '../panel-source.ts';
import { addNodeAccessCommand } from './access.ts';
import { addAgentCommand, printEnrolment, requirePanelUrl } from './node-agent.ts';
import { addNodeBudgetCommand } from './node-budget.ts';
import { addChangeCommand } from './node-change.ts';
import { addSetupCommand, setupCommand } from './node-setup.ts';

interface Node extends NodeItem {
  readonly state: string;
  readonly reason: { readonly message: string; readonly hint: string | null } | null;
  readonly lastCompleteAt: string | null;
  readonly peers: { readonly total: number; readonly online: number };
  readonly today: Traffic;
  readonly beforeXpert: Traffic | null;
  readonly services: readonly {
    readonly kind: string;
    readonly name: string;
    readonly listenPort: number | null;
    readonly peers: number;
  }[];
}

interface PollAnswer {
  readonly outcome: string;
  readonly durationMs: number;
  readonly services: readonly {
    readonly name: string;
    readonly peers: number;
    readonly counted: Traffic;
    readonly before: Traffic;
  }[];
}

interface AddOptions extends SourceOptions {
  readonly host?: string;
  readonly panelUrl?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly users: string;
  readonly interval?: number;
  readonly opening: string;
  readonly untested?: boolean;
  readonly json?: boolean;
}

export function addNodeCommands(program: Command): void {
  const node = program.command('node').description('the hosts that carry traffic');
  const adding = node
    .command('add <name>')
    .description('test a node, save it and begin counting')
    .requiredOption('--kind <kind>', 'what is read there, for example wireguard; a wrong one is answered with all');
  addPanelOptions(addSourceOptions(adding))
    .option('--declaration <file>', 'declared: JSON file that says where the numbers are and what they mean')
    .option('--description <text>')
    .option('--tags <words>', 'groups of the node for quotas: eu+fast', parseTags)
    .addOption(
      new Option('--users <policy>', 'users for the peers')
        .choices(['from-comments', 'per-peer', 'none'])
        .default('none'),
    )
    .option('--interval <seconds>', 'time between two readings (default: 30; subscription: 600)', parseSeconds)
    .addOption(
      new Option('--opening <how>', 'what counters showed before: shown apart, or counted')
        .choices(['baseline', 'count'])
        .default('baseline'),
    )
    .option('--host <host>', 'agent: where the services of the node are reached')
    .option('--panel-url <url>', 'agent: how the node reaches this panel; without it XPERT_DOMAIN')
    .option('--untested', 'save it although the test fails')
    .option('--json', 'answer as JSON')
    .action((name: string, options: AddOptions) => withApi((api) => add(api, name, options)));
  addChangeCommand(node);
  addSetupCommand(node);
  addAgentCommand(node);
  addNodeAccessCommand(node);
  addNodeBudgetCommand(node);
  addReadingCommands(node);
  node
    .command('remove <name>')
    .description('stop reading a node; its history stays')
    .option('--leave-suspended', 'it is gone for good: peers that Xpert suspended there stay so')
    .action((name: string, { leaveSuspended = false }: { leaveSuspended?: boolean }) =>
      withApi(async (api) => {
        const { id } = await findNode(api, name);
        await api.delete(`/api/v1/nodes/${id}${leaveSuspended ? '?leaveSuspended=true' : ''}`);
        print(`${name} is not read any more; what it carried stays.`);
      }),
    );
}

function addReadingCommands(node: Command): void {
  node
    .command('test <name>')
    .description('read a node once without counting, and say what is in the way')
    .option('--json', 'answer as JSON')
    .action((name: string, options: { json?: boolean }) =>
      withApi(async (api) => {
        const { id } = await findNode(api, name);
        const test = await api.post<Test>(`/api/v1/nodes/${id}/test`);
        if (options.json) print(api.lastText());
        else printTest(test);
        if (!test.ok) process.exitCode = 1;
      }),
    );
  node
    .command('poll [name]')
    .description('read a node now, or all of them, and count')
    .option('--json', 'answer as JSON')
    .action((name: string | undefined, options: { json?: boolean }) =>
      withApi((api) => (name === undefined ? pollAll(api, options) : poll(api, name, options))),
    );
  node
    .command('list')
    .description('list the nodes and their states')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => list(api, options)));
  node
    .command('show <name>')
    .description('show one node')
    .option('--json', 'answer as JSON')
    .action((name: string, options: { json?: boolean }) => withApi((api) => show(api, name, options)));
}

/** Somebody else's server is not asked twice a minute. */
const intervalOf = ({ interval, kind }: AddOptions) => interval ?? (kind === 'subscription' ? 600 : 30);

/** There is nothing to test: its agent will bring what it reads. */
async function addAgent(api: Api, name: string, options: AddOptions): Promise<void> {
  await requirePanelUrl(api, options);
  const { id } = await api.post<Node>('/api/v1/nodes', {
    name,
    kind: options.kind,
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.tags === undefined ? {} : { tags: options.tags }),
    options: options.host === undefined ? {} : { host: options.host },
    pollIntervalSeconds: intervalOf(options),
    opening: options.opening,
    usersPolicy: options.users,
  });
  await printEnrolment(api, id, options);
}

async function add(api: Api, name: string, options: AddOptions): Promise<void> {
  if (options.kind === 'agent') return await addAgent(api, name, options);
  const source = await sourceOf(options);
  const test = await api.post<Test>('/api/v1/nodes/test', source);
  explainTest(test);
  if (!test.ok && test.setup !== null)
    explain('What this prints, run on the node as root, lets it be read:', `    ${setupCommand(options)}`);
  if (!test.ok && !options.untested && !isOnlyDown(test))
    throw new ExpectedError('node-test-failed', `${name} was not saved.`, {
      hint: 'Repair it and try again, or save it as it is with --untested.',
    });
  const pinned = test.hostKey === null ? {} : { hostKey: test.hostKey };
  const node = await api.post<Node>('/api/v1/nodes', {
    name,
    kind: source.kind,
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.tags === undefined ? {} : { tags: options.tags }),
    options: { ...source.options, ...pinned },
    pollIntervalSeconds: intervalOf(options),
    opening: options.opening,
    usersPolicy: options.users,
  });
  if (options.json) return print(api.lastText());
  if (test.hostKey !== null) print(`Its host key is pinned: ${test.hostKey}`);
  const before =
    node.beforeXpert === null ? '' : ` Before Xpert: ${formatBytes(node.beforeXpert.totalBytes)}, not counted.`;
  print(
    `${node.name} is read every ${intervalOf(options)} s: ${counted(node.peers.total, 'peer')}, ${node.state}.${before}`,
  );
  if (!api.serverRuns) explain('No server runs now; counting begins with it: npm start');
}

/** We can read the node, but WireGuard is down there: counting begins when it comes up. */
function isOnlyDown({ problems }: Test): boolean {
  return problems.length > 0 && problems.every(({ code }) => code === 'no-interface');
}

const explainTest = (test: Test) => explain(...testLines(test));
const printTest = (test: Test) => print(...testLines(test));

const NO_NODE = 'There is no node yet: xpert node add local --kind wireguard';

async function poll(api: Api, name: string, options: { json?: boolean }): Promise<void> {
  const { id } = await findNode(api, name);
  const answer = await api.post<PollAnswer>(`/api/v1/nodes/${id}/poll`);
  if (options.json) return print(api.lastText());
  print(`${answer.outcome} in ${answer.durationMs} ms`);
  for (const { name: service, peers, counted: grown, before } of answer.services) {
    const baseline = before.totalBytes > 0 ? `, ${formatBytes(before.totalBytes)} were there before` : '';
    print(`  ${service}: ${counted(peers, 'peer')}, counted ${formatBytes(grown.totalBytes)}${baseline}`);
  }
}

async function pollAll(api: Api, options: { json?: boolean }): Promise<void> {
  const { items } = await api.post<{ items: readonly { nodeId: string; outcome: string; message?: string | null }[] }>(
    '/api/v1/nodes/poll',
  );
  if (items.some((item) => item.outcome === 'failed')) process.exitCode = 1;
  if (options.json) return print(api.lastText());
  if (items.length === 0) return explain(NO_NODE);
  const { items: nodes } = await api.get<{ items: Node[] }>('/api/v1/nodes');
  const nameOf = (id: string) => nodes.find((node) => node.id === id)?.name ?? id;
  printTable(
    ['NODE', 'OUTCOME', ''],
    items.map(({ nodeId, outcome, message }) => [nameOf(nodeId), outcome, message ?? '']),
  );
}

async function list(api: Api, options: { json?: boolean }): Promise<void> {
  const { items } = await api.get<{ items: Node[] }>('/api/v1/nodes');
  if (options.json) return print(api.lastText());
  if (items.length === 0) return explain(NO_NODE);
  printTable(
    ['NAME', 'STATE', 'PEERS', 'ONLINE', 'TODAY', 'LAST READ', 'WHY'],
    items.map(({ name, state, peers, today, lastCompleteAt, reason }) => [
      name,
      state,
      peers.total,
      peers.online,
      formatBytes(today.totalBytes),
      formatInstant(lastCompleteAt),
      reason?.message ?? '',
    ]),
  );
}

async function show(api: Api, name: string, options: { json?: boolean }): Promise<void> {
  const { id } = await findNode(api, name);
  const node = await api.get<Node>(`/api/v1/nodes/${id}`);
  if (options.json) return print(api.lastText());
  print(`${node.name}: ${node.state}${node.reason === null ? '' : `, ${node.reason.message}`}`);
  if (node.reason?.hint) print(node.reason.hint);
  print(
    `${counted(node.peers.total, 'peer')}, ${node.peers.online} online; today ${formatBytes(node.today.totalBytes)}; last read ${formatInstant(node.lastCompleteAt)}`,
  );
  if (node.beforeXpert !== null) print(`Before Xpert: ${formatBytes(node.beforeXpert.totalBytes)}, not counted`);
  for (const { kind, name: service, listenPort, peers } of node.services)
    print(`  ${service} (${kind}${listenPort === null ? '' : `, port ${listenPort}`}): ${counted(peers, 'peer')}`);
}
