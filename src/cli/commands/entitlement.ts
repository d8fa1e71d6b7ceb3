import type { Command } from 'commander';
import { type Api, withApi } from '../api.ts';
import { findUser } from '../find.ts';
import { formatBytes, formatInstant, parseEnd, print, printTable, WrongUse } from '../output.ts';
import { parseSize } from './correction.ts';

/** What a user may use, as the API says it. */
export interface Entitlement {
  readonly plan: { readonly name: string } | null;
  readonly nextPlan: { readonly name: string } | null;
  readonly terms: { readonly cycle: string };
  readonly startedAt: string | null;
  readonly expiresAt: string | null;
  readonly resetsAt: string | null;
  readonly quotas: readonly {
    readonly name: string;
    readonly usedBytes: number;
    readonly allowanceBytes: number;
    readonly percent: number;
    readonly usedUp: boolean;
    readonly forecastAt: string | null;
  }[];
}

interface Options {
  readonly quota?: number;
  readonly cycle?: string;
  readonly plan?: string;
  readonly expires?: string;
  readonly next?: string;
  readonly onHold?: boolean;
  readonly fresh?: boolean;
  readonly none?: boolean;
  readonly json?: boolean;
}

interface TopUp {
  readonly id: string;
  readonly bytes: number;
  readonly quota: string;
}

/** Commands of `xpert user` about what a user may use. */
export function addEntitlementCommands(program: Command): void {
  const user = program.commands.find((command) => command.name() === 'user');
  if (user === undefined) throw new Error('the user commands come first');
  user
    .command('plan <user> [plan]')
    .description('give a user a plan, or a quota of their own; without a word: show how it stands')
    .option('--quota <bytes>', 'instead of a plan: a quota of everything, as 10GiB', parseSize)
    .option('--cycle <cycle>', 'of that quota: month:1, days:30, … (default: it never begins anew)')
    .option('--expires <when>', 'access ends then: an instant, or with a day; none: it does not', parseEnd)
    .option('--next <plan>', 'begins when this one is used up or over; none: no other follows')
    .option('--fresh', 'usage so far does not count (a reset, which can be undone)')
    .option('--on-hold', 'their time begins with the first use')
    .option('--none', 'take the plan away: everything is allowed')
    .option('--json', 'answer as JSON')
    .action((name: string, plan: string | undefined, options: Options) =>
      withApi((api) => givePlan(api, name, { ...options, ...(plan === undefined ? {} : { plan }) })),
    );
  user
    .command('suspend <user>')
    .description('take the access of a user away, by hand')
    .action((name: string) => withApi((api) => setActive(api, name, false)));
  user
    .command('resume <user>')
    .description('give it back, as far as plan and quota allow')
    .action((name: string) => withApi((api) => setActive(api, name, true)));
  user
    .command('topup <user> <bytes>')
    .description('add bytes to a quota, for the running cycle: 5GiB')
    .option('--quota <name>', 'which of the quotas', 'all')
    .option('--reason <text>')
    .option('--undo', 'the second word is a top-up to be undone')
    .option('--json', 'answer as JSON')
    .action((name: string, bytes: string, options: TopUpOptions) => withApi((api) => topUp(api, name, bytes, options)));
}

interface TopUpOptions {
  readonly quota: string;
  readonly reason?: string;
  readonly undo?: boolean;
  readonly json?: boolean;
}

/** What the options ask for, as the API takes it; empty if nothing. */
export function entitlementOf(options: Options): Record<string, unknown> {
  const { quota, cycle, plan, expires, next, onHold, fresh, none } = options;
  if (quota !== undefined && plan !== undefined) throw new WrongUse('Give a plan or a quota, not both.');
  if (cycle !== undefined && quota === undefined) throw new WrongUse('--cycle goes with --quota.');
  return {
    ...(none ? { plan: null } : plan === undefined ? {} : { plan }),
    ...(quota === undefined ? {} : { quota }),
    ...(cycle === undefined ? {} : { cycle }),
    ...(expires === undefined ? {} : { expiresAt: expires || null }),
    ...(next === undefined ? {} : { nextPlan: orNone(next) }),
    ...(onHold ? { begins: 'with-first-use' } : {}),
    ...(fresh ? { fresh: true } : {}),
  };
}

function orNone(word: string): string | null {
  return word === 'none' ? null : word;
}

async function givePlan(api: Api, name: string, options: Options): Promise<void> {
  const { id } = await findUser(api, name);
  const path = `/api/v1/users/${id}/entitlement`;
  const change = entitlementOf(options);
  const isAsked = Object.keys(change).length === 0;
  const entitlement = isAsked
    ? await api.get<Entitlement | null>(path)
    : await api.put<Entitlement | null>(path, change);
  if (options.json) return print(api.lastText());
  if (entitlement === null) return print(`${name} may use everything.`);
  printEntitlement(entitlement);
}

export function printEntitlement({ plan, nextPlan, terms, startedAt, expiresAt, resetsAt, quotas }: Entitlement): void {
  const next = nextPlan === null ? '' : `, then ${nextPlan.name}`;
  print(`plan ${plan?.name ?? 'of their own'}${next}; cycle ${terms.cycle}`);
  if (startedAt === null) print('on hold: their time begins with the first use');
  if (resetsAt !== null && quotas.length > 0) print(`begins anew ${formatInstant(resetsAt)}`);
  if (expiresAt !== null) print(`access ends ${formatInstant(expiresAt)}`);
  if (quotas.length === 0) return;
  printTable(
    ['QUOTA', 'USED', 'OF', 'PERCENT', 'USED UP'],
    quotas.map(({ name, usedBytes, allowanceBytes, percent, usedUp, forecastAt }) => [
      name,
      formatBytes(usedBytes),
      formatBytes(allowanceBytes),
      percent,
      usedUp ? 'yes' : forecastAt === null ? '—' : `about ${formatInstant(forecastAt)}`,
    ]),
  );
}

async function setActive(api: Api, name: string, active: boolean): Promise<void> {
  const { id } = await findUser(api, name);
  const { state } = await api.patch<{ state: string }>(`/api/v1/users/${id}`, { active });
  print(`${name} is ${state}.`);
}

async function topUp(api: Api, name: string, bytes: string, options: TopUpOptions): Promise<void> {
  const { id } = await findUser(api, name);
  const { quota, reason, undo, json } = options;
  const done = undo
    ? await api.delete<TopUp>(`/api/v1/top-ups/${encodeURIComponent(bytes)}`)
    : await api.post<TopUp>(`/api/v1/users/${id}/top-ups`, { bytes: parseSize(bytes), quota, reason });
  if (json) return print(api.lastText());
  print(
    undo
      ? `The top-up of ${formatBytes(done.bytes)} is undone.`
      : `${name} has ${formatBytes(done.bytes)} more of "${done.quota}" in this cycle; undo: xpert user topup ${name} ${done.id} --undo`,
  );
}
