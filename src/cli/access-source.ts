import { resolve } from 'node:path';
import type { Command } from 'commander';
import { WrongUse } from './output.ts';

/** What daemons need so that access can be taken and given back. */
export interface AccessSourceOptions {
  readonly serverConfig?: string;
  readonly clientConfigDir?: string;
  readonly controlUrl?: string;
}

/** By the name that commander gives it: the kinds it belongs to, and the name of the option of the source. */
const MEANT: Readonly<Record<keyof AccessSourceOptions, Meaning>> = {
  serverConfig: { kinds: ['xray', 'v2ray'], name: 'config', isPath: true },
  clientConfigDir: { kinds: ['openvpn'], name: 'clientConfigDir', isPath: true },
  controlUrl: { kinds: ['mtproto'], name: 'controlUrl', isPath: false },
};

interface Meaning {
  readonly kinds: readonly string[];
  readonly name: string;
  /** Meant from where the command was given. */
  readonly isPath: boolean;
}

export function addAccessSourceOptions(command: Command): Command {
  return command
    .option('--server-config <file>', 'Xray, V2Ray here: its configuration, to give users back who were cut')
    .option('--client-config-dir <folder>', 'OpenVPN here: its client-config-dir, to keep clients out')
    .option('--control-url <address>', 'MTProto, telemt: its control interface, http://host:port; --token-file for it');
}

/** Those that were given, as options of the source. @throws WrongUse where they mean nothing for its kind */
export function accessSourceOptionsOf(kind: string, options: AccessSourceOptions): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [key, { kinds, name, isPath }] of Object.entries(MEANT)) {
    const value = options[key as keyof AccessSourceOptions];
    if (value === undefined) continue;
    if (!kinds.includes(kind))
      throw new WrongUse(`--${dashed(key)} is for ${kinds.join(' and ')}; this node is ${kind}.`);
    given[name] = isPath ? resolve(value) : value;
  }
  return given;
}

function dashed(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
