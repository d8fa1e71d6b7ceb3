import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { randomId } from '../lib/random-id.ts';
import { explain, WrongUse } from './output.ts';

interface Source {
  readonly password?: string;
  readonly passwordStdin?: boolean;
}

/** The password from the option, from standard input or from the person at the terminal; else a new random one. */
export async function readPassword(source: Source): Promise<{ readonly password: string; readonly wasMade: boolean }> {
  if (source.password !== undefined) return { password: source.password, wasMade: false };
  if (source.passwordStdin) {
    const [line = ''] = (await text(process.stdin)).split(/\r?\n/);
    if (line === '') throw new WrongUse('Standard input holds no password.');
    return { password: line, wasMade: false };
  }
  if (!process.stdin.isTTY) return { password: randomId(20), wasMade: true };
  const password = await askHidden('Password (empty: one is made): ');
  if (password === '') return { password: randomId(20), wasMade: true };
  if ((await askHidden('Again: ')) !== password) throw new WrongUse('The two passwords differ.');
  return { password, wasMade: false };
}

/** Asks at the terminal without showing what is typed. */
export function askHidden(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  process.stderr.write(question);
  // Readline writes what is typed through this method; nothing of it may be seen.
  Object.assign(terminal, { _writeToOutput: () => {} });
  return new Promise((resolve) => {
    terminal.once('line', (line) => {
      terminal.close();
      explain('');
      resolve(line);
    });
  });
}
