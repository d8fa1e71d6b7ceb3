/** Where the management interface is, and the certificate that it made for itself. */
export interface Access {
  readonly apiUrl: URL;
  readonly certSha256: string;
}

/** The line in JSON that the installation prints, or its file access.txt (`name:value` lines). Null if it is neither. */
export function readAccess(text: string): { readonly apiUrl: string; readonly certSha256: string } | null {
  const fields = readJson(text) ?? readLines(text);
  const { apiUrl, certSha256 } = fields;
  return typeof apiUrl === 'string' && typeof certSha256 === 'string' ? { apiUrl, certSha256 } : null;
}

function readJson(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function readLines(text: string): Readonly<Record<string, string>> {
  const lines = text.split(/\r?\n/).map((line) => /^\s*(apiUrl|certSha256)\s*[:=]\s*(\S+)\s*$/.exec(line));
  return Object.fromEntries(lines.flatMap((match) => (match === null ? [] : [[match[1], match[2]]])));
}
