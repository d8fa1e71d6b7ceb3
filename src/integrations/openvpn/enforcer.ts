import type {
  AccessChange,
  CannotEnforce,
  Enforcer,
  EnforcerAbilities,
  EnforcerTarget,
  Outcome,
  Seen,
} from '../../core/access/enforcer.ts';
import { oneByOne } from '../../core/access/one-by-one.ts';
import { SourceFailure } from '../../core/errors.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import { ClientConfigDir } from './config-dir.ts';
import { notInTime } from './failures.ts';
import { shareManagement } from './management-source.ts';
import type { OpenvpnOptions } from './options.ts';

const COMMON = { countsDropped: false, isShownInPolls: false, keepsSecrets: false } as const;

const BY_FILE: EnforcerAbilities = {
  ...COMMON,
  code: 'access-openvpn-file',
  means: 'a line "disable" in the file of the client in client-config-dir, and its connections are closed',
  liveSessions: 'cut',
  caveats: ['The server has to run with client-config-dir on the folder that this node names.'],
};

const BY_FILE_ALONE: EnforcerAbilities = {
  ...BY_FILE,
  code: 'access-openvpn-file-alone',
  means: 'a line "disable" in the file of the client in client-config-dir',
  liveSessions: 'stay',
  caveats: [...BY_FILE.caveats, 'Connections that are open stay: only the management interface could close them.'],
};

const BY_KILL: EnforcerAbilities = {
  ...COMMON,
  code: 'access-openvpn-kill',
  means: 'its connections are closed with every reading',
  liveSessions: 'cut',
  caveats: [
    'The client connects again as soon as it notices, and is cut off with the next reading: give --client-config-dir to keep it out.',
  ],
};

/** What can be done by these options. */
export function openvpnAbilities({
  transport,
  clientConfigDir,
  peers,
}: OpenvpnOptions): EnforcerAbilities | CannotEnforce {
  if (peers === 'username') return NOT_BY_USERNAME;
  if (clientConfigDir !== undefined) return transport === 'management' ? BY_FILE : BY_FILE_ALONE;
  return transport === 'management' ? BY_KILL : NOTHING_BUT_A_FILE;
}

/** Names of connections. One that was refused stands in the list for some seconds, and has no address in the VPN. */
interface Connected {
  readonly listed: ReadonlySet<string>;
  readonly established: ReadonlySet<string>;
}

/** Nothing of a client's configuration is kept: what has to be undone stands in its file. */
const KEPT = 'nothing';
/** OpenVPN writes other characters of a name as "_" when it looks for its file (ssl_verify.c, string_mod_const). */
const NAME = /^(?!\.{1,2}$|DEFAULT$)[A-Za-z0-9_.@-]{1,64}$/;

/** Keeps clients of an OpenVPN server out. */
export class OpenvpnEnforcer implements Enforcer {
  readonly #folder: ClientConfigDir | null;
  readonly #management: ReturnType<typeof shareManagement> | null;

  constructor(options: OpenvpnOptions, tools: IntegrationTools) {
    const { clientConfigDir, transport } = options;
    this.#folder = clientConfigDir === undefined ? null : new ClientConfigDir(clientConfigDir);
    this.#management = transport === 'management' ? shareManagement(options, tools) : null;
  }

  async look(targets: readonly EnforcerTarget[], signal: AbortSignal): Promise<readonly Seen[]> {
    return await this.#inTime(signal, async () => {
      const connected = await this.#connected(signal);
      const seen: Seen[] = [];
      for (const { key } of targets) seen.push(await this.#look(key, connected));
      return seen;
    });
  }

  async suspend(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return await this.#inTime(signal, async () => {
      const connected = await this.#connected(signal);
      return await oneByOne(changes, async ({ target: { key } }) => {
        const seen = await this.#look(key, connected);
        if (seen.state === 'unusable') return { problem: seen.problem };
        if (seen.state !== 'active' && seen.state !== 'untold') return 'changed';
        if (this.#folder !== null && (await this.#folder.look(key)).state !== 'ours') await this.#folder.disable(key);
        if (connected.listed.has(key)) await this.#management?.source.kill(key, signal);
        return 'done';
      });
    });
  }

  async restore(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return await this.#inTime(signal, () =>
      oneByOne(changes, async ({ target: { key } }) => {
        // Nothing holds a client back whose connections were only closed.
        if (this.#folder === null) return 'done';
        if ((await this.#folder.look(key)).state !== 'ours') return 'changed';
        await this.#folder.enable(key);
        return 'done';
      }),
    );
  }

  async close(): Promise<void> {
    this.#management?.release();
  }

  async #look(name: string, { listed, established }: Connected): Promise<Seen> {
    if (!NAME.test(name)) return { state: 'unusable', problem: NAME_UNUSABLE };
    if (this.#folder === null) return listed.has(name) ? ACTIVE : { state: 'suspended' };
    const { state } = await this.#folder.look(name);
    // Refused by our line, and still there: cut half-way. Whether it is taken or given back, our line is not to be forgotten.
    if (state === 'ours') return established.has(name) ? { state: 'untold', kept: KEPT } : { state: 'suspended' };
    return state === 'theirs' ? { state: 'suspended' } : ACTIVE;
  }

  /** Nobody where no management interface tells. */
  async #connected(signal: AbortSignal): Promise<Connected> {
    if (this.#management === null) return { listed: new Set(), established: new Set() };
    const { rows } = (await this.#management.source.read(signal)).status;
    const namesOf = (some: typeof rows) => new Set(some.map(({ commonName }) => commonName));
    return { listed: namesOf(rows), established: namesOf(rows.filter((row) => row.virtualAddresses.length > 0)) };
  }

  async #inTime<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      signal.throwIfAborted();
      return await work();
    } catch (error) {
      if (error instanceof SourceFailure || !signal.aborted) throw error;
      throw notInTime(signal.reason);
    }
  }
}

const ACTIVE: Seen = { state: 'active', kept: KEPT };

const NAME_UNUSABLE = {
  code: 'name-unusable',
  message: 'OpenVPN cannot tell this name from others when it looks for the file of a client.',
  hint: 'Give the client a certificate whose common name has letters, digits and _ - . @ alone.',
};

const NOT_BY_USERNAME: CannotEnforce = {
  cannot: {
    code: 'cannot-enforce',
    message: 'Clients are told apart by user names here, and OpenVPN keeps out certificates.',
    hint: 'With username-as-common-name in the server, count them by common-name.',
  },
};

const NOTHING_BUT_A_FILE: CannotEnforce = {
  cannot: {
    code: 'cannot-enforce',
    message: 'A status file tells counters, and changes nothing.',
    hint: 'Name the folder of client-config-dir: xpert node change NAME --client-config-dir /etc/openvpn/ccd',
  },
};
