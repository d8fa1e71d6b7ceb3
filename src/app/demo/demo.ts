import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../core/units/clock.ts';
import { createLogger } from '../../lib/logger.ts';
import { randomId } from '../../lib/random-id.ts';
import { compose, type Parts } from '../compose.ts';
import type { Config } from '../config.ts';
import { holdDataFolder } from '../data-folder.ts';
import { prepareOwner } from '../owner-setup.ts';
import { serve } from '../serve.ts';
import { nodeOutput, SimulatedFleet, type SimulatedReport } from './fleet.ts';

const DAYS = 30;
const STEP_MS = 900_000;
/** The simulated hosts write their counters this often while the demo serves. */
const LIVE_STEP_MS = 2_000;
const POLL_INTERVAL_MS = 5_000;
/** This host falls silent now and then: twice in its history, and from some minutes before the demo begins. */
const SILENT_HOST = 'sin-1';
const SILENT_BEFORE_MS = 12 * 60_000;
const SILENT_AFTER_MS = 8 * 60_000;
const RESET_BEFORE_MS = 6 * 86_400_000;

/** A clock that the past is played with. */
class PlayedClock implements Clock {
  readonly #startMs: number;
  #nowMs: number;

  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#nowMs = startMs;
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  monotonicMs(): number {
    return this.#nowMs - this.#startMs;
  }

  set(ms: number): void {
    this.#nowMs = ms;
  }
}

/**
 * Serves a throw-away data folder with a simulated fleet. Its hosts write what the node's script would print, and the
 * real collector reads it; foreign servers report to the real webhook. The last 30 days are played through the same
 * collectors and the same ledger by a clock that runs faster.
 */
export async function serveDemo(given: Config): Promise<void> {
  const dataDir = mkdtempSync(join(fastestFolder(), 'xpert-demo-'));
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  const firstAdmin = { name: 'demo', password: randomId(12) };
  const config: Config = {
    ...given,
    dataDir,
    databasePath: join(dataDir, 'traffic_stats.db'),
    databaseUrl: null,
    clickhouseUrl: null,
    firstAdmin,
  };
  const outputs = join(dataDir, 'nodes');
  mkdirSync(outputs);

  const endMs = Date.now();
  const fleet = new SimulatedFleet(Math.floor((endMs - DAYS * 86_400_000) / STEP_MS) * STEP_MS);
  process.stderr.write(`Playing the last ${DAYS} days of a simulated fleet through the real collectors …\n`);
  await playHistory(config, fleet, outputs, endMs);

  const silentUntilMs = endMs + SILENT_AFTER_MS;
  setInterval(() => {
    fleet.advance(Date.now());
    writeOutputs(fleet, outputs, (host) => host === SILENT_HOST && Date.now() < silentUntilMs);
    void report(config, fleet.takeReports());
  }, LIVE_STEP_MS).unref();
  process.stderr.write(`\nLog in as ${firstAdmin.name} with the password ${firstAdmin.password}\n\n`);
  await serve(config);
}

/** Nothing of a demo has to survive a power cut: in memory 30 days are played in seconds. */
function fastestFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

async function playHistory(config: Config, fleet: SimulatedFleet, outputs: string, endMs: number): Promise<void> {
  const clock = new PlayedClock(fleet.nowMs);
  const folder = holdDataFolder(config.dataDir, 'command');
  const errorsOnly = {
    ...createLogger(
      (line) => process.stderr.write(`${line}\n`),
      () => new Date(),
    ),
    info: () => {},
    warn: () => {},
  };
  const parts = await compose({
    config,
    folder,
    log: errorsOnly,
    listening: () => null,
    clock,
    longestLookMs: STEP_MS,
  });
  try {
    await prepareOwner(parts.identity, clock, config.firstAdmin);
    writeOutputs(fleet, outputs, () => false);
    await addUsersAndNodes(parts, fleet, outputs);
    const startMs = fleet.nowMs;
    let told = 0;
    for (let atMs = startMs; atMs < endMs; ) {
      atMs = Math.min(atMs + STEP_MS, endMs);
      const percent = Math.floor((100 * (atMs - startMs)) / (endMs - startMs));
      if (percent >= told + 10) {
        told = percent;
        process.stderr.write(`  ${percent} %\n`);
      }
      await playStep(parts, fleet, outputs, { clock, atMs, endMs });
    }
    await sellPlans(parts);
  } finally {
    await parts.close();
    folder.release();
  }
}

const GIB = 1024n ** 3n;
const PLANS = [
  { name: 'Home', gib: 250n, asia: null },
  { name: 'Family', gib: 500n, asia: null },
  { name: 'Office', gib: 1024n, asia: 200n },
] as const;

interface Moment {
  readonly clock: PlayedClock;
  readonly atMs: number;
  readonly endMs: number;
}

