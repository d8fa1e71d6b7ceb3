import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Who speaks to a terminal, to another program or to a log, and never to the panel. */
const NOT_IN_THE_PANEL = [
  ...['cli/', 'app/agent/', 'app/moving/', 'app/report/', 'app/vpnservice/', 'app/restore.ts', 'app/config.ts'],
  ...['app/data-folder.ts', 'app/serve.ts', 'app/store.ts', 'app/processes/', 'app/backup'],
  ...['http/ingest/', 'http/passing-on.ts', 'http/standby-server.ts', 'http/subscription/', 'http/compat/'],
  ...['core/identity/', 'core/metering/ingest.ts', 'storage/postgres/', 'storage/sqlite/', 'storage/clickhouse/'],
  ...['http/routes/agents.ts', 'http/routes/handover.ts', 'http/auth/authenticator.ts', 'integrations/clash/'],
];
/** What makes a failure or a remark: its first argument is the code. */
const MAKERS = [
  ...['failure', 'notice', 'make', 'fault', 'problem', 'ourOwn', 'told', 'says', 'SourceFailure', 'ExpectedError'],
  ...['LedgerFailure', 'NotDelivered', 'HttpFailure', 'Taken'],
].join('|');
const CODE = "'([a-z0-9]+(?:-[a-z0-9]+)*)'";
const PATTERNS = [
  new RegExp(`\\b(?:${MAKERS})\\(\\s*${CODE}\\s*,`, 'g'),
  // An object that says something, and not one that names what somebody else said.
  new RegExp(`\\bcode: ${CODE},\\s*(?://[^\\n]*\\s*)?(?:message|means)\\b`, 'g'),
];

/** Codes that the server can say in the panel, with the files that say them. */
export function saidCodes(root) {
  const said = new Map();
  const src = join(root, 'src');
  for (const entry of readdirSync(src, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const path = relative(src, file);
    if (!entry.isFile() || !path.endsWith('.ts') || /\.test\.ts$|testing\.ts$/.test(path)) continue;
    if (NOT_IN_THE_PANEL.some((part) => path.startsWith(part))) continue;
    const text = readFileSync(file, 'utf8');
    for (const pattern of PATTERNS)
      for (const [, code] of text.matchAll(pattern)) said.set(code, [...(said.get(code) ?? []), path]);
  }
  return said;
}

/** Problems that senders of reports, agents, clients of links and a move are told, and nobody who looks at the panel. */
const NOT_OF_THE_PANEL = [
  ...['agent-token-needed', 'event-id-reused', 'invalid-signature', 'processes-stand-by', 'server-not-allowed'],
  ...['sources-not-read', 'too-many-unclaimed-tokens', 'too-old-to-deduplicate'],
];
/** Its hint says what is wrong with which field; the panel shows what the server says of it. */
const OWN_HINT = ['invalid-input'];

/** Codes of `http/problem.ts` that the panel can be told: each has a message and a hint; `hasHint`: in other languages, too. */
export function problemCodes(root) {
  const text = readFileSync(join(root, 'src/http/problem.ts'), 'utf8');
  const table = /PROBLEMS\b[^=]*= \{\n(.*?)\n\};/s.exec(text)?.[1] ?? '';
  const codes = [...table.matchAll(/^ {2}'?([a-z0-9-]+)'?: \[/gm)].map(([, code]) => code);
  return codes
    .filter((code) => !NOT_OF_THE_PANEL.includes(code))
    .map((code) => ({ code, hasHint: !OWN_HINT.includes(code) }));
}
