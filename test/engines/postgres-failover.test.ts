import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PostgresDatabase } from '../../src/storage/postgres/database.ts';
import { PostgresServer, postgresWorkers } from '../support/postgres.ts';
import { ProcessPair } from '../support/process-pair.ts';
import { addFigures, type Missing, NOTHING_WRONG } from '../torture/books.ts';
import { Owner, random } from '../torture/load.ts';

const ROUNDS = 4;
const STANDBY = 'standby';

let primary: PostgresServer;
let standby: PostgresServer;
let pair: ProcessPair | null = null;

beforeEach(async () => {
  primary = await PostgresServer.start({ replicated: true });
  primary.newDatabase();
  standby = await primary.standby(STANDBY);
});

afterEach(async () => {
  await pair?.end();
  pair = null;
  await primary.stop();
  await standby.stop();
});

/** Two processes that are told of both servers. */
async function begin(): Promise<ProcessPair> {
  pair = await ProcessPair.begin(primary.addressOfAll('ledger_1', [standby]));
  return pair;
}

/** Commits wait for the standby from here on. */
async function synchronise(): Promise<void> {
  primary.synchronous(STANDBY);
  for (let tries = 0; primary.sql('postgres', 'SELECT sync_state FROM pg_stat_replication') !== 'sync'; tries++) {
    if (tries === 200) throw new Error('the standby does not follow');
    await delay(50);
  }
}

/** The standby takes the place of the primary that is gone. */
function failOver(): void {
  standby.promote();
  [primary, standby] = [standby, primary];
}

test('the primary is lost under load and a synchronous standby promoted, again and again: booked is what was sent', async () => {
  await synchronise();
  const processes = await begin();
  let figures = NOTHING_WRONG;
  const recoveryMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const life = processes.carry(round);
    await delay(300 + random(700));
    // Of the server alone, or of the machine.
    await (round % 2 === 0 ? primary.kill() : primary.killAll());
    await delay(random(500));
    failOver();
    recoveryMs.push(Math.round(await processes.ready()));
    await delay(300);
    life.stop();
    await life.finished;
    figures = addFigures(figures, await processes.audit());
    await standby.rejoin(primary, STANDBY);
    standby.synchronous('');
    await synchronise();
  }
  process.stdout.write(
    `failed over: takes reports after the promotion in ${recoveryMs.sort((a, b) => a - b).join(', ')} ms\n`,
  );
  expect(figures).toEqual(NOTHING_WRONG);
}, 300_000);

test('a commit that its synchronous standby does not have is not answered, and is there once when it has', async () => {
  await synchronise();
  const processes = await begin();
  const life = processes.carry(0);
  await delay(500);
  await standby.down();
  await delay(500);
  const sum = () => [...processes.book.values()].reduce((all, { acked }) => all + acked, 0n);
  const before = sum();
  // Longer than a server may be silent that has not got what it was asked.
  await delay(7_000);
  expect(sum()).toBe(before);
  await standby.up();
  await delay(1_000);
  life.stop();
  await life.finished;
  expect(sum()).toBeGreaterThan(before);
  expect(await processes.audit()).toEqual(NOTHING_WRONG);

  await primary.down();
  const { socket } = await postgresWorkers();
  expect(() => new PostgresDatabase(processes.url, socket)).toThrow(/has no primary among the servers.*a standby/);
}, 120_000);

/** When reports were answered that may be missing, as the panel says. */
async function saidToBeMissing({ url }: { readonly url: string }): Promise<Missing> {
  const { notices } = await (await Owner.of(url)).call<{ notices: { message: string }[] }>('GET', '/api/v1/overview');
  const found = notices
    .map(({ message }) => /answered between (\S+) and (\S+) are missing/.exec(message))
    .find(Boolean);
  return { fromMs: Date.parse(found?.[1] ?? ''), toMs: Date.parse(found?.[2] ?? '') };
}

test('a standby that lacks the last commits begins a new life: all that is missing was answered when the panel says', async () => {
  const processes = await begin();
  const life = processes.carry(0);
  await delay(500);
  await standby.down();
  await delay(1_500);
  await primary.killAll();
  await standby.up();
  failOver();
  await processes.ready();
  await delay(500);
  life.stop();
  await life.finished;
  const missing = await saidToBeMissing(processes.server(0));
  expect(await processes.audit([missing])).toEqual(NOTHING_WRONG);
  expect((await processes.audit()).ackedMissing).toBeGreaterThan(0n);

  // The one that was lost comes back and does not know that another one took its place.
  await standby.up();
  const leader = Math.max(0, processes.leader());
  await processes.server(leader).kill();
  await processes.start(leader);
  await processes.ready();
  expect(await processes.audit([missing])).toEqual(NOTHING_WRONG);
  expect(await saidToBeMissing(processes.server(leader))).toEqual(missing);
}, 120_000);
