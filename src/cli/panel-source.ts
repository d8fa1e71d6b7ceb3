import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { ExpectedError } from '../core/errors.ts';
import { WrongUse } from './output.ts';
import { askHidden } from './password.ts';

/** How the interface of another panel is reached. Secrets come from files or are asked for: arguments are seen by all. */
export interface PanelOptions {
  readonly url?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
  readonly accessFile?: string;
  readonly linkFile?: string;
  readonly shared?: boolean;
  readonly userAgent?: string;
  readonly metricsUrl?: string;
  readonly gateway?: string;
  readonly certSha256?: string;
  readonly privateAddress?: boolean;
}

/** Which secret a kind cannot do without. */
const SECRETS: Readonly<Record<string, (options: PanelOptions) => 'password' | 'token' | 'access' | 'link'>> = {
  marzban: () => 'password',
  '3x-ui': ({ username }) => (username === undefined ? 'token' : 'password'),
  remnawave: () => 'token',
  outline: () => 'access',
  subscription: () => 'link',
};
const QUESTIONS = {
  password: ['Password: ', '--password-file FILE'],
  token: ['Token: ', '--token-file FILE'],
  access: ['Access key of the server, as its installation printed it ({"apiUrl": …}): ', '--access-file FILE'],
  link: ['Subscription link: ', '--link-file FILE'],
} as const;

/** Kinds that are no panels, and take a token all the same. */
const WITH_TOKEN: ReadonlySet<string> = new Set(['mtproto']);

/** The token that was given, for a kind that is no panel; empty if none was. @throws WrongUse where it means nothing */
export async function tokenOf(kind: string, { tokenFile }: PanelOptions): Promise<{ readonly token?: string }> {
  if (tokenFile === undefined) return {};
  if (!WITH_TOKEN.has(kind)) throw new WrongUse(`--token-file means nothing for ${kind}.`);
  return { token: await readSecret(tokenFile) };
}

export const isPanelKind = (kind: string): boolean => Object.hasOwn(SECRETS, kind);

export function addPanelOptions(command: Command): Command {
  return command
    .option('--url <address>', 'panels: address of the interface, https://host[:port][/path]')
    .option('--username <name>', 'panels: who logs in')
    .option(
      '--password-file <file>',
      'panels: file with the password; - is standard input. Without it, it is asked for',
    )
    .option('--token-file <file>', 'panels, telemt: file with an API token, likewise')
    .option('--access-file <file>', 'Outline: file with the access key of the server, likewise')
    .option('--link-file <file>', 'subscription: file with the link, likewise')
    .option('--shared', 'subscription: several people use the account')
    .option('--user-agent <name>', 'subscription: the client as which it is fetched')
    .option('--metrics-url <address>', 'Outline: counters of outline-ss-server, http://host:port/metrics')
    .option('--gateway <address>', 'Marzban: HOST:PORT to listen on before it; - for none')
    .option('--cert-sha256 <fingerprint>', 'panels: the one certificate to accept, if no authority signed it')
    .option('--private-address', 'panels: allow addresses of this machine and of private networks');
}

/** The options that were given, for the integration. Asks for the secret that is missing, where somebody can answer. */
export async function panelOptionsOf(kind: string, options: PanelOptions): Promise<Record<string, unknown>> {
  const given = await givenOptions(options);
  const secret = SECRETS[kind]?.(options);
  if (secret === undefined || given[secret] !== undefined) return given;
  const [question, flag] = QUESTIONS[secret];
  if (!process.stdin.isTTY) throw new WrongUse(`${kind} needs a secret.`, `Give it with ${flag}.`);
  return { ...given, [secret]: await askHidden(question) };
}

/** Only what was given: to change a node. */
export async function givenOptions(options: PanelOptions): Promise<Record<string, unknown>> {
  const { url, username, passwordFile, tokenFile, accessFile, metricsUrl, certSha256, privateAddress } = options;
  const { linkFile, shared, userAgent, gateway } = options;
  const all = {
    url,
    username,
    metricsUrl,
    gateway,
    certSha256,
    privateAddress,
    password: passwordFile && (await readSecret(passwordFile)),
    token: tokenFile && (await readSecret(tokenFile)),
    access: accessFile && (await readSecret(accessFile)),
    link: linkFile && (await readSecret(linkFile)),
    shared,
    userAgent,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Without the line feed that editors put at the end. */
async function readSecret(path: string): Promise<string> {
  const secret = (path === '-' ? await text(process.stdin) : readFile(path)).replace(/\r?\n$/, '');
  if (secret === '') throw new WrongUse(`There is nothing in ${path === '-' ? 'standard input' : path}.`);
  return secret;
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const hint = 'The installed command runs as the user xpert: that user has to be able to read it.';
    throw new ExpectedError('secret-unreadable', `${path} cannot be read.`, { hint, cause: error });
  }
}
