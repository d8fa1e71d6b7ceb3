const JWT = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.';
const SIGNATURE_LENGTH = 10;

/**
 * The account that a subscription address of Marzban names, by one of the parts of its path (app/utils/jwt.py: `name,time`
 * in base64 and a signature; before 0.4 a JWT). The signature is the panel's to check: ask only after it answered.
 */
export function accountOfSubscription(path: string): string | null {
  for (const part of path.split('/')) {
    const name = part.startsWith(JWT) ? nameInJwt(part) : nameInToken(part);
    if (name !== null) return name;
  }
  return null;
}

function nameInToken(token: string): string | null {
  if (token.length < 15 || !/^[\w-]+$/.test(token)) return null;
  const text = Buffer.from(token.slice(0, -SIGNATURE_LENGTH), 'base64url').toString('utf8');
  return /^([\w@.-]{1,128}),\d{9,12}$/.exec(text)?.[1] ?? null;
}

function nameInJwt(token: string): string | null {
  const claims = claimsOf(token);
  return claims?.access === 'subscription' && typeof claims.sub === 'string' ? claims.sub : null;
}

/** Who logged in, by the token that the panel gave them; not proven by itself. */
export function adminOfToken(authorization: string | undefined): string | null {
  const claims = claimsOf(authorization?.replace(/^Bearer\s+/i, '') ?? '');
  return typeof claims?.sub === 'string' ? claims.sub.slice(0, 128) : null;
}

function claimsOf(jwt: string): { readonly sub?: unknown; readonly access?: unknown } | null {
  try {
    return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

/** Puts what the panel does not count into `download`, where Marzban has all that it counts. */
export function userinfoWith(value: string, beyond: bigint): string {
  return value.replace(/(\bdownload=)(\d+)/, (_all, name: string, bytes: string) => `${name}${BigInt(bytes) + beyond}`);
}
