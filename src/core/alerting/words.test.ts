import { describe, expect, test } from 'vitest';
import type { NodeId, UserId } from '../units/ids.ts';
import { type AlertEvent, OURSELVES } from './alert.ts';
import { ALERT_LANGUAGES, DEFAULT_RULES } from './channel.ts';
import { TITLES } from './titles.ts';
import { composeMessage, composeTest } from './words.ts';

const at = new Date('2026-03-10T12:00:00Z');
const letter = { id: 'm1', at, panelUrl: 'https://panel.example/#/alerts/' };

function event(fields: Partial<AlertEvent> = {}): AlertEvent {
  return {
    kind: 'opened',
    at,
    alertId: 'a1',
    topic: 'node-down',
    code: 'ssh-timeout',
    severity: 'error',
    message: 'ssh does not answer.',
    hint: 'Look at the network.',
    subject: { ...OURSELVES, nodeId: 'n1' as NodeId, name: 'fin-2' },
    openedAt: at,
    ...fields,
  };
}
const limited = event({
  topic: 'user-limited',
  code: 'user-limited',
  severity: 'warning',
  message: 'A quota is used up.',
  hint: null,
  subject: { ...OURSELVES, userId: 'u1' as UserId, name: 'ann' },
});

describe('a message', () => {
  test('says what happened, why, what to do and where to look', () => {
    const { subject, text } = composeMessage({ ...letter, events: [event()] }, DEFAULT_RULES);
    expect(subject).toBe('Xpert: Node fin-2 does not answer');
    expect(text).toBe(
      '🔴 Node fin-2 does not answer\nssh does not answer.\nWhat to do: Look at the network.\n\nhttps://panel.example/#/alerts/',
    );
  });

  test('says how long it lasted when it is over', () => {
    const ended = event({ kind: 'ended', at: new Date(at.getTime() + 3 * 3_600_000 + 120_000) });
    const { subject, text } = composeMessage({ ...letter, panelUrl: null, events: [ended] }, DEFAULT_RULES);
    expect([subject, text]).toEqual([
      'Xpert: Over: Node fin-2 does not answer',
      '✅ Over: Node fin-2 does not answer\nIt lasted 3 h 2 min.',
    ]);
  });

  test('without a sentence of its own says which node it is about, too', () => {
    const found = event({ topic: 'output-cut', message: 'The counters ended early.', hint: null });
    expect(composeMessage({ ...letter, panelUrl: null, events: [found] }, DEFAULT_RULES)).toMatchObject({
      subject: 'Xpert: Node fin-2 has a problem',
      text: '🔴 Node fin-2 has a problem\nThe counters ended early.',
    });
  });

  test('names no user unless it may, in the text or for programs', () => {
    const hidden = composeMessage({ ...letter, events: [limited, event()] }, DEFAULT_RULES);
    expect(JSON.stringify(hidden)).not.toContain('ann');
    expect(hidden.text).toContain('A user has used up the quota');
    expect(hidden.events[0]?.user).toEqual({ id: 'u1', name: null });
    const open = composeMessage({ ...letter, events: [limited] }, { ...DEFAULT_RULES, namesUsers: true });
    expect(open.subject).toBe('Xpert: ann has used up the quota');
  });

  test('of many tells twenty and how many more', () => {
    const events = Array.from({ length: 33 }, () => event());
    const { subject, text, events: told } = composeMessage({ ...letter, events }, DEFAULT_RULES);
    expect(subject).toBe('Xpert: 33 alerts');
    expect(text.match(/🔴/g)).toHaveLength(20);
    expect(text).toContain('and 13 more');
    expect(told).toHaveLength(33);
  });

  test('speaks every language of the panel, with the same topics', () => {
    const topics = Object.keys(TITLES.en).sort();
    for (const language of ALERT_LANGUAGES) {
      expect(Object.keys(TITLES[language]).sort()).toEqual(topics);
      for (const title of Object.values(TITLES[language])) expect(title.replace('{name}', '')).not.toMatch(/[{}]/);
      const { subject, isRtl } = composeMessage({ ...letter, events: [event()] }, { ...DEFAULT_RULES, language });
      expect(subject).toContain('fin-2');
      expect(isRtl).toBe(language === 'fa');
      expect(composeTest('t', at, { ...DEFAULT_RULES, language }).text).toContain('Xpert');
    }
  });
});
