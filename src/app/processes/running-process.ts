import { hkdfSync } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ExpectedError, LedgerFailure } from '../../core/errors.ts';
import type { Node } from '../../core/inventory/node.ts';
import type { Collector } from '../../core/metering/collector.ts';
import type { Handover } from '../../core/settings/operations.ts';
import type { HttpApp } from '../../http/http-app.ts';
import type { Leader } from '../../http/passing-on.ts';
import { buildStandbyServer } from '../../http/standby-server.ts';
import { VisitorSeal } from '../../http/visitor-seal.ts';
import type { KeyFileBox } from '../../lib/key-file-box.ts';
import type { Logger } from '../../lib/logger.ts';
import { randomId } from '../../lib/random-id.ts';
import { version } from '../../lib/version.ts';
import { CommitMark } from '../../storage/postgres/commit-mark.ts';
import { type Processes, type ProcessNews, ProcessRegistry } from '../../storage/postgres/process-registry.ts';
import { compose, type Parts } from '../compose.ts';
import type { Config } from '../config.ts';
import type { DataFolder } from '../data-folder.ts';
import { ownerSocketPath } from '../local-api.ts';
import { greeting, prepareOwner } from '../owner-setup.ts';
import { basePathOf, buildApp } from '../product.ts';
import { openWebhookNotice } from '../product-notices.ts';
import { commitMarkPath, openSecretBox, openStore, type Store } from '../store.ts';
import { systemClock } from '../system-clock.ts';
import { Front } from './front.ts';
import { LeaderWatch } from './leader-watch.ts';
import { processUrl } from './process-url.ts';
import { SharedReadings, shareReading } from './reading/sharing.ts';

interface Surroundings {
  readonly config: Config & { readonly databaseUrl: string };
  readonly folder: DataFolder;
  readonly log: Logger;
  /** A move asks for the ledger. */
  readonly handOver: (to: Handover) => void;
}

/** The product while this process leads. */
interface Led {
  readonly app: HttpApp;
  readonly parts: Parts;
}

/** Others that know of it hold what they are asked; more than a message between them takes. */
const FAREWELL_MS = 100;
/** Whoever asked before the end has its answer by then. */
const DRAIN_MS = 1_500;
/** A leader is heard of so often; a fourth of its lease. */
const BEAT_MS = 5_000;
const RETRY_MS = 1_000;

/** One of the processes on a database: it stands by until it may lead, leads, and stands by again when it lost that. */
export class RunningProcess {
  readonly #use: Surroundings;
  readonly #id = randomId(8);
  readonly #front = new Front();
  readonly #secretBox: KeyFileBox;
  readonly #mark: CommitMark;
  readonly #registry: ProcessRegistry;
  readonly #watch: LeaderWatch;
  readonly #stop = new AbortController();
  readonly #seal: VisitorSeal;
  readonly #readings: SharedReadings;
  /** Called once, when it leads or stands by for the first time. */
  #onListening = (): void => {};
  #url = '';
  #processUrl = '';
  #standby: HttpApp | null = null;
  #leads = false;
  #found: Processes | null = null;
  /** Named in the log already. */
  #doubted: Leader | null = null;
  /** Why it may not go on beside the one that leads. */
  #refusal: ExpectedError | null = null;
  /** What was logged last, so that it is not said every second. */
  #complaint = '';

