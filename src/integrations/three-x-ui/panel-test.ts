import type { NodeTest, Notice } from '../../core/inventory/node-operations.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import { type SourceFacts, testCollector } from '../../core/metering/source-test.ts';
import { ThreeXuiCollector } from './collector.ts';
import type { ThreeXuiOptions } from './options.ts';
import { ThreeXuiSession } from './session.ts';

const STATUS = { xray: { version: 'value' } } as const;

/** Reads the panel once; tells which interface answered and which Xray runs below it. */
export async function testPanel(
  options: ThreeXuiOptions,
  { clock }: IntegrationTools,
  signal: AbortSignal,
): Promise<NodeTest> {
  const session = new ThreeXuiSession(options);
  const collector = new ThreeXuiCollector(session, new URL(options.url));
  return await testCollector(collector, clock, signal, async (): Promise<SourceFacts> => {
    const xray = await readXrayVersion(session, signal);
    const notes = [...(options.token === undefined ? [LOGINS] : []), ...plainHttp(options)];
    return { version: `${collector.version}${xray === null ? '' : `, Xray ${xray}`}`, notes };
  });
}

async function readXrayVersion(session: ThreeXuiSession, signal: AbortSignal): Promise<string | null> {
  const status = await session.get('panel/api/server/status', STATUS, signal);
  const version = (status?.obj as { xray?: { version?: unknown } } | null | undefined)?.xray?.version;
  return typeof version === 'string' ? version.slice(0, 32) : null;
}

function plainHttp(options: ThreeXuiOptions): Notice[] {
  return options.url.startsWith('http://') && !options.privateAddress ? [PLAIN] : [];
}

const LOGINS: Notice = {
  code: 'panel-tells-logins',
  message: "The panel's bot tells every login, also those of Xpert: when it starts, and when the session ends.",
  hint: 'With an API token (version 3) there are none.',
};
const PLAIN: Notice = {
  code: 'plain-http',
  message: 'Password or token go over the network in the clear.',
  hint: 'Use https:// if the panel has it.',
};
