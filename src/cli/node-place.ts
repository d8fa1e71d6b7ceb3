import { parseSshTarget } from '../lib/ssh-target.ts';

type Options = Readonly<Record<string, unknown>>;

/**
 * Options of a node that is read over ssh at `ssh` from now on, without what belongs to the way in which it was read before:
 * its file, or the key of another host. The key of the same host stays pinned, whoever logs in there.
 */
export function movedTo(ssh: string, { path: _path, maxAgeSeconds: _age, hostKey, ...rest }: Options): Options {
  const isSameHost = typeof rest.ssh === 'string' && hostOf(rest.ssh) === hostOf(ssh);
  return isSameHost && hostKey !== undefined ? { ...rest, hostKey } : rest;
}

function hostOf(ssh: string): string {
  const target = parseSshTarget(ssh);
  return target === null ? ssh : JSON.stringify([target.host, target.port]);
}
