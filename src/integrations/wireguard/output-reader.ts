import type { Buffer } from 'node:buffer';
import type { SourceFailure } from '../../core/errors.ts';
import type { Poll } from '../../core/metering/collector.ts';
import { assemblePoll, withoutTwins } from './assemble.ts';
import { DumpParser } from './dump-parser.ts';
import { garbled, interfaceMissing, noInterface, notice, notOurOutput } from './failures.ts';
import { SCRIPT_PATH } from './node-script.ts';
import { LineCutter, LineTooLong, quoteOutput, TAB } from './scan.ts';
import { ScriptParser } from './script-parser.ts';

/** Lines that a login may print before the script speaks (.bashrc, a banner). */
const MAX_PREAMBLE_LINES = 200;
const HEADER = '@xpert-node\t';

export interface NodeOutput {
  readonly poll: Poll;
  /** The node's own wall clock at the reading; null in a plain dump. */
  readonly takenAt: Date | null;
  /** Configurations in which names may stand but that could not be read. */
  readonly unreadable: readonly string[];
}

/**
 * Reads what a node answers, chunk by chunk, so that the largest node never holds up the event loop. Understands the
 * script's format and, as a fallback, a plain `wg show … dump`.
 */
export class OutputReader {
  readonly #lines = new LineCutter();
  readonly #wanted: string | undefined;
  #parser: ScriptParser | DumpParser | null = null;
  #preamble = 0;
  #firstLine = '';
  #failure: SourceFailure | null = null;

  /** `wanted`: read this interface only. */
  constructor(wanted: string | undefined) {
    this.#wanted = wanted;
  }

  /** True once the answer is known to be counters. */
  get isRecognized(): boolean {
    return this.#parser !== null;
  }

  /** The first line that came before anything known, made safe to be shown. */
  get firstLine(): string {
    return this.#firstLine;
  }

  push(chunk: Buffer): void {
    if (this.#failure !== null) return;
    try {
      this.#lines.push(chunk, (bytes, from, to) => this.#line(bytes, from, to));
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      this.#failure = garbled('it has a line of more than 1 MiB');
    }
  }

  /** @throws SourceFailure if there is nothing usable in what came */
  finish(): NodeOutput {
    if (this.#failure !== null) throw this.#failure;
    if (this.#parser === null) throw notOurOutput(this.#firstLine);
    if (this.#parser instanceof DumpParser) return this.#finishDump(this.#parser);
    const output = this.#parser.output();
    const poll = assemblePoll(output, this.#wanted);
    const unreadable = output.places.flatMap((place) => place.unreadable);
    return { poll, takenAt: output.boot?.at ?? null, unreadable };
  }

  #line(bytes: Buffer, from: number, to: number): void {
    if (this.#parser === null) this.#recognize(bytes, from, to);
    this.#parser?.line(bytes, from, to);
  }

  #recognize(bytes: Buffer, from: number, to: number): void {
    const start = bytes.toString('latin1', from, Math.min(to, from + HEADER.length));
    if (start === HEADER) this.#parser = new ScriptParser();
    else if (this.#preamble === 0 && countTabs(bytes, from, to) >= 3) {
      this.#parser = new DumpParser(this.#wanted ?? 'wg');
    } else if (from < to) {
      this.#preamble += 1;
      if (this.#firstLine === '') this.#firstLine = quoteOutput(bytes.toString('utf8', from, Math.min(to, from + 400)));
      if (this.#preamble > MAX_PREAMBLE_LINES) this.#failure = notOurOutput(this.#firstLine);
    }
  }

  /** A dump has no last line that says it is all there: what is absent from it may just have been cut. */
  #finishDump(parser: DumpParser): NodeOutput {
    if (parser.garbage !== null) throw garbled(parser.garbage);
    const { services, withoutKey } = parser.services();
    if (services.length === 0 && withoutKey.length === 0) throw noInterface();
    const there = services.filter((service) => this.#wanted === undefined || service.name === this.#wanted);
    if (there.length === 0 && this.#wanted !== undefined && !withoutKey.includes(this.#wanted)) {
      throw interfaceMissing(
        this.#wanted,
        services.map((service) => service.name),
      );
    }
    const notices = [
      notice(
        'plain-dump',
        'The node answers with a plain "wg show dump": it carries keys, and a cut one cannot be told from a whole one.',
        `Install ${SCRIPT_PATH} on the node instead (node setup).`,
      ),
    ];
    return {
      poll: { complete: false, services: withoutTwins(there, notices), notices },
      takenAt: null,
      unreadable: [],
    };
  }
}

function countTabs(bytes: Buffer, from: number, to: number): number {
  let tabs = 0;
  for (let at = from; at < to; at++) if (bytes[at] === TAB) tabs += 1;
  return tabs;
}
