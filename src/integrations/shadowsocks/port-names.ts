import { readFile, stat } from 'node:fs/promises';
import type { SourceNotice } from '../../core/metering/collector.ts';

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_NAME = 120;
const NONE: ReadonlyMap<string, string> = new Map();

/** Names of ports from a file with lines `8001 alice`; read again when it changes. Counting does not need it. */
export class PortNames {
  readonly #path: string | undefined;
  #names = NONE;
  #readAtMs = Number.NaN;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** The names as of now, and what is wrong with the file. */
  async read(): Promise<{ readonly names: ReadonlyMap<string, string>; readonly notices: readonly SourceNotice[] }> {
    if (this.#path === undefined) return { names: NONE, notices: [] };
    try {
      const { mtimeMs, size } = await stat(this.#path);
      if (size > MAX_FILE_BYTES) throw Object.assign(new Error(), { code: 'too large' });
      if (mtimeMs !== this.#readAtMs) this.#names = parse(await readFile(this.#path, 'utf8'));
      this.#readAtMs = mtimeMs;
      return { names: this.#names, notices: [] };
    } catch (error) {
      const { code = 'unreadable' } = error as NodeJS.ErrnoException;
      const message = `Names of ports cannot be read from ${this.#path}: ${code}.`;
      const hint = 'Counting does not need them. Let the user of Xpert read the file.';
      return { names: this.#names, notices: [{ code: 'names-unreadable', message, hint }] };
    }
  }
}

/** Lines that are neither a port with a name nor a comment are left out: a file of another kind may hold passwords. */
function parse(text: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*(\d{1,5})[\s:=,]+(\S(?:.*\S)?)\s*$/.exec(line);
    if (match !== null) names.set(match[1] ?? '', (match[2] ?? '').slice(0, MAX_NAME));
  }
  return names;
}
