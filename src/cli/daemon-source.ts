import { resolve } from 'node:path';
import type { Command } from 'commander';
import { WrongUse } from './output.ts';

/** How a daemon that speaks a language of its own is reached. */
export interface DaemonOptions {
  readonly management?: string;
  readonly managementPassword?: string;
  readonly keepManagement?: boolean;
  readonly peersBy?: string;
  readonly listenPort?: string;
  readonly manager?: string;
  readonly portNames?: string;
  readonly replyFolder?: string;
  readonly proxy?: string;
  readonly metricsPrefix?: string;
}

interface Given extends DaemonOptions {
  readonly kind: string;
  readonly file?: string;
  readonly url?: string;
  readonly certSha256?: string;
  readonly privateAddress?: boolean;
}

const KINDS: Readonly<Record<string, (given: Given) => Record<string, unknown>>> = {
  openvpn: openvpnOptions,
  shadowsocks: ({ manager, portNames, replyFolder }) => ({
    manager: manager?.includes('/') ? resolve(manager) : manager,
    names: portNames === undefined ? undefined : resolve(portNames),
    replyFolder: replyFolder === undefined ? undefined : resolve(replyFolder),
  }),
  'sing-box-ssm': ({ url, certSha256, privateAddress, listenPort }) => ({
    ...{ url, certSha256, privateAddress, port: portOf(listenPort) },
  }),
  mtproto: ({ proxy, url, certSha256, privateAddress, metricsPrefix, listenPort }) => ({
    ...{ proxy, url, certSha256, privateAddress, prefix: metricsPrefix, port: portOf(listenPort) },
  }),
};

export function addDaemonOptions(command: Command): Command {
  return command
    .option('--management <address>', 'OpenVPN: its management interface, /path/of/socket or host:port')
    .option('--management-password <file>', 'OpenVPN: file on this machine with the password of that interface')
    .option('--no-keep-management', 'OpenVPN: leave that interface free between two readings')
    .option('--peers-by <name>', 'OpenVPN: common-name or username (default: common-name)')
    .option('--listen-port <port>', 'OpenVPN, MTProto, sing-box-ssm: the port that its clients use')
    .option('--manager <address>', 'Shadowsocks: its manager, host:port (UDP) or /path/of/socket')
    .option('--port-names <file>', 'Shadowsocks: file on this machine with lines like "8001 alice"')
    .option('--reply-folder <path>', 'Shadowsocks: where a manager on a unix socket can answer')
    .option('--proxy <name>', 'MTProto: telemt, mtprotoproxy, mtg or official; --url has its counters')
    .option('--metrics-prefix <text>', 'MTProto: beginning of the names of its metrics, if it is another one');
}

/** The options of such a source; null for every other kind. Relative paths are meant from where the command was given. */
export function daemonOptionsOf(given: Given): Record<string, unknown> | null {
  const options = KINDS[given.kind]?.(given);
  if (options === undefined) return null;
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

const portOf = (text: string | undefined) => (text === undefined ? undefined : Number(text));

function openvpnOptions({ management, file, managementPassword, keepManagement, peersBy, listenPort }: Given) {
  if (management !== undefined && file !== undefined) throw new WrongUse('--management and --file exclude each other.');
  const common = { peers: peersBy, port: portOf(listenPort) };
  if (file !== undefined) return { transport: 'status-file', path: resolve(file), ...common };
  return {
    transport: 'management',
    management: management?.includes('/') ? resolve(management) : management,
    passwordFile: managementPassword === undefined ? undefined : resolve(managementPassword),
    keepConnection: keepManagement === false ? false : undefined,
    ...common,
  };
}
