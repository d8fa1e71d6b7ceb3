import { type Command, InvalidArgumentError, Option } from 'commander';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { findNode } from '../find.ts';
import { explain, formatBytes, formatInstant, print, printTable } from '../output.ts';
import { parseSize } from './correction.ts';

interface Budget {
  readonly nodeName: string;
  readonly bytes: number;
  readonly direction: string;
  readonly currency: string | null;
  readonly to: string;
  readonly source: string | null;
  readonly incompleteDays: number;
  readonly usedBytes: number;
  readonly percent: number;
  readonly forecastBytes: number | null;
  readonly extraBytes: number;
  readonly extraCost: number | null;
}

interface BudgetOptions {
  readonly cycle?: string;
  readonly direction?: string;
  readonly price?: number;
  readonly currency?: string;
  readonly none?: boolean;
  readonly json?: boolean;
}

export function addNodeBudgetCommand(node: Command): void {
  node
    .command('budget [name] [bytes]')
    .description('what the provider of a node includes, as 20TB: shows all, one, or sets it')
    .option('--cycle <cycle>', 'from reset to reset: month:5 for the 5th of each month (default: month:1)')
    .addOption(new Option('--direction <rule>', 'what it counts (default: out)').choices(['in', 'out', 'both', 'max']))
    .option('--price <amount>', 'of a TB (10^12 bytes) more', parsePrice)
    .option('--currency <code>', 'of the price, as EUR')
    .option('--none', 'forget it')
    .option('--json', 'answer as JSON')
    .action((name: string | undefined, bytes: string | undefined, options: BudgetOptions) =>
      withApi((api) => budget(api, name, bytes, options)),
    );
}

async function budget(api: Api, name: string | undefined, bytes: string | undefined, options: BudgetOptions) {
  if (name === undefined) return await list(api, options);
  const { id } = await findNode(api, name);
  const path = `/api/v1/nodes/${id}/budget`;
  if (options.none) {
    await api.delete(path);
    return print(`${name} has no budget.`);
  }
  const { cycle, direction, price, currency } = options;
  const given = { cycle, direction, pricePerTb: price, currency };
  const told = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const shown =
    bytes === undefined
      ? await api.get<Budget | null>(path)
      : await api.put<Budget | null>(path, { bytes: parseBundle(bytes), ...told });
  if (options.json) return print(api.lastText());
  if (shown === null)
    return explain(`Nothing is told of the provider of ${name}: xpert node budget ${name} 20TB --cycle month:5`);
  printBudgets([shown]);
}

async function list(api: Api, { json }: BudgetOptions): Promise<void> {
  const { items } = await api.get<{ items: Budget[] }>('/api/v1/budgets');
  if (json) return print(api.lastText());
  if (items.length === 0) return explain('No budget is told: xpert node budget NAME 20TB --cycle month:5');
  printBudgets(items);
}

function printBudgets(items: readonly Budget[]): void {
  printTable(
    ['NODE', 'INCLUDED', 'COUNTS', 'USED', '', 'FORECAST', 'BEYOND', 'UNTIL', 'FROM COUNTERS OF'],
    items.map((one) => [
      ...[one.nodeName, formatBytes(one.bytes), one.direction, formatBytes(one.usedBytes), `${one.percent} %`],
      one.forecastBytes === null ? '-' : formatBytes(one.forecastBytes),
      one.extraBytes === 0 ? '-' : `${formatBytes(one.extraBytes)}${costOf(one)}`,
      formatInstant(one.to),
      one.incompleteDays === 0 ? (one.source ?? '-') : `${one.source}, ${counted(one.incompleteDays, 'day')} in part`,
    ]),
  );
}

function costOf({ extraCost, currency }: Budget): string {
  return extraCost === null ? '' : `, ${extraCost.toFixed(2)} ${currency ?? ''}`.trimEnd();
}

/** Providers sell powers of ten. */
function parseBundle(text: string): number {
  const [, number] = /^(\d+(?:\.\d+)?) ?TB$/.exec(text) ?? [];
  return number === undefined ? parseSize(text) : Math.round(Number(number) * 1e12);
}

function parsePrice(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('Write it like 1.20.');
  return Number(text);
}
