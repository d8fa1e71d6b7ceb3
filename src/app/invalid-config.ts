import { ExpectedError } from '../core/errors.ts';

/** A variable holds something that cannot be meant. The process ends with exit code 2. */
export class InvalidConfig extends ExpectedError {
  constructor(variable: string, got: string, wants: string) {
    const isSet = got !== '';
    super('invalid-config', `${variable} is ${isSet ? `"${got}"` : 'not set'}; it must be ${wants}.`, {
      hint: isSet ? correctionOf(variable) : settingOf(variable),
      details: { variable },
    });
  }
}

function correctionOf(variable: string): string {
  if (variable.startsWith('-')) return 'Correct the option, or leave it out.';
  return `Correct ${variable} in the environment or in .env, or leave it out.`;
}

function settingOf(variable: string): string {
  const orOption = hasOption(variable) ? ', or by the option of the command (--help names it)' : '';
  return `Set ${variable} in the environment or in .env${orOption}.`;
}

/** Whether a command takes it as an option, too. */
export function hasOption(variable: string): boolean {
  return /^XPERT_(AGENT|REPORT)/.test(variable);
}
