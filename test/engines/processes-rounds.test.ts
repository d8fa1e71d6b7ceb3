import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PostgresServer } from '../support/postgres.ts';
import { ProcessPair } from '../support/process-pair.ts';
import { addFigures, NOTHING_WRONG } from '../torture/books.ts';
import { random } from '../torture/load.ts';

const ROUNDS = 6;

let database: PostgresServer;

beforeAll(async () => {
  database = await PostgresServer.start();
});

afterAll(() => database.stop());

/** What happens to the one that leads; afterwards both run. */
const faults: readonly [name: string, fault: (pair: ProcessPair, leader: number) => Promise<void>][] = [
  [
    'killed',
    async (pair, leader) => {
      await pair.server(leader).kill();
      await delay(random(1_000));
      await pair.start(leader);
    },
  ],
  [
    'restarted in order',
    async (pair, leader) => {
      expect(await pair.server(leader).stop()).toBe(0);
      await pair.start(leader);
    },
  ],
  [
    'paused, its session ended, and woken up',
    async (pair, leader) => {
      pair.server(leader).child.kill('SIGSTOP');
      const held = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted";
      database.sql(new URL(pair.url).pathname.slice(1), held);
      await delay(500 + random(1_000));
      pair.server(leader).child.kill('SIGCONT');
      await delay(500);
    },
  ],
];

test('the one that leads is killed, restarted and paused under load: booked is what was sent', async () => {
  const pair = await ProcessPair.begin(database.newDatabase());
  let figures = NOTHING_WRONG;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const life = pair.carry(round);
      await delay(300 + random(700));
      const [, fault] = faults[round % faults.length] as (typeof faults)[number];
      await fault(pair, Math.max(0, pair.leader()));
      await delay(300);
      life.stop();
      await life.finished;
      figures = addFigures(figures, await pair.audit());
    }
    expect(figures).toEqual(NOTHING_WRONG);
  } finally {
    await pair.end();
  }
}, 400_000);
