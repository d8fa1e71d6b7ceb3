import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandNotStarted, runCommand } from '../../lib/exec.ts';
import { failure, tooLarge } from './failures.ts';
import { MAX_BYTES, type Origin, type Received } from './origin.ts';

/** Programs that a node may name. They come from root's hand alone: no option, and so nobody at the API, can say what runs. */
export const COMMAND_FOLDER = '/etc/xpert/sources';

/** A program in the folder, run without arguments and without a shell, as the user of Xpert. */
export class CommandOrigin implements Origin {
  readonly #folder: string;
  readonly #name: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  async read(signal: AbortSignal, take: (chunk: Buffer) => void): Promise<Received> {
    const file = join(this.#folder, this.#name);
    await this.#checkOwner(this.#folder, 'directory');
    await this.#checkOwner(file, 'file');
    let problem: unknown;
    const end = await runCommand({
      ...{ file, args: [], input: '', signal, maxOutputBytes: MAX_BYTES },
      onOutput: (chunk) => {
        if (problem !== undefined) return;
        try {
          take(chunk);
        } catch (error) {
          problem = error;
        }
      },
    }).catch((error: unknown) => {
      if (!(error instanceof CommandNotStarted)) throw error;
      throw failure('command-failed', `${file} cannot be started: ${error.code}.`, 'It must be executable.', [
        `chmod 755 ${file}`,
      ]);
    });
    if (problem !== undefined) throw problem;
    if (end.hasOverflowed) throw tooLarge(MAX_BYTES);
    if (end.exitCode === 0) return { isWhole: end.isWhole };
    throw failure(
      'command-failed',
      `${file} ended with status ${end.exitCode}.`,
      'Run it by hand, as the user of Xpert.',
      [`sudo runuser -u xpert -- ${file}`],
    );
  }

  close(): void {}

  async #checkOwner(path: string, kind: 'file' | 'directory'): Promise<void> {
    const stats = await lstat(path).catch(() => null);
    if (stats === null) {
      throw failure('command-missing', `There is no ${kind} ${path}.`, 'Root has to put the program there.', [
        `install -d -m 755 ${this.#folder}`,
        `install -m 755 PROGRAM ${join(this.#folder, this.#name)}`,
      ]);
    }
    const isKind = kind === 'file' ? stats.isFile() : stats.isDirectory();
    if (isKind && stats.uid === 0 && (stats.mode & 0o022) === 0) return;
    throw failure(
      'command-not-root',
      `${path} is not run: it must be a ${kind} of root that nobody else may write.`,
      'Look what it is before you give it to root.',
      [`ls -ld ${path}`, `chown root: ${path} && chmod go-w ${path}`],
    );
  }
}
