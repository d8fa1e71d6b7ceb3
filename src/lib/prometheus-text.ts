/** One line of metrics. */
export interface MetricSample {
  /** As written; OpenMetrics appends `_total` to the names of counters, see `isMetric`. */
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** The value as written, for example `1.7e+09` or `NaN`. */
  readonly text: string;
  /** Exactly that value; null if it is no whole number from 0 on. */
  readonly value: bigint | null;
}

export interface ReadMetrics {
  /** Every line ended with its line feed, as the format demands: a last line that was cut is not shown as a sample. */
  readonly isWhole: boolean;
  /** The last line was OpenMetrics' `# EOF`. */
  readonly hasEndMarker: boolean;
}

/** What came is no metrics. Says where, and never what stood there: it may be anything. */
export class NotMetrics extends Error {
  readonly line: number;

  constructor(line: number, reason: string) {
    super(`line ${line} ${reason}`);
    this.line = line;
  }
}

const MAX_LINE_CHARACTERS = 65_536;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** A double has at most 309 digits before the point. */
const MAX_DIGITS = 400;

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
/** A label; a quoted name without `=` is the metric's own (names beyond ASCII, Prometheus 3). */
const LABEL = /\s*(?:([a-zA-Z_]\w*)|"((?:[^"\\]|\\.)*)")\s*(?:=\s*"((?:[^"\\]|\\.)*)"\s*)?(,|(?=\}))/y;
const LABELS_END = /\s*\}/y;
/** Value, timestamp (never needed: values are as of now) and exemplar. */
const VALUE = /\s*(\S+)(?:\s+[-+.\deE]+)?(?:\s+#.*)?\s*$/y;

/**
 * Reads the text format of Prometheus (0.0.4) and OpenMetrics (1.0) as it arrives, so that an answer of any size holds up
 * nobody. HELP and TYPE are not needed. https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export class PrometheusTextReader {
  readonly #wants: (name: string) => boolean;
  readonly #onSample: (sample: MetricSample) => void;
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder('utf-8');
  #bytes = 0;
  #rest = '';
  #line = 0;
  #hasEndMarker = false;

  /** `wants` is asked with the name as written, before anything of the line is kept. */
  constructor(options: {
    readonly wants: (name: string) => boolean;
    readonly onSample: (sample: MetricSample) => void;
    readonly maxBytes?: number;
  }) {
    this.#wants = options.wants;
    this.#onSample = options.onSample;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  }

  /** @throws NotMetrics */
  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) throw new NotMetrics(this.#line, `lies beyond ${this.#maxBytes} bytes`);
    const text = this.#rest + this.#decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#readLine(text.slice(from, end));
      from = end + 1;
    }
    this.#rest = text.slice(from);
    if (this.#rest.length > MAX_LINE_CHARACTERS) throw this.#wrong('is too long');
  }

  finish(): ReadMetrics {
    return { isWhole: this.#rest === '', hasEndMarker: this.#hasEndMarker };
  }

  #readLine(text: string): void {
    this.#line += 1;
    const line = text.trim();
    if (line === '') return;
    if (this.#hasEndMarker) throw this.#wrong('stands after the end marker');
    if (line.startsWith('#')) {
      this.#hasEndMarker = line === '# EOF';
      return;
    }
    const name = matchAt(NAME, line, 0)?.[0] ?? '';
    if (name !== '' && !this.#wants(name)) return;
    const sample = this.#sampleOf(line, name);
    if (name !== '' || this.#wants(sample.name)) this.#onSample(sample);
  }

  #sampleOf(line: string, plainName: string): MetricSample {
    const labels = new Map<string, string>();
    let name = plainName;
    let at = name.length;
    const brace = matchAt(/\s*\{/y, line, at);
    if (brace !== null) {
      at += brace[0].length;
      for (let label = matchAt(LABEL, line, at); label !== null; label = matchAt(LABEL, line, at)) {
        const [all, plain, quoted, value] = label;
        if (value !== undefined) labels.set(plain ?? unescapeLabel(quoted), unescapeLabel(value));
        else if (quoted !== undefined && name === '') name = unescapeLabel(quoted);
        else throw this.#wrong('has a label without a value');
        at += all.length;
      }
      const end = matchAt(LABELS_END, line, at);
      if (end === null) throw this.#wrong('has labels that cannot be read');
      at += end[0].length;
    }
    const text = matchAt(VALUE, line, at)?.[1];
    if (name === '' || text === undefined || !isNumber(text)) throw this.#wrong('is no metric with its value');
    return { name, labels, text, value: wholeNumberOf(text) };
  }

  #wrong(reason: string): NotMetrics {
    return new NotMetrics(this.#line, reason);
  }
}

/** All samples of a text. @throws NotMetrics */
export function parsePrometheusText(
  text: string,
  wants: (name: string) => boolean = () => true,
): ReadMetrics & { readonly samples: readonly MetricSample[] } {
  const samples: MetricSample[] = [];
  const reader = new PrometheusTextReader({ wants, onSample: (sample) => samples.push(sample) });
  reader.push(Buffer.from(text));
  return { ...reader.finish(), samples };
}

/** True if a line's name is this metric's, in either format: a counter's name may have `_total` appended or not. */
export function isMetric(name: string, metric: string): boolean {
  return name === metric || (name.length === metric.length + 6 && name === `${metric}_total`);
}

/**
 * A whole number from 0 on, exactly as written: `18446744073709551615`, `1234.0` and `1.2345678e+07`. Null for every
 * other value: a fraction, NaN, an infinity, less than 0.
 */
export function wholeNumberOf(text: string): bigint | null {
  const match = /^\+?(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (match === null) return null;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  const shift = Number(exponent) - fraction.length;
  if (digits.length + Math.max(0, shift) > MAX_DIGITS) return null;
  if (shift >= 0) return BigInt(digits + '0'.repeat(shift));
  const cut = Math.max(0, digits.length + shift);
  return /^0*$/.test(digits.slice(cut)) ? BigInt(digits.slice(0, cut) || '0') : null;
}

function isNumber(text: string): boolean {
  return /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?inf(?:inity)?|nan)$/i.test(text);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function unescapeLabel(text = ''): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char)) : text;
}