  constructor(surroundings: Surroundings) {
    this.#use = surroundings;
    const { config } = surroundings;
    this.#secretBox = openSecretBox(config);
    this.#mark = new CommitMark(commitMarkPath(config.dataDir), () => systemClock.monotonicMs());
    this.#registry = new ProcessRegistry({
      url: config.databaseUrl,
      name: `${this.#id} ${hostname()}:${config.port}`,
      onLook: (processes) => this.#see(processes),
      onNews: (news) => this.#hear(news),
    });
    this.#watch = new LeaderWatch(() => void this.#registry.look());
    this.#seal = new VisitorSeal(sealKeyOf(this.#secretBox), () => Date.now());
    this.#readings = new SharedReadings({
      ...{ process: this.#id, secretBox: this.#secretBox, seal: this.#seal },
      leader: (waitMs) => this.#watch.leader(waitMs),
      tools: { clock: systemClock, runDirectory: surroundings.folder.runDirectory },
    });
  }

  /** Until `stopping`. `onListening`: everything is loaded. Rejects if it can neither lead nor stand by. */
  async run(stopping: Promise<void>, onListening: () => void): Promise<void> {
    this.#onListening = () => {
      this.#onListening = () => {};
      onListening();
    };
    const { config, log } = this.#use;
    const ended = stopping.then(() => this.#stop.abort());
    try {
      const port = await this.#front.listen(config.host, config.port);
      this.#url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
      this.#processUrl = processUrl(config, port, hostname());
      await this.#registry.open();
      if (this.#refusal !== null) throw this.#refusal;
      this.#standby = await buildStandbyServer(
        { trustedProxies: config.trustedProxies, basePath: basePathOf(config), logger: log },
        {
          leader: (ms) => this.#watch.leader(ms),
          doubt: (leader) => this.#doubt(leader),
          seal: this.#seal,
        },
      );
      await this.#front.listenForOwner(ownerSocketPath(config.dataDir));
      for (let isFirst = true; !this.#stop.signal.aborted; isFirst = false) await this.#term(isFirst, ended);
      if (this.#refusal !== null) throw this.#refusal;
    } finally {
      this.#front.stopListening();
      this.#front.show(null);
      await this.#readings.endHelping();
      if (this.#standby !== null) await this.#front.retire(this.#standby, DRAIN_MS);
      await this.#registry.close();
      this.#mark.write();
      await this.#front.close();
    }
  }

  /** Waits until it leads, and leads until it is to stop or another process took its place. */
  async #term(isFirst: boolean, stopped: Promise<void>): Promise<void> {
    const { log } = this.#use;
    let oust = (): void => {};
    const ousted = new Promise<void>((resolve) => {
      oust = resolve;
    });
    let wasWaiting = false;
    let store: Store;
    try {
      store = await this.#lead(oust, () => {
        wasWaiting = true;
        this.#standBy(isFirst);
      });
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (isFirst && !wasWaiting) throw error;
      await this.#giveUp(error, stopped);
      return;
    }
    this.#leads = true;
    let led: Led;
    try {
      led = await this.#compose(store, isFirst && !wasWaiting);
    } catch (error) {
      this.#leads = false;
      await store.close();
      if (isFirst && !wasWaiting) throw error;
      await this.#giveUp(error, stopped);
      return;
    }
    this.#complaint = '';
    const beat = setInterval(() => void store.heartbeat().catch(() => {}), BEAT_MS);
    this.#front.show(led.app);
    // What it held while it stood by is answered now.
    this.#watch.leads();
    led.parts.begin();
    this.#onListening();
    await this.#registry.tell({ kind: 'leads' });
    log.info({ process: this.#processUrl }, 'this process leads');
    await Promise.race([stopped, ousted]);
    clearInterval(beat);
    await this.#leave(led);
  }

  async #compose(store: Store, isStart: boolean): Promise<Led> {
    const processes = () => ({ leader: this.#processUrl, standingBy: this.#standingBy() });
    const reading = this.#readings.lead();
    const shared = (node: Node, own: () => Collector) => shareReading(reading, node, own);
    const parts = await compose({ ...this.#use, store, processes, listening: () => this.#url, shareReading: shared });
    const among = { visitors: this.#seal, standingBy: () => this.#standingBy().length, reading };
    const app = await buildApp(parts.ports, { ...this.#use, localUrl: () => this.#url, among });
    await this.#greet(parts, isStart);
    return { app, parts };
  }

  #lead(onOusted: () => void, onWaiting: () => void): Promise<Store> {
    const { config, log } = this.#use;
    const card = {
      process: this.#id,
      url: this.#processUrl,
      version,
      keyMark: keyMarkOf(this.#secretBox),
    };
    const election = { card, signal: this.#stop.signal, onOusted, onWaiting };
    return openStore(config, systemClock, this.#secretBox, log, { election, mark: this.#mark });
  }

  #standBy(isFirst: boolean): void {
    this.#leads = false;
    this.#front.show(this.#standby);
    this.#readings.help();
    this.#onListening();
    void this.#registry.look();
    this.#use.log.info({ process: this.#processUrl }, 'this process stands by: another one leads');
    if (isFirst) process.stdout.write(greeting(this.#url, this.#use.config, null));
  }

  /** In order: nobody asks it any more, what it was asked is answered, and then the lock is free. */
  async #leave({ app, parts }: Led): Promise<void> {
    const { log } = this.#use;
    const isStopping = this.#stop.signal.aborted;
    // Also where it knows of no other: one may have come since it looked.
    if (isStopping && (await this.#registry.tell({ kind: 'leaves' }))) await delay(FAREWELL_MS);
    if (isStopping) this.#front.stopListening();
    this.#front.show(isStopping ? null : this.#standby);
    await this.#front.retire(app, DRAIN_MS);
    // Whatever of it fails when the ledger is lost: the next term has nothing of this one.
    await parts.close().catch((error: unknown) => log.error({ err: error }, 'ending a lead failed'));
    this.#leads = false;
    if (!isStopping) log.warn({}, 'another process leads now; this one stands by');
  }

  /** What stops a process that served already: it goes on passing requests to whoever leads, and tries again if that may help. */
  async #giveUp(error: unknown, stopped: Promise<void>): Promise<void> {
    const { log } = this.#use;
    this.#front.show(this.#standby);
    if (!(error instanceof LedgerFailure)) throw error;
    if (error.message !== this.#complaint) log.error({ code: error.code, hint: error.hint }, error.message);
    this.#complaint = error.message;
    await Promise.race([stopped, error.code === 'ledger-newer' ? stopped : delay(RETRY_MS)]);
  }

  async #greet({ identity }: Parts, isStart: boolean): Promise<void> {
    const { config, log } = this.#use;
    const setupToken = await prepareOwner(identity, systemClock, config.firstAdmin);
    if (isStart || setupToken !== null) process.stdout.write(greeting(this.#url, config, setupToken));
    const notice = openWebhookNotice(config);
    if (notice !== null) log.warn({ hint: notice.hint }, notice.message);
  }

  /** Names of the others. */
  #standingBy(): readonly string[] {
    const others = (this.#found?.present ?? []).filter((name) => !name.startsWith(`${this.#id} `));
    return others.map((name) => name.slice(name.indexOf(' ') + 1));
  }

  #see(processes: Processes | null): void {
    if (processes === null) return;
    this.#found = processes;
    this.#readings.see(processes.present.map((name) => name.split(' ', 1)[0] ?? ''));
    if (!this.#leads) this.#refuseOtherKey(processes.leader);
    this.#watch.see(processes.leader);
    if (!this.#leads && processes.lastCommit !== null) this.#mark.saw(processes.lastCommit);
  }

  #hear(news: ProcessNews): void {
    if (this.#leads) return;
    if (news.kind === 'leaves') this.#watch.leaves();
    if (news.kind === 'leads') this.#watch.leads();
  }

  #doubt(leader: Leader): void {
    if (leader !== this.#doubted) {
      this.#use.log.warn({ leader: leader.url }, 'the process that leads takes no requests of this one at present');
    }
    this.#doubted = leader;
    this.#watch.doubt(leader);
  }

  /** What one seals the others must be able to open: one that may not, ends while the other one leads. */
  #refuseOtherKey(leader: Processes['leader']): void {
    if (leader === null || leader.keyMark === keyMarkOf(this.#secretBox)) return;
    this.#refusal = new ExpectedError(
      'secret-key-differs',
      `The process that leads (${leader.url}) has another secret.key.`,
      {
        hint: `Copy secret.key from the data folder of that process to ${this.#use.config.dataDir}, readable for the user of Xpert only, and start again.`,
      },
    );
    this.#stop.abort();
  }
}

function keyMarkOf(box: KeyFileBox): string {
  return box.digest('the key that processes share');
}

/** A key of its own for what processes say to each other. */
function sealKeyOf(box: KeyFileBox): Uint8Array {
  // Makes the key where there is none yet.
  keyMarkOf(box);
  return new Uint8Array(hkdfSync('sha256', box.exportKey() ?? '', '', 'passed on between processes', 32));
}
