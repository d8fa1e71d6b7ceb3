import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AGENT_UNIT, agentEnrolment } from './install.ts';

const root = join(import.meta.dirname, '../../..');

test('the unit that the panel prints is the one in deploy/', () => {
  expect(readFileSync(join(root, 'deploy/systemd/xpert-agent.service'), 'utf8')).toBe(AGENT_UNIT);
});

test('the line is the address with the token in it, under a path too', () => {
  const { line, commands } = agentEnrolment('https://panel.example.com/xpert', 'xp_secret');
  expect(line).toBe('XPERT_AGENT=https://xp_secret@panel.example.com/xpert');
  // A token in the words of a command could be read by every user of the node while it runs; printf is of the shell.
  for (const command of commands.join('\n').split('\n')) {
    if (command.includes('xp_secret')) expect(command).toMatch(/^printf /);
  }
});
