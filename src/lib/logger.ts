/** One line per event for people and for the journal: time, level, message, then fields as `name=value`. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

type Level = 'info' | 'warn' | 'error';

/** @param write gets whole lines, without the line end. */
export function createLogger(write: (line: string) => void, now: () => Date): Logger {
  const log = (level: Level) => (fields: object, message: string) => {
    const parts = [now().toISOString(), level.padEnd(5), oneLine(message)];
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined && !(value instanceof Error)) parts.push(`${name}=${formatValue(value)}`);
    }
    const lines = [parts.join(' ')];
    for (const value of Object.values(fields)) if (value instanceof Error) lines.push(formatError(value));
    write(lines.join('\n'));
  };
  return { info: log('info'), warn: log('warn'), error: log('error') };
}

function formatValue(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return typeof value === 'string' && /[\s"=]/.test(text) ? JSON.stringify(text) : oneLine(text);
}

/** Line ends in what others sent must not look like lines of ours. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, ' ');
}

/** Continuation lines are indented. */
function formatError(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : '';
  return `${error.stack}${cause}`.replace(/^/gm, '    ');
}
