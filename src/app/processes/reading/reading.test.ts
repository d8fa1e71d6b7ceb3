import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leftOnSignal } from '../../../../test/support/left-on-signal.ts';
import type { NodeSource } from '../../../core/inventory/node.ts';
import {
  type Collector,
  type CounterSemantics,
  countPeers,
  type PeerReading,
  type Poll,
  type ServiceReading,
} from '../../../core/metering/collector.ts';
import { ColumnReadings } from '../../../core/metering/column-readings.ts';
import { directed } from '../../../core/units/bytes.ts';
import type { NodeId } from '../../../core/units/ids.ts';
import type { HttpApp } from '../../../http/http-app.ts';
import { believeProcesses } from '../../../http/passed-on.ts';
import { SHARED_READING_PATH, sharedReadingRoutes } from '../../../http/routes/shared-reading.ts';
import { createApp } from '../../../http/server.ts';
import { VISITOR_HEADER, VisitorSeal } from '../../../http/visitor-seal.ts';
import { KeyFileBox } from '../../../lib/key-file-box.ts';
import { randomId } from '../../../lib/random-id.ts';
import { columnsOf } from '../../../storage/sql/reading-columns.ts';
import { ReadingBoard, type Wanted } from './board.ts';
import { ReadingHelper } from './helper.ts';
import { type FreeHand, ReadingMessages } from './messages.ts';
import { SharedCollector } from './shared-collector.ts';

const semantics: CounterSemantics = { kind: 'cumulative', falls: 'to-zero', absence: 'silent' };
const seal = new VisitorSeal(Buffer.alloc(32, 7), Date.now);
const never = new AbortController().signal;
const nodeIds = Array.from({ length: 40 }, (_, n) => `node-${n}` as NodeId);

/** More than a JSON number holds, and in both directions another amount. */
function pollOf(n: number): Poll {
  const peer = { key: `peer-${n}`, traffic: directed(2n ** 63n + BigInt(n), 3n), isOff: true };
  const service = { identity: `service-${n}`, kind: 'vless', name: 'in', peers: [peer] };
  return { complete: true, notices: [], services: [service], takenAt: new Date(1_700_000_000_123) };
}

let folder: string;
let messages: ReadingMessages;
let board: ReadingBoard;
let app: HttpApp;
let url: string;
let helpers: ReadingHelper[] = [];
/** Messages that arrived at the board. */
let arrived = 0;
const HANDS = 8;

beforeEach(async () => {
  arrived = 0;
  folder = mkdtempSync(join(tmpdir(), 'xpert-reading-'));
  messages = new ReadingMessages(new KeyFileBox(join(folder, 'secret.key')));
  board = boardOf('here');
  app = createApp({ trustedProxies: [], basePath: '', logger: null });
  believeProcesses(app, seal);
  const exchange: typeof board.exchange = (sealed, gone) => {
    arrived++;
    return board.exchange(sealed, gone);
  };
  await app.register(async (scope: HttpApp) => sharedReadingRoutes(scope, { exchange, close: () => board.close() }));
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});

afterEach(async () => {
  await Promise.all(helpers.map((helper) => helper.stop()));
  helpers = [];
  await app.close();
  rmSync(folder, { recursive: true });
});

function boardOf(place: string): ReadingBoard {
  return new ReadingBoard({ messages, version: '1', place, newId: () => randomId(22), nowMs: Date.now });
}

/** A process that stands by; `read` is what its collectors do. */
async function helper(
  process: string,
  read: (source: NodeSource, signal: AbortSignal) => Promise<Poll>,
  { place = 'here', version = '1', ended = never, finds = async () => {} } = {},
): Promise<ReadingHelper> {
  const made = new ReadingHelper({
    ...{ messages, seal, process, version, place, newId: () => randomId(22), nowMs: Date.now },
    leader: async () => {
      await finds();
      return { url, ended };
    },
    createCollector: (source): Collector => ({
      semantics,
      collect: (signal) => read(source, signal),
      close: async () => {},
    }),
  });
  helpers.push(made);
  // Its hands are held out over real connections.
  const before = arrived;
  await until(() => arrived >= before + HANDS);
  return made;
}

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { interval: 5, timeout: 20_000 }).toBe(true);
}

const wanted = (nodeId: NodeId, isLocal = false): Wanted => {
  return { nodeId, source: { kind: 'marzban', options: { url: 'https://panel.example.com', n: nodeId } }, isLocal };
};
const numberOf = ({ options }: NodeSource) => Number(String(options.n).slice(5));

/** Which of the nodes others read, and what they showed. */
async function readAll(isLocal = false) {
  const reads = await Promise.all(nodeIds.map((id) => board.read(wanted(id, isLocal), never)));
  return reads.map((read) => read?.poll ?? null);
}

