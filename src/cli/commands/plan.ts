import { type Command, InvalidArgumentError } from 'commander';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { findNode } from '../find.ts';
import { explain, formatBytes, parseCount, print, printTable, WrongUse } from '../output.ts';
import { parseSize } from './correction.ts';

interface Plan {
  readonly id: string;
  readonly name: string;
  readonly users: number;
  readonly terms: {
    readonly cycle: string;
    readonly validDays: number | null;
    readonly quotas: readonly { readonly name: string; readonly bytes: number; readonly direction: string }[];
  };
}

interface Terms {
  readonly quota?: number;
  readonly cycle?: string;
  readonly direction?: string;
  readonly soft?: number;
  readonly grace?: number;
  readonly rollover?: boolean;
  readonly validDays?: number;
  readonly graceHours?: number;
  readonly part?: readonly Part[];
}

/** A quota of some nodes, of some protocols, or of both. */
interface Part {
  readonly name: string;
  readonly bytes: number;
  readonly nodes: readonly string[];
  readonly groups: readonly string[];
  readonly protocols: readonly string[];
}

interface Options extends Terms {
  readonly json?: boolean;
}

interface Preview {
  readonly users: number;
  readonly cutOff: number;
  readonly restored: number;
  readonly cutInPart: number;
  readonly names: readonly string[];
}

export function addPlanCommands(program: Command): void {
  const plan = program.command('plan').description('quotas and times that users may have');
  plan
    .command('list')
    .description('all plans')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => list(api, options)));
  withTerms(plan.command('add <name>').description('make a plan')).action((name: string, options: Options) =>
    withApi(async (api) => {
      await api.post<Plan>('/api/v1/plans', { name, terms: await termsOf(api, options) });
      print(options.json ? api.lastText() : `Plan ${name} is made: xpert user plan USER ${name}`);
    }),
  );
  withTerms(
    plan
      .command('set <plan>')
      .description('new terms for a plan, at once for all who have it; what is left out is unlimited'),
  ).action((which: string, options: Options) =>
    withApi(async (api) => {
      await api.patch<Plan>(`/api/v1/plans/${encodeURIComponent(which)}`, { terms: await termsOf(api, options) });
      print(options.json ? api.lastText() : `Plan ${which} has new terms.`);
    }),
  );
  withTerms(plan.command('preview').description('who would be cut off now with these terms'))
    .option('--of <plan>', 'only users who have this plan')
    .action((options: Options & { of?: string }) => withApi((api) => preview(api, options)));
  plan
    .command('remove <plan>')
    .description('remove a plan that nobody has')
    .action((which: string) =>
      withApi(async (api) => {
        await api.delete(`/api/v1/plans/${encodeURIComponent(which)}`);
        print(`Plan ${which} is removed.`);
      }),
    );
}

function withTerms(command: Command): Command {
  return command
    .option('--quota <bytes>', 'bytes per cycle, of everything: 100GiB', parseSize)
    .option('--cycle <cycle>', 'month:1, week:mon, days:30 (from the beginning of a user), … (default: none)')
    .option('--direction <direction>', 'billed, both, up, down or max: which bytes count (default: billed)')
    .option('--soft <percent>', 'soft limit: a warning from this share on', parseCount)
    .option('--grace <bytes>', 'let through past the quota', parseSize)
    .option('--rollover', 'what a cycle leaves is allowed on top in the next')
    .option(
      '--part <quota>',
      'of a part: NAME=50GiB,nodes=de-1+nl-1,groups=eu,protocols=vless; again for more',
      addPart,
    )
    .option('--valid-days <days>', 'access ends so many days after the beginning', parseCount)
    .option('--grace-hours <hours>', 'and goes on for so long after its end', parseCount)
    .option('--json', 'answer as JSON');
}

async function termsOf(api: Api, options: Terms): Promise<Record<string, unknown>> {
  const { quota, cycle, direction, soft, grace, rollover, validDays, graceHours, part = [] } = options;
  const details = { direction, softPercent: soft, graceBytes: grace, rollover };
  if (quota === undefined && part.length === 0 && Object.values(details).some((value) => value !== undefined)) {
    throw new WrongUse('--direction, --soft, --grace and --rollover go with --quota.');
  }
  const quotaOf = async ({ name, bytes, nodes, groups, protocols }: Part) => ({
    ...{ name, bytes, direction },
    nodeIds: nodes.length === 0 ? null : await Promise.all(nodes.map(async (node) => (await findNode(api, node)).id)),
    nodeTags: groups.length === 0 ? null : groups,
    protocols: protocols.length === 0 ? null : protocols,
  });
  return {
    cycle,
    quotas: [...(quota === undefined ? [] : [{ bytes: quota, ...details }]), ...(await Promise.all(part.map(quotaOf)))],
    validDays,
    graceHours,
  };
}

/** Reads `NAME=BYTES,nodes=A+B,groups=C,protocols=D`. */
function addPart(text: string, before: readonly Part[] = []): Part[] {
  const [, name, bytes, nodes, groups, protocols] =
    /^([^=,]+)=([^,]+)(?:,nodes=([^,]+))?(?:,groups=([^,]+))?(?:,protocols=([^,]+))?$/.exec(text) ?? [];
  if (name === undefined || bytes === undefined || (nodes ?? groups ?? protocols) === undefined)
    throw new InvalidArgumentError('Write it like streaming=50GiB,nodes=de-1+nl-1,groups=eu,protocols=vless+trojan.');
  const [of, inGroups, over] = [nodes, groups, protocols].map(wordsOf) as [string[], string[], string[]];
  return [...before, { name, bytes: parseSize(bytes), nodes: of, groups: inGroups, protocols: over }];
}

function wordsOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split('+');
}

async function list(api: Api, options: { json?: boolean }): Promise<void> {
  const { items } = await api.get<{ items: Plan[] }>('/api/v1/plans');
  if (options.json) return print(api.lastText());
  if (items.length === 0) return explain('There is no plan: xpert plan add NAME --quota 100GiB --cycle month:1');
  printTable(
    ['NAME', 'QUOTAS', 'CYCLE', 'VALID', 'USERS'],
    items.map(({ name, users, terms }) => [
      name,
      terms.quotas.map((quota) => `${quota.name} ${formatBytes(quota.bytes)}`).join(', ') || 'everything',
      terms.cycle,
      terms.validDays === null ? '—' : counted(terms.validDays, 'day'),
      users,
    ]),
  );
}

async function preview(api: Api, options: Options & { of?: string }): Promise<void> {
  const plan = options.of === undefined ? {} : { plan: options.of };
  const { users, cutOff, restored, cutInPart, names } = await api.post<Preview>('/api/v1/plans/preview', {
    terms: await termsOf(api, options),
    ...plan,
  });
  if (options.json) return print(api.lastText());
  print(`Of ${counted(users, 'user')} ${cutOff} would be cut off now, and ${restored} would get access again.`);
  if (cutInPart > 0) print(`${counted(cutInPart, 'user')} would lose access to a part, and keep the rest.`);
  if (names.length > 0) print(`Cut off: ${names.join(', ')}${names.length < cutOff ? ', …' : ''}`);
}
