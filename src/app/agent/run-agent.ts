import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { WallTime } from '../../core/metering/wall-time.ts';
import { createLogger } from '../../lib/logger.ts';
import { randomId } from '../../lib/random-id.ts';
import { version } from '../../lib/version.ts';
import { integrationOf } from '../registry.ts';
import { makeRunDirectory } from '../run-directory.ts';
import { stopSignal } from '../stop-signal.ts';
import { systemClock, systemTimers } from '../system-clock.ts';
import { Agent } from './agent.ts';
import type { AgentConfig } from './agent-config.ts';
import { readAgentMemory, writeAgentMemory } from './agent-state.ts';
import { systemBootClock } from './boot-clock.ts';
import { holdFolder } from './folder-lock.ts';
import { readNetworkCard } from './network-card.ts';
import { PanelLink } from './panel-link.ts';
import { Spool } from './spool.ts';

/** Until the panel says otherwise. */
const FIRST_INTERVAL_MS = 30_000;

/** Runs the agent until SIGTERM or SIGINT. @throws ExpectedError for options that its source does not know */
export async function runAgent(config: AgentConfig): Promise<void> {
  const stopping = stopSignal();
  const log = createLogger(
    (line) => process.stderr.write(`${line}\n`),
    () => new Date(),
  );
  const integration = integrationOf(config.kind);
  const options = integration.parseOptions(config.options);
  mkdirSync(config.folder, { recursive: true, mode: 0o700 });
  const release = await holdFolder(config.folder);
  const runDirectory = makeRunDirectory(config.folder);
  const memoryPath = join(config.folder, 'agent.json');
  const spool = new Spool({
    folder: join(config.folder, 'spool'),
    clock: systemClock,
    mostBytes: config.mostSpoolBytes,
    warn: (fields, message) => log.warn(fields, message),
  });
  const link = new PanelLink(config.panel);
  const boot = systemBootClock();
  const isHere = integration.isOneHost === true && integration.endpoint(options) === 'localhost';
  const agent = new Agent({
    clock: systemClock,
    timers: systemTimers,
    wallTime: new WallTime(systemClock),
    boot,
    random: Math.random,
    collector: integration.createCollector(options, { clock: systemClock, runDirectory }),
    networkCard: () => (isHere ? readNetworkCard(boot.bootId) : undefined),
    spool,
    link,
    memory: readAgentMemory(memoryPath) ?? {
      incarnation: randomId(16),
      nodeId: null,
      acknowledged: 0,
      trackingPeriod: 0,
      intervalMs: FIRST_INTERVAL_MS,
    },
    remember: (memory) => writeAgentMemory(memoryPath, memory),
    version,
    log,
  });
  log.info({ reads: config.kind, panel: config.panel.url }, 'the agent is running');
  // Timers alone do not keep the process alive.
  const alive = setInterval(() => {}, 3_600_000);
  await agent.start();
  await stopping;
  clearInterval(alive);
  await agent.stop();
  link.close();
  spool.close();
  rmSync(runDirectory, { recursive: true, force: true });
  await release();
  process.exit(0);
}
