import { type AlertEvent, kindOf } from './alert.ts';
import type { AlertLanguage, ChannelRules } from './channel.ts';
import type { AlertMessage, ToldEvent } from './notifier.ts';
import { PHRASES, TITLES } from './titles.ts';

/** Lines that a person reads; a message about more says how many. */
const SHOWN = 20;

interface Letter {
  readonly id: string;
  readonly at: Date;
  readonly events: readonly AlertEvent[];
  /** Address of the panel's page of alerts; null if nobody told under which address the panel is. */
  readonly panelUrl: string | null;
}

/** What waits for a channel, as it is told there. Names of users are left out where the rules say so. */
export function composeMessage({ id, at, events, panelUrl }: Letter, rules: ChannelRules): AlertMessage {
  const { language } = rules;
  const told = events.map((event) => toldEvent(event, rules));
  const lines = told.slice(0, SHOWN).map((event) => paragraph(event, language));
  if (told.length > SHOWN) lines.push(fill(PHRASES[language].more, { count: told.length - SHOWN }));
  if (panelUrl !== null) lines.push(panelUrl);
  const [first] = told;
  const several = `Xpert: ${fill(PHRASES[language].several, { count: told.length })}`;
  const subject = told.length === 1 && first !== undefined ? `Xpert: ${headline(first, language)}` : several;
  return { id, at, subject, text: lines.join('\n\n'), isRtl: language === 'fa', events: told };
}

/** A message that says nothing but that it arrives. */
export function composeTest(id: string, at: Date, { language }: ChannelRules): AlertMessage {
  const title = TITLES[language].test ?? '';
  return { id, at, subject: `Xpert: ${title}`, text: PHRASES[language].test, isRtl: language === 'fa', events: [] };
}

function toldEvent(event: AlertEvent, rules: ChannelRules): ToldEvent {
  const { kind, at, alertId, topic, code, severity, openedAt, subject, hint } = event;
  const { nodeId, userId } = subject;
  const name = userId !== null && !rules.namesUsers ? null : subject.name;
  return {
    event: kind,
    ...{ at, alertId, topic, code, severity, openedAt, hint },
    kind: kindOf(topic, subject),
    title: titleOf(event, name, rules.language),
    message: event.message,
    node: nodeId === null ? null : { id: nodeId, name: userId === null ? name : null },
    user: userId === null ? null : { id: userId, name },
  };
}

function titleOf({ topic, message, subject }: AlertEvent, name: string | null, language: AlertLanguage): string {
  const { aUser, thisServer } = PHRASES[language];
  // What has no sentence of its own still says which node it is about.
  const title = TITLES[language][topic] ?? (subject.nodeId === null ? undefined : TITLES[language]['node-degraded']);
  const nobody = subject.userId === null ? thisServer : aUser;
  return title === undefined ? message : fill(title, { name: name ?? nobody });
}

function headline({ event, title }: ToldEvent, language: AlertLanguage): string {
  const { over, worse } = PHRASES[language];
  return event === 'ended' ? `${over}: ${title}` : event === 'worse' ? `${worse}: ${title}` : title;
}

const MARKS = { info: 'ℹ️', warning: '⚠️', error: '🔴' } as const;

function paragraph(told: ToldEvent, language: AlertLanguage): string {
  const { event, severity, title, message, hint, at, openedAt } = told;
  const head = `${event === 'ended' ? '✅' : MARKS[severity]} ${headline(told, language)}`;
  const { lasted, toDo } = PHRASES[language];
  if (event === 'ended') {
    const duration = durationWords(at.getTime() - openedAt.getTime(), language);
    return `${head}\n${fill(lasted, { duration })}`;
  }
  const lines = [head, ...(message === title ? [] : [message]), ...(hint === null ? [] : [`${toDo}: ${hint}`])];
  return lines.join('\n');
}

const UNITS: Readonly<Record<AlertLanguage, readonly [day: string, hour: string, minute: string]>> = {
  en: ['d', 'h', 'min'],
  ru: ['д', 'ч', 'мин'],
  fa: ['روز', 'ساعت', 'دقیقه'],
  zh: ['天', '小时', '分钟'],
};

/** To the minute, the two largest units; never 0. */
function durationWords(ms: number, language: AlertLanguage): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const parts = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const words = parts.map((count, i) => (count === 0 ? '' : `${count} ${UNITS[language][i]}`));
  return words
    .filter((word) => word !== '')
    .slice(0, 2)
    .join(' ');
}

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
