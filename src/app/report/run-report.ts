import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClashApi } from '../../integrations/clash/connections.ts';
import { createLogger } from '../../lib/logger.ts';
import { randomId } from '../../lib/random-id.ts';
import { holdFolder } from '../agent/folder-lock.ts';
import { integrationOf } from '../registry.ts';
import { makeRunDirectory } from '../run-directory.ts';
import { stopSignal } from '../stop-signal.ts';
import { systemClock, systemTimers } from '../system-clock.ts';
import { lookAtConnections, lookAtCounters } from './looks.ts';
import type { ReportConfig, ReportSource } from './report-config.ts';
import { ReportFiles, type ReportState } from './report-state.ts';
import { type Look, Reporter } from './reporter.ts';
import { type Routes, readRoutes, stampOf } from './routes.ts';
import { Webhook } from './webhook.ts';

/** Runs the reporter until SIGTERM or SIGINT. @throws ExpectedError */
export async function runReport(config: ReportConfig): Promise<void> {
  const stopping = stopSignal();
  const log = createLogger(
    (line) => process.stderr.write(`${line}\n`),
    () => new Date(),
  );
  mkdirSync(config.folder, { recursive: true, mode: 0o700 });
  const release = await holdFolder(config.folder);
  const runDirectory = makeRunDirectory(config.folder);
  const files = new ReportFiles(join(config.folder, 'report.json'));
  const webhook = new Webhook(config.webhook);
  const eyes = await openEyes(config, runDirectory);
  const reporter = new Reporter({
    ...{ clock: systemClock, timers: systemTimers, random: Math.random, files, log },
    ...{ lookMs: config.lookMs, sendMs: config.sendMs, look: eyes.look },
    deliver: (reports) => webhook.deliver(reports),
    state: stateFor(nameOf(config.source), files.read()),
  });
  log.info({ reads: nameOf(config.source), panel: config.webhook.url }, 'the reporter is running');
  // Timers alone do not keep the process alive.
  const alive = setInterval(() => {}, 3_600_000);
  await reporter.look();
  reporter.start();
  await stopping;
  clearInterval(alive);
  webhook.close();
  await reporter.stop();
  await eyes.close();
  rmSync(runDirectory, { recursive: true, force: true });
  await release();
  process.exit(0);
}

/** What is remembered, for this source; another one has counters of its own, and is seen for the first time. */
export function stateFor(source: string, known: ReportState | null): ReportState {
  if (known === null)
    return {
      ...{ stream: randomId(16), source, book: null, totals: new Map(), points: [] },
      ...{ lookedAtMs: 0, lastPointMs: 0, turn: 0 },
    };
  return known.source === source ? known : { ...known, source, book: null };
}

function nameOf(source: ReportSource): string {
  return source.kind === 'clash' ? `clash ${source.url.href}` : `${source.kind} ${source.api} ${source.count}`;
}

interface Eyes {
  readonly look: (signal: AbortSignal) => Promise<Look>;
  readonly close: () => Promise<void>;
}

async function openEyes(config: ReportConfig, runDirectory: string): Promise<Eyes> {
  const { source } = config;
  const routes = new RoutesOnDisk(config);
  // What is wrong with them is said at the start.
  await routes.now();
  if (source.kind === 'clash') {
    const api = new ClashApi(source.url, source.secret);
    return {
      look: async (signal) => lookAtConnections(await api.connections(signal), await routes.now(), config),
      close: async () => api.close(),
    };
  }
  const integration = integrationOf(source.kind);
  const options = integration.parseOptions({
    transport: 'local',
    api: source.api,
    count: source.count,
    instance: 'report',
  });
  const collector = integration.createCollector(options, { clock: systemClock, runDirectory });
  return {
    look: async (signal) => lookAtCounters(collector, source.count, await routes.now(), config, signal),
    close: () => collector.close(),
  };
}

/** Where proxies lead, read again when a file has changed. What stands in the options wins. */
class RoutesOnDisk {
  readonly #config: Pick<ReportConfig, 'configs' | 'servers'>;
  #stamp = '';
  #routes: Routes = new Map();

  constructor(config: Pick<ReportConfig, 'configs' | 'servers'>) {
    this.#config = config;
  }

  async now(): Promise<Routes> {
    const { configs, servers } = this.#config;
    const stamp = `at ${stampOf(configs)}`;
    if (stamp !== this.#stamp) {
      this.#routes = new Map([...(await readRoutes(configs)), ...servers]);
      this.#stamp = stamp;
    }
    return this.#routes;
  }
}
