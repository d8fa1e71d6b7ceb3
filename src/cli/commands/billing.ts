import type { Command } from 'commander';
import { type Api, withApi } from '../api.ts';
import { findNode, type NodeItem } from '../find.ts';
import { explain, formatInstant, print, printTable, WrongUse } from '../output.ts';

interface Rule {
  readonly id: string;
  readonly nodeId: string;
  readonly serviceId: string | null;
  readonly from: string;
  readonly multiplier: string | null;
  readonly direction: string | null;
  readonly state: string;
}

interface Node extends NodeItem {
  readonly services: readonly { readonly id: string; readonly name: string }[];
}

interface SetOptions {
  readonly direction?: string;
  readonly service?: string;
  readonly from?: string;
  readonly json?: boolean;
}

export function addBillingCommands(program: Command): void {
  const billing = program.command('billing').description('what is billed for the bytes of a node');
  billing
    .command('list')
    .description('rules that hold, held and will hold')
    .option('--node <node>', 'only of this node')
    .option('--json', 'answer as JSON')
    .action((options: { node?: string; json?: boolean }) => withApi((api) => list(api, options)));
  billing
    .command('set <node> <multiplier>')
    .description('bill bytes times a decimal such as 1.5; "node" gives up the rule of a service')
    .option('--direction <direction>', 'both, up, down or max: which bytes (default: both)')
    .option('--service <service>', 'only of this VPN service of the node')
    .option('--from <instant>', 'start of a quarter of an hour to come, RFC 3339 (default: the next one)')
    .option('--json', 'answer as JSON')
    .action((node: string, multiplier: string, options: SetOptions) =>
      withApi((api) => set(api, node, multiplier, options)),
    );
  billing
    .command('cancel <rule>')
    .description('take back a rule that has not begun')
    .action((id: string) =>
      withApi(async (api) => {
        await api.delete(`/api/v1/billing-rules/${encodeURIComponent(id)}`);
        print(`Rule ${id} is taken back.`);
      }),
    );
}

async function list(api: Api, options: { node?: string; json?: boolean }): Promise<void> {
  const { items: nodes } = await api.get<{ items: Node[] }>('/api/v1/nodes');
  const query = options.node === undefined ? '' : `?node=${(await findNode(api, options.node)).id}`;
  const { items } = await api.get<{ items: Rule[] }>(`/api/v1/billing-rules${query}`);
  if (options.json) return print(api.lastText());
  if (items.length === 0) return explain('Every byte is billed once: there is no rule.');
  printTable(
    ['ID', 'NODE', 'SERVICE', 'FROM', 'MULTIPLIER', 'DIRECTION', 'STATE'],
    items.map(({ id, nodeId, serviceId, from, multiplier, direction, state }) => {
      const node = nodes.find((each) => each.id === nodeId);
      const service = node?.services.find((each) => each.id === serviceId);
      return [
        id,
        node?.name ?? nodeId,
        serviceId === null ? 'all' : (service?.name ?? serviceId),
        formatInstant(from),
        multiplier ?? 'as the node',
        direction ?? '',
        state,
      ];
    }),
  );
}

async function set(api: Api, which: string, multiplier: string, options: SetOptions): Promise<void> {
  const node = await findNode<Node>(api, which);
  const { direction, from, service } = options;
  const serviceId = service === undefined ? undefined : serviceOf(node, service);
  const rule = await api.post<Rule>('/api/v1/billing-rules', {
    nodeId: node.id,
    multiplier: multiplier === 'node' ? null : multiplier,
    ...(serviceId === undefined ? {} : { serviceId }),
    ...(direction === undefined ? {} : { direction }),
    ...(from === undefined ? {} : { from }),
  });
  if (options.json) return print(api.lastText());
  const what = rule.multiplier === null ? 'as their node' : `${rule.multiplier} times (${rule.direction})`;
  print(`From ${formatInstant(rule.from)} on bytes of ${service ?? node.name} are billed ${what}.`);
}

function serviceOf({ name, services }: Node, which: string): string {
  const found = services.find((service) => service.name === which || service.id === which);
  if (found !== undefined) return found.id;
  const known = services.map((service) => service.name).join(', ');
  throw new WrongUse(`${name} has no VPN service "${which}".`, known === '' ? undefined : `It has: ${known}.`);
}
