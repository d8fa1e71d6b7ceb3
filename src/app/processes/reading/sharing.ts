import type { Node } from '../../../core/inventory/node.ts';
import type { Collector } from '../../../core/metering/collector.ts';
import type { IntegrationTools } from '../../../core/metering/integration.ts';
import type { Leader } from '../../../http/passing-on.ts';
import type { VisitorSeal } from '../../../http/visitor-seal.ts';
import type { KeyFileBox } from '../../../lib/key-file-box.ts';
import { networkPlace } from '../../../lib/network-place.ts';
import { randomId } from '../../../lib/random-id.ts';
import { version } from '../../../lib/version.ts';
import { Credentials } from '../../credentials.ts';
import { integrationOf } from '../../registry.ts';
import { ReadingBoard } from './board.ts';
import { ReadingHelper } from './helper.ts';
import { isLocalHost } from './local-host.ts';
import { ReadingMessages } from './messages.ts';
import { SharedCollector } from './shared-collector.ts';

interface Dependencies {
  /** Of this process, for the others. */
  readonly process: string;
  readonly secretBox: KeyFileBox;
  readonly seal: VisitorSeal;
  readonly leader: (waitMs: number) => Promise<Leader | null>;
  readonly tools: IntegrationTools;
}

/** The part of one process in the reading of nodes: while it leads it shares that out, while it stands by it helps. */
export class SharedReadings {
  readonly #use: Dependencies;
  readonly #messages: ReadingMessages;
  readonly #place = networkPlace();
  #board: ReadingBoard | null = null;
  #helper: ReadingHelper | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
    this.#messages = new ReadingMessages(dependencies.secretBox);
  }

  /**
   * From now on this process leads, and waits for nothing of what it did before. @returns what gives others something to do,
   * until it is closed
   */
  lead(): ReadingBoard {
    void this.endHelping();
    const { place, messages } = { place: this.#place, messages: this.#messages };
    this.#board = new ReadingBoard({ messages, version, place, newId: () => randomId(22), nowMs: Date.now });
    return this.#board;
  }

  /** Reads for whoever leads, until it leads itself or `endHelping`. */
  help(): void {
    if (this.#helper !== null) return;
    const { process, secretBox, seal, leader, tools } = this.#use;
    const credentials = new Credentials(integrationOf, secretBox);
    this.#helper = new ReadingHelper({
      ...{ messages: this.#messages, seal, leader, process, version, place: this.#place },
      ...{ newId: () => randomId(22), nowMs: Date.now },
      createCollector: (source) => {
        const { kind, options } = credentials.open(source);
        const integration = integrationOf(kind);
        return integration.createCollector(integration.parseOptions(options), tools);
      },
    });
  }

  /** Until all of its connections are given up. */
  async endHelping(): Promise<void> {
    const helper = this.#helper;
    this.#helper = null;
    if (helper !== null) this.#ended = helper.stop();
    await this.#ended;
  }

  /** Names of the processes that are there. */
  see(present: readonly string[]): void {
    this.#board?.see(present);
  }
}

/** Options by which a host is known wherever it is asked from. */
const PINS = ['hostKey', 'certSha256'];

/** Reads a node by way of the board where that is all the same; else itself. */
export function shareReading(board: ReadingBoard, { id: nodeId, source }: Node, own: () => Collector): Collector {
  const { isReadFromAnywhere = false, endpoint } = integrationOf(source.kind);
  if (!isReadFromAnywhere) return own();
  const provesItself = PINS.some((name) => typeof source.options[name] === 'string');
  const isLocal = isLocalHost(endpoint(source.options), provesItself);
  return new SharedCollector(board, { nodeId, source, isLocal }, own);
}
