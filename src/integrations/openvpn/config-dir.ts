import { chmod, chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from './failures.ts';

/**
 * What a server looks into for each client that connects (`client-config-dir`, OpenVPN man page): a line `disable` refuses
 * it. Ours is marked, so that a line that somebody else wrote is never taken away.
 */
const OURS = 'disable # by xpert';
const DISABLES = /^[ \t]*disable[ \t]*(?:[#;].*)?$/m;

/** `file`: there is one, for this client; `none`: there was none. */
export type ClientFile = { readonly state: 'none' | 'file' | 'ours' | 'theirs' };

/** The folder of files for clients. */
export class ClientConfigDir {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether this client is refused, and by whose line. @throws SourceFailure */
  async look(name: string): Promise<ClientFile> {
    const text = await this.#read(name);
    if (text === null) return { state: 'none' };
    if (linesOf(text).includes(OURS)) return { state: 'ours' };
    return { state: DISABLES.test(text) ? 'theirs' : 'file' };
  }

  /** Puts our line before what stands there; an empty file stays one with an empty line. @throws SourceFailure */
  async disable(name: string): Promise<void> {
    const text = await this.#read(name);
    await this.#write(name, `${OURS}\n${text === '' ? '\n' : (text ?? '')}`);
  }

  /** Takes our line away, and the file with it if that was all. @throws SourceFailure */
  async enable(name: string): Promise<void> {
    const text = (await this.#read(name)) ?? '';
    const rest = text.replace(`${OURS}\n`, '');
    if (rest !== '') return await this.#write(name, rest);
    await this.#doing(() => rm(join(this.#path, name), { force: true }));
  }

  async #read(name: string): Promise<string | null> {
    return await this.#doing(async () => {
      // A folder that is not there is not the same as a client without a file.
      await stat(this.#path);
      return await readFile(join(this.#path, name), 'latin1').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
    });
  }

  /** OpenVPN may read it at any moment: it finds the one or the other, with the rights of the one before. */
  async #write(name: string, text: string): Promise<void> {
    await this.#doing(async () => {
      const path = join(this.#path, name);
      const before = await stat(path).catch(() => null);
      const draft = join(this.#path, `.xpert-${process.pid}.tmp`);
      await writeFile(draft, text, { encoding: 'latin1', mode: 0o644 });
      await chmod(draft, before === null ? 0o644 : before.mode & 0o777);
      if (before !== null) await chown(draft, before.uid, before.gid).catch(() => {});
      await rename(draft, path);
    });
  }

  async #doing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw failure(
        'config-dir-unusable',
        `The folder of client configurations cannot be used: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}.`,
        'The user of Xpert has to read and write there, and the server to read what it writes.',
        [`ls -ld ${this.#path}`],
      );
    }
  }
}

function linesOf(text: string): string[] {
  return text.split('\n');
}