describe('nodes read by processes that stand by', { timeout: 30_000 }, () => {
  test('are shared out, always to the same, and come back exactly', async () => {
    await helper('two', async (source) => pollOf(numberOf(source)));
    const asked: (readonly boolean[])[] = [];
    for (let round = 0; round < 3; round++) {
      // At most as many at the same time as it has hands.
      const polls: (Poll | null)[] = [];
      for (const id of nodeIds) polls.push((await board.read(wanted(id), never))?.poll ?? null);
      for (const [n, poll] of polls.entries()) if (poll !== null) expect(poll).toEqual(pollOf(n));
      asked.push(polls.map((poll) => poll !== null));
    }
    expect(asked[1]).toEqual(asked[0]);
    expect(asked[2]).toEqual(asked[0]);
    const count = asked[0]?.filter(Boolean).length ?? 0;
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThan(32);
    expect(board.elsewhere).toBe(count);
  });

  test('with very many peers, whose readings are columns, come back exactly', async () => {
    const readings = Array.from({ length: 300 }, (_, n) => ({
      ...{
        key: `peer-${n}`,
        traffic: directed(2n ** 63n + BigInt(n), 3n + BigInt(n)),
        name: n % 2 ? `name ${n}` : undefined,
      },
      ...{ allowedIps: [`10.0.0.${n % 250}/32`], lastHandshakeAt: new Date(1_700_000_000_000 + n) },
    })) as PeerReading[];
    const [service] = pollOf(0).services;
    const services = [{ ...(service as ServiceReading), peers: new ColumnReadings(columnsOf(readings)) }];
    await helper('two', async () => ({ ...pollOf(0), services }));
    const read = (await readAll()).find((poll) => poll !== null);
    const peers = read?.services[0]?.peers;
    expect(peers?.length).toBe(300);
    expect(peers?.columns).toEqual(services[0]?.peers.columns);
    expect([...(peers ?? [])]).toEqual([...(services[0]?.peers ?? [])]);
    expect(countPeers(peers ?? [])).toBe(300);
  });

  test('come back however large they are', async () => {
    const [service] = pollOf(0).services;
    const peers = Array.from({ length: 20_000 }, (_, n) => ({
      key: `peer-${n}`.padEnd(60),
      traffic: directed(5n, 7n),
    }));
    await helper('two', async () => ({ ...pollOf(0), services: [{ ...(service as ServiceReading), peers }] }));
    const reads = await Promise.all(nodeIds.slice(0, 4).map((id) => board.read(wanted(id), never)));
    const came = reads.find((read) => read !== null)?.poll.services[0]?.peers;
    expect([came?.length, came?.at(19_999)]).toEqual([20_000, peers[19_999]]);
  });

  test('bring the age of their counters as it is when they arrive', async () => {
    const age = { minMs: 5_000, maxMs: 6_500 };
    const [service] = pollOf(0).services;
    let isLate = false;
    const finds = async () => void (isLate && (await delay(300)));
    const read = async () => {
      isLate = true;
      return { ...pollOf(0), services: [{ ...(service as ServiceReading), age }] };
    };
    await helper('two', read, { finds });
    const came = (await readAll()).find((poll) => poll !== null)?.services[0]?.age;
    expect(came?.minMs).toBe(5_000);
    expect(came?.maxMs).toBeGreaterThan(6_500 + 290);
    expect(came?.maxMs).toBeLessThan(6_500 + 8_000);
  });

  test('are read here, too, where another one saw them in part', async () => {
    let tries = 0;
    await helper('two', async (source) => {
      tries++;
      return { ...pollOf(numberOf(source)), complete: false };
    });
    expect(await readAll()).toEqual(nodeIds.map(() => null));
    expect(tries).toBe(8);
  });

  test('leave nothing behind on what lives long', async () => {
    const { signal: ended } = new AbortController();
    await helper('two', async (source) => pollOf(numberOf(source)), { ended });
    for (let round = 0; round < 2; round++) for (const id of nodeIds) await board.read(wanted(id), never);
    // One of each hand that is held out.
    expect(leftOnSignal(ended)).toBeLessThanOrEqual(HANDS);
  });

  test('are read here while nobody stands by, and where all hands are full', async () => {
    expect(await readAll()).toEqual(nodeIds.map(() => null));
    await helper('two', async (source) => {
      await delay(300);
      return pollOf(numberOf(source));
    });
    const shared = (await readAll()).filter((poll) => poll !== null);
    expect(shared).toHaveLength(8);
  });

  test('are read here, for a while, where another one could not', async () => {
    let tries = 0;
    await helper('two', async () => {
      tries++;
      throw new Error('no key there');
    });
    for (const id of nodeIds) expect(await board.read(wanted(id), never)).toBe(null);
    expect(tries).toBeGreaterThan(8);
    const before = tries;
    for (const id of nodeIds) await board.read(wanted(id), never);
    expect(tries).toBe(before);
  });

  test('an answer that comes too late goes nowhere', async () => {
    const late: (() => void)[] = [];
    await helper('two', async (source) => {
      await new Promise<void>((resolve) => late.push(resolve));
      return pollOf(numberOf(source));
    });
    const abort = new AbortController();
    let here = 0;
    const collect = async () => pollOf(-1 - here++);
    const reads = nodeIds.slice(0, 20).map((id) => {
      const own: Collector = { semantics, collect, close: async () => {} };
      return new SharedCollector(board, wanted(id), () => own).collect(abort.signal);
    });
    await until(() => here > 0 && late.length === 20 - here);
    expect(late.length).toBeGreaterThan(0);
    abort.abort(new Error('over'));
    const ends = await Promise.allSettled(reads);
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(late.length);
    for (const answer of late.splice(0)) answer();
    await delay(100);
    expect(board.elsewhere).toBe(0);
  });

  test('a process that ended leaves its nodes to this one at once', async () => {
    await helper('two', () => new Promise(() => {}));
    const reads = Promise.all(nodeIds.map((id) => board.read(wanted(id), never)));
    await delay(50);
    board.see(['one']);
    expect(await reads).toEqual(nodeIds.map(() => null));
  });

  test('localhost means this machine, and another version reads nothing', async () => {
    const two = await helper('two', async (source) => pollOf(numberOf(source)), { place: 'another machine' });
    expect((await readAll(true)).every((poll) => poll === null)).toBe(true);
    expect((await readAll()).some((poll) => poll !== null)).toBe(true);
    await two.stop();
    await helper('three', async (source) => pollOf(numberOf(source)), { version: '2' });
    expect((await readAll()).every((poll) => poll === null)).toBe(true);
  });

  test('a leader that refuses is asked again later and later; the next one is helped at once', async () => {
    const before = createApp({ trustedProxies: [], basePath: '', logger: null });
    let asked = 0;
    before.post(SHARED_READING_PATH, { config: { access: 'public' } }, async (_request, reply) => {
      asked++;
      return reply.code(404).send();
    });
    before.addContentTypeParser('application/octet-stream', (_request, _body, done) => done(null));
    const older = await before.listen({ host: '127.0.0.1', port: 0 });
    const end = new AbortController();
    let leader = { url: older, ended: end.signal };
    const made = new ReadingHelper({
      ...{ messages, seal, process: 'two', version: '1', place: 'here', newId: () => randomId(22), nowMs: Date.now },
      leader: async () => leader,
      createCollector: () => ({ semantics, collect: async () => pollOf(1), close: async () => {} }),
    });
    helpers.push(made);
    await until(() => asked === HANDS);
    await delay(2_500);
    expect(asked).toBe(HANDS);
    leader = { url, ended: never };
    end.abort();
    await until(() => arrived === HANDS);
    expect(leftOnSignal(end.signal)).toBe(0);
    await before.close();
  });

  test('closing tells whoever waits, and nobody is left waiting', async () => {
    await helper('two', () => new Promise(() => {}));
    const reads = Promise.all(nodeIds.map((id) => board.read(wanted(id), never)));
    await delay(50);
    board.close();
    expect(await reads).toEqual(nodeIds.map(() => null));
  });

  test('only processes with the key are listened to', async () => {
    const hand: FreeHand = {
      ...{ kind: 'free-hand', nonce: 'n', sentAtMs: Date.now(), process: 'x', version: '1', place: 'here', done: null },
    };
    const visitor = {
      ip: '127.0.0.1',
      protocol: 'http',
      host: 'process',
      isLocalOwner: false,
      isProcess: true,
    } as const;
    const sealed = { [VISITOR_HEADER]: seal.seal(visitor, 'POST', SHARED_READING_PATH) };
    const post = (body: Buffer, headers: Record<string, string>) =>
      fetch(`${url}${SHARED_READING_PATH}`, {
        ...{ method: 'POST', body, headers: { 'content-type': 'application/octet-stream', ...headers } },
      });
    const foreign = new ReadingMessages(new KeyFileBox(join(folder, 'another.key')));
    expect((await post(await messages.write(hand), {})).status).toBe(404);
    expect((await post(await foreign.write(hand), sealed)).status).toBe(404);
    // Who asks a process that stands by is passed on, as all others are.
    const passedOn = { [VISITOR_HEADER]: seal.seal({ ...visitor, isProcess: false }, 'POST', SHARED_READING_PATH) };
    expect((await post(await messages.write(hand), passedOn)).status).toBe(404);
    expect((await post(Buffer.from('nonsense'), sealed)).status).toBe(404);
    expect((await post(await messages.write({ ...hand, sentAtMs: Date.now() - 300_000 }), sealed)).status).toBe(404);
    expect((await post(await messages.write({ kind: 'next-job', nonce: 'n', job: null }), sealed)).status).toBe(404);
  });
});
