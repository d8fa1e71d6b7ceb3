import { InvalidInput } from '../core/errors.ts';
import type { Integration } from '../core/metering/integration.ts';
import { wireguard } from '../integrations/wireguard/integration.ts';

/** Every kind of source that nodes can have: one line each. */
const integrations: readonly Integration[] = [wireguard];

/** @throws InvalidInput naming the kinds there are */
export function integrationOf(kind: string): Integration {
  const integration = integrations.find((candidate) => candidate.kind === kind);
  if (integration !== undefined) return integration;
  const known = integrations.map((candidate) => candidate.kind).join(', ');
  throw new InvalidInput('/kind', `There is no integration "${kind}".`, `Choose one of: ${known}.`, 'unknown-kind');
}
