import type { Command } from 'commander';
import { type Api, withApi } from '../api.ts';
import { explain, formatBytes, parseCount, print, printTable } from '../output.ts';
import { parseSize } from './correction.ts';
import { entitlementOf } from './entitlement.ts';

interface Template {
  readonly name: string;
  readonly own: boolean;
  readonly note: string;
  readonly tags: readonly string[];
  readonly entitlement: { readonly plan?: string; readonly quota?: number } | null;
  readonly expiresInDays: number | null;
}

interface SetOptions {
  readonly quota?: number;
  readonly cycle?: string;
  readonly plan?: string;
  readonly next?: string;
  readonly onHold?: boolean;
  readonly note?: string;
  readonly tags?: string;
  readonly days?: number;
  readonly json?: boolean;
}

const PATH = '/api/v1/user-templates';

export function addTemplateCommands(program: Command): void {
  const template = program.command('template').description('what users made from it have in common');
  template
    .command('list')
    .description('all templates')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => list(api, options)));
  template
    .command('set <name>')
    .description('make a template, or replace the one of that name')
    .option('--plan <plan>')
    .option('--quota <bytes>', 'instead of a plan: a quota of everything, as 10GiB', parseSize)
    .option('--cycle <cycle>', 'of that quota: month:1, days:30, …')
    .option('--next <plan>', 'begins when this one is used up or over')
    .option('--on-hold', 'their time begins with the first use')
    .option('--note <text>')
    .option('--tags <words>', 'separated by spaces')
    .option('--days <days>', 'access ends so many days after a user is made', parseCount)
    .option('--json', 'answer as JSON')
    .action((name: string, options: SetOptions) => withApi((api) => set(api, name, options)));
  template
    .command('remove <name>')
    .description('remove a template; users made from it stay as they are')
    .action((name: string) =>
      withApi(async (api) => {
        await api.delete(`${PATH}/${encodeURIComponent(name)}`);
        print(`The template ${name} is removed.`);
      }),
    );
}

async function set(api: Api, name: string, options: SetOptions): Promise<void> {
  const { note, tags, days, json, ...terms } = options;
  const entitlement = entitlementOf(terms);
  await api.put<Template>(`${PATH}/${encodeURIComponent(name)}`, {
    ...(note === undefined ? {} : { note }),
    ...(tags === undefined ? {} : { tags: tags.split(/[\s,]+/).filter((word) => word !== '') }),
    ...(Object.keys(entitlement).length === 0 ? {} : { entitlement }),
    ...(days === undefined ? {} : { expiresInDays: days }),
  });
  print(json ? api.lastText() : `Made: xpert user add NAME --template ${name}`);
}

async function list(api: Api, { json }: { json?: boolean }): Promise<void> {
  const { items } = await api.get<{ items: Template[] }>(PATH);
  if (json) return print(api.lastText());
  if (items.length === 0) return explain('There is no template: xpert template set NAME --plan PLAN --tags "a b"');
  const plans = await api.get<{ items: { id: string; name: string }[] }>('/api/v1/plans');
  const nameOf = (plan: string) => plans.items.find(({ id }) => id === plan)?.name ?? plan;
  printTable(
    ['NAME', 'PLAN', 'TAGS', 'DAYS', 'NOTE'],
    items.map(({ name, entitlement, tags, expiresInDays, note }) => {
      const quota = entitlement?.quota === undefined ? '—' : formatBytes(entitlement.quota);
      return [name, entitlement?.plan ? nameOf(entitlement.plan) : quota, tags.join(' '), expiresInDays ?? '—', note];
    }),
  );
}
