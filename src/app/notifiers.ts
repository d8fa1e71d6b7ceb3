import type { NotifierKind } from '../core/alerting/notifier.ts';
import { InvalidInput } from '../core/errors.ts';
import { httpNotify } from '../integrations/http-notify/notifier.ts';
import { smtp } from '../integrations/smtp/notifier.ts';
import { telegram } from '../integrations/telegram/notifier.ts';

/** Every kind of channel: one line each. Beside registry.ts, because agents load that one. */
const notifiers: readonly NotifierKind[] = [telegram, smtp, httpNotify];

/** @throws InvalidInput naming the kinds there are */
export function notifierOf(kind: string): NotifierKind {
  const notifier = notifiers.find((candidate) => candidate.kind === kind);
  if (notifier !== undefined) return notifier;
  const known = notifiers.map((candidate) => candidate.kind).join(', ');
  throw new InvalidInput('/kind', `There is no kind of channel "${kind}".`, `Choose one of: ${known}.`, 'unknown-kind');
}
