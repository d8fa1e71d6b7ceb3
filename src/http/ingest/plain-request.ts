const HEAD_END = '\r\n\r\n';
/** Characters of a head that is looked at here, so that those that are kept take 2 MB at most. */
const LONGEST_HEAD = 1_000;
/** One for each sender's way of writing and length of a body. */
const HEADS_KEPT = 2_000;

/** Of every other header something follows that the short way knows nothing of. */
const HEADERS: ReadonlyMap<string, RegExp> = new Map([
  ['host', /^[\w.:[\]-]+$/],
  ['content-type', /^application\/json(?:; ?charset=utf-8)?$/i],
  ['content-length', /^[1-9]\d{0,6}$/],
  ['connection', /^keep-alive$/i],
  ['user-agent', /^[\x20-\x7e]*$/],
  ['accept', /^[\x20-\x7e]*$/],
  ['accept-encoding', /^[\x20-\x7e]*$/],
  ['accept-language', /^[\x20-\x7e]*$/],
  ['sec-fetch-mode', /^[\x20-\x7e]*$/],
]);
const NEEDED = ['host', 'content-type', 'content-length'] as const;

/**
 * Recognises requests of one kind as they arrive, whole and alone: a POST of JSON to one of these targets (RFC 9112), with
 * headers that are known to change nothing. Anything else is not refused here; it is just none of them.
 */
export class PlainRequests {
  readonly #targets: ReadonlySet<string>;
  /** Length of the body by the text of the head: who sends often writes the same one again and again. */
  readonly #lengths = new Map<string, number>();

  constructor(targets: readonly string[]) {
    this.#targets = new Set(targets);
  }

  /** The body; null: it is no such request, not whole, or followed by more. */
  bodyOf(chunk: Buffer): string | null {
    const end = chunk.indexOf(HEAD_END);
    if (end < 0 || end > LONGEST_HEAD) return null;
    const head = chunk.toString('latin1', 0, end);
    const start = end + HEAD_END.length;
    return this.#lengthAfter(head) === chunk.length - start ? chunk.toString('utf8', start) : null;
  }

  #lengthAfter(head: string): number | null {
    const known = this.#lengths.get(head);
    if (known !== undefined) return known;
    const length = this.#readHead(head);
    if (length === null) return null;
    if (this.#lengths.size >= HEADS_KEPT) this.#lengths.clear();
    this.#lengths.set(head, length);
    return length;
  }

  #readHead(head: string): number | null {
    const [requestLine = '', ...lines] = head.split('\r\n');
    const target = /^POST (\S+) HTTP\/1\.1$/.exec(requestLine)?.[1];
    if (target === undefined || !this.#targets.has(target)) return null;
    const headers = new Map<string, string>();
    for (const line of lines) {
      const [, name = '', value = ''] = /^([A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
      const key = name.toLowerCase();
      if (headers.has(key) || HEADERS.get(key)?.test(value) !== true) return null;
      headers.set(key, value);
    }
    return NEEDED.every((name) => headers.has(name)) ? Number(headers.get('content-length')) : null;
  }
}