async function playStep(parts: Parts, fleet: SimulatedFleet, outputs: string, moment: Moment): Promise<void> {
  const { clock, atMs, endMs } = moment;
  const { ledger, nodes, inventory } = parts.ports;
  const from = clock.now();
  clock.set(atMs);
  fleet.advance(atMs);
  const agoMs = endMs - atMs;
  writeOutputs(fleet, outputs, (host) => host === SILENT_HOST && isSilent(agoMs));
  const reports = fleet.takeReports().map((report) => ({
    userToken: report.userToken,
    server: report.server,
    port: report.port,
    protocol: report.protocol,
    rx: BigInt(report.bytesUploaded),
    tx: BigInt(report.bytesDownloaded),
    mode: 'delta' as const,
    stream: '',
    eventId: null,
    periodStart: from,
    periodEnd: clock.now(),
  }));
  const sender = { credential: null, verified: false, backfill: false };
  await Promise.all([nodes.pollAll(), reports.length > 0 ? ledger.recordReports(sender, reports) : null]);
  await parts.look();
  if (agoMs <= RESET_BEFORE_MS && agoMs > RESET_BEFORE_MS - STEP_MS) {
    const user = await inventory.findUser('maple');
    if (user !== null)
      await ledger.reset({ scope: 'user', userIds: [user.id], by: null, reason: 'a new month for maple' });
  }
}

/** Twice in the past for a while, and at the end. */
function isSilent(agoMs: number): boolean {
  const hours = agoMs / 3_600_000;
  return (hours > 210 && hours < 212.5) || (hours > 70 && hours < 71) || agoMs < SILENT_BEFORE_MS;
}

async function addUsersAndNodes({ ports, identity }: Parts, fleet: SimulatedFleet, outputs: string): Promise<void> {
  const owner = (await identity.admins())[0];
  if (owner === undefined) throw new Error('the demo has no owner');
  for (const name of ['maple', 'willow', 'juniper', 'cedar', 'hazel', 'aspen', 'birch']) {
    await ports.inventory.addUser({
      name,
      userToken: `demo-${name}`,
      linkToken: randomId(32),
      telegramId: null,
      role: 'user',
      note: '',
      ownerId: owner.id,
      active: true,
      createdAt: ports.clock.now(),
      countInCycle: true,
    });
  }
  for (const { name, description, group } of fleet.hosts) {
    await ports.nodes.add({
      name,
      description,
      source: { kind: 'wireguard', options: { transport: 'file', path: outputFile(outputs, name), maxAgeSeconds: 60 } },
      pollIntervalMs: POLL_INTERVAL_MS,
      opening: 'baseline',
      usersPolicy: name === 'waw-1' ? 'none' : 'from-comments',
      tags: [group],
    });
  }
}

/** Every user has one of three plans, in turn: some are near its end, and some past it. One has a quota of a group, too. */
async function sellPlans({ ports }: Parts): Promise<void> {
  const plans = await Promise.all(
    PLANS.map(({ name, gib, asia }) => {
      const limits = {
        direction: 'billed',
        nodeIds: null,
        nodeTags: null,
        protocols: null,
        softPercent: 80,
        graceBytes: 0n,
      } as const;
      const quota = { ...limits, name: 'all', bytes: gib * GIB, rollover: false };
      const far = asia === null ? [] : [{ ...quota, name: 'asia', bytes: asia * GIB, nodeTags: ['asia'] }];
      const cycle = { kind: 'month', months: 'gregorian', anchor: 1 } as const;
      return ports.quotas.addPlan({ name, terms: { cycle, quotas: [quota, ...far], validDays: null, graceHours: 0 } });
    }),
  );
  const { items: users } = await ports.inventory.users({ limit: 100, cursor: null });
  for (const [i, { id }] of users.entries()) {
    const plan = plans[i % plans.length];
    if (plan !== undefined) await ports.quotas.entitle([id], { to: { planId: plan.id } }, null);
  }
  await ports.templates.save(
    {
      name: 'trial',
      note: 'A month to try it',
      tags: ['trial'],
      entitlement: { plan: 'Home', begins: 'with-first-use' },
      expiresInDays: 30,
    },
    { adminId: null, only: null },
  );
}

function outputFile(outputs: string, host: string): string {
  return join(outputs, `${host}.txt`);
}

/** As the node's script does it: written beside, then put in place in one step. */
function writeOutputs(fleet: SimulatedFleet, outputs: string, isSilent: (host: string) => boolean): void {
  for (const host of fleet.hosts) {
    if (isSilent(host.name)) continue;
    const path = outputFile(outputs, host.name);
    writeFileSync(`${path}.new`, nodeOutput(host, fleet.nowMs));
    renameSync(`${path}.new`, path);
  }
}

/** Over HTTP, as foreign servers do. While the server is not up yet, or no more, the report is lost like theirs. */
async function report(config: Config, reports: readonly SimulatedReport[]): Promise<void> {
  const body = reports.map(({ userToken, server, port, protocol, bytesUploaded, bytesDownloaded }) => ({
    user_token: userToken,
    server,
    port,
    protocol,
    bytes_uploaded: bytesUploaded,
    bytes_downloaded: bytesDownloaded,
    event_id: randomId(22),
  }));
  await fetch(`http://${config.host}:${config.port}/api/xpert/traffic-webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {});
}
