import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './exec.ts';

const KEY_LINE = /(?:^|\s)((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[A-Za-z0-9@.-]+)\s+([A-Za-z0-9+/]{60,}={0,3})(?:\s|$)/;

/** `type base64`, as it stands in known_hosts or a .pub file; null if there is no key in the text. */
export function readKeyLine(text: string): string | null {
  const found = KEY_LINE.exec(text);
  return found === null ? null : `${found[1]} ${found[2]}`;
}

/** `SHA256:…`, as `ssh-keygen -l` prints it. */
export function fingerprint(keyLine: string): string {
  const blob = Buffer.from(keyLine.split(' ')[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

export type IdentityProblem = 'missing' | 'unreadable' | 'open-to-others';

/** What ssh will not like about a private key file; null if nothing. */
export async function checkIdentityFile(path: string): Promise<IdentityProblem | null> {
  try {
    const { mode, uid } = await stat(expandHome(path));
    // Looser rights are a reason for ssh to ignore the key, if it belongs to the user that runs it.
    if ((mode & 0o077) !== 0 && uid === process.getuid?.()) return 'open-to-others';
    await readFile(expandHome(path));
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'unreadable';
  }
}

/** Public half of a private key file, or of the user's own default key; null if it cannot be had without a password. */
export async function publicKeyOf(identityFile: string | null): Promise<string | null> {
  const files =
    identityFile === null
      ? ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homedir(), '.ssh', name))
      : [expandHome(identityFile)];
  for (const file of files) {
    const text = await readFile(`${file}.pub`, 'utf8').catch(() => null);
    const line = text === null ? await derivePublicKey(file) : readKeyLine(text);
    if (line !== null) return line;
  }
  return null;
}

async function derivePublicKey(file: string): Promise<string | null> {
  if ((await checkIdentityFile(file)) !== null) return null;
  let text = '';
  try {
    await runCommand({
      file: 'ssh-keygen',
      args: ['-y', '-P', '', '-f', file],
      input: '',
      signal: AbortSignal.timeout(5_000),
      maxOutputBytes: 65_536,
      onOutput: (chunk) => {
        text += chunk.toString('latin1');
      },
    });
  } catch {
    return null;
  }
  return readKeyLine(text);
}

/** As ssh does it with identity files. */
function expandHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
