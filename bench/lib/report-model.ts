import { randomNumbers } from './random.ts';

/**
 * The model of the figures `query` and `size`: a user is online for about an hour a day, on one or two servers, and its
 * reporter posts every minute. Frozen: another model would be another figure.
 */
export const model = { reports: 10_000_000, users: 5_000, servers: 20, days: 30, seed: 42 } as const;

/** First midnight of the model (UTC); its last report comes 30 days later. */
export const modelStart = Date.UTC(2026, 9, 1);

export interface ModelReport {
  readonly user: number;
  readonly server: number;
  readonly rx: number;
  readonly tx: number;
}

interface Session {
  readonly user: number;
  /** Minutes of the day, [from, to). */
  readonly from: number;
  readonly to: number;
  readonly firstServer: number;
  readonly secondServer: number;
  /** Minute at which the user moves to the second server; `to` if they stay. */
  readonly movesAt: number;
}

const minutesOfDay = 1440;

/** The reports minute by minute: `minute` counts from the first midnight. Exactly `model.reports` in all. */
export function* reportsByMinute(): Generator<{ readonly minute: number; readonly reports: ModelReport[] }> {
  const random = randomNumbers(model.seed);
  let left: number = model.reports;
  for (let day = 0; left > 0; day++) {
    const online = sessionsByMinute(random);
    for (let minute = 0; minute < minutesOfDay && left > 0; minute++) {
      const sessions = (online[minute] ?? []).slice(0, left);
      left -= sessions.length;
      if (sessions.length > 0) yield { minute: day * minutesOfDay + minute, reports: report(sessions, minute, random) };
    }
  }
}

function report(sessions: readonly Session[], minute: number, random: (limit: number) => number): ModelReport[] {
  return sessions.map((session) => ({
    user: session.user,
    server: minute < session.movesAt ? session.firstServer : session.secondServer,
    rx: 20_000 + random(2_000_000),
    tx: 100_000 + random(30_000_000),
  }));
}

/** Everybody's session of one day; who is online at each of its minutes. 40 to 94 minutes: 10 million in 30 days. */
function sessionsByMinute(random: (limit: number) => number): Session[][] {
  const online: Session[][] = Array.from({ length: minutesOfDay }, () => []);
  for (let user = 0; user < model.users; user++) {
    const minutes = 40 + random(55);
    const from = random(minutesOfDay - minutes);
    const moves = random(4) === 0;
    const session = {
      user,
      from,
      to: from + minutes,
      firstServer: user % model.servers,
      secondServer: random(model.servers),
      movesAt: moves ? from + random(minutes) : from + minutes,
    };
    for (let minute = session.from; minute < session.to; minute++) online[minute]?.push(session);
  }
  return online;
}

/** One token of 22 characters per user of the model, as the product makes them. */
export function modelTokens(): string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: model.users }, (_, user) => {
    const random = randomNumbers(user ^ 0x2545f491);
    return Array.from({ length: 22 }, () => alphabet[random(alphabet.length)]).join('');
  });
}

export function serverOf(server: number): string {
  return `node${String(server).padStart(2, '0')}.example.net`;
}
