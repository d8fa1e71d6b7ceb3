import { Random } from '../simulation/random.ts';
import { HttpFuzz } from './http.ts';
import { isExpected, parsers } from './parsers.ts';

/** Requests of one server: then it is closed, which also holds every answer against its description. */
const REQUESTS_PER_SERVER = 20_000;

export interface Findings {
  readonly inputs: number;
  readonly statuses: Readonly<Record<string, number>>;
}

/** What came out where only answers and expected errors should; says how to do it again. */
export class Finding extends Error {
  constructor(target: string, input: number, cause: unknown) {
    const what = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    const state = target === 'http' ? ' (if it needs what was there before, begin earlier)' : '';
    super(`${what}\n\nAgain: npm run fuzz -- --target ${target} --first ${input} --inputs 1${state}`, { cause });
  }
}

/** Gives the inputs `first` … to every target in turn. Each input follows from its number alone. @throws Finding */
export async function fuzz(options: {
  readonly first: number;
  readonly inputs: number;
  readonly target: string | null;
  readonly openapiPath: string;
  readonly onProgress?: (done: number) => void;
}): Promise<Findings> {
  const http = new HttpFuzz(options.openapiPath);
  const names = options.target === null ? [...Object.keys(parsers), 'http'] : [options.target];
  let requests = 0;
  try {
    for (let n = 0; n < options.inputs; n++) {
      const input = options.first + n;
      const name = names[input % names.length] ?? 'http';
      try {
        if (name === 'http') {
          if (requests++ % REQUESTS_PER_SERVER === 0) await http.restart();
          await http.one(new Random(input));
        } else runParser(name, input);
      } catch (error) {
        throw new Finding(name, input, error);
      }
      if ((n + 1) % 10_000 === 0) options.onProgress?.(n + 1);
    }
  } finally {
    await http.close();
  }
  return { inputs: options.inputs, statuses: Object.fromEntries(http.statuses) };
}

function runParser(name: string, input: number): void {
  const parse = parsers[name];
  if (parse === undefined) throw new Error(`there is no target "${name}"`);
  try {
    parse(new Random(input));
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
}
