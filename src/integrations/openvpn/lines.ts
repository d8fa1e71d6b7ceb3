/** A line longer than any status has. */
export class LineTooLong extends Error {}

const MAX_LINE_CHARACTERS = 65_536;

/** Cuts what arrives into lines, with or without CR before LF. */
export class LineSplitter {
  readonly #decoder = new TextDecoder('utf-8');
  #rest = '';

  /** What came after the last line feed. */
  get rest(): string {
    return this.#rest;
  }

  /** @throws LineTooLong */
  push(chunk: Buffer, onLine: (line: string) => void): void {
    const text = this.#rest + this.#decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = text.slice(from, end);
      from = end + 1;
      onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    }
    this.#rest = text.slice(from);
    if (this.#rest.length > MAX_LINE_CHARACTERS) throw new LineTooLong();
  }

  /** Forgets a prompt that does not end with a line feed. */
  drop(): void {
    this.#rest = '';
  }
}
