import type { Authenticator } from './auth/authenticator.ts';
import type { LoginGuard } from './auth/login-guard.ts';
import type { Passwords } from './auth/passwords.ts';
import type { Metrics } from './metrics.ts';
import type { HttpConfig, HttpPorts } from './ports.ts';

/** What routes share, made once per server. */
export interface HttpParts {
  readonly ports: HttpPorts;
  readonly config: HttpConfig;
  readonly authenticator: Authenticator;
  readonly metrics: Metrics;
  /** One for all that asks for a password: tries are counted together. */
  readonly logins: LoginGuard;
  readonly passwords: Passwords;
}
