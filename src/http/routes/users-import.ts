import { type Static, Type } from '@sinclair/typebox';
import { ExpectedError, InvalidInput } from '../../core/errors.ts';
import { adminIdOf, visibilityOf } from '../../core/identity/authorize.ts';
import type { NewUser } from '../../core/inventory/inventory-store.ts';
import { userTokenRefusal } from '../../core/metering/ingest.ts';
import { type Calendar, parseDay } from '../../core/units/calendar.ts';
import { counted } from '../../core/units/counted.ts';
import { parseCsv } from '../../core/units/csv.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { newSecret, newUserToken } from '../auth/secrets.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { refuseAtLimit } from '../reseller-limit.ts';
import { NameJson } from '../schemas/identity.ts';
import { EmailJson, NoteJson, TagsJson, TelegramIdJson } from '../schemas/people.ts';
import { compileValidator } from '../validation.ts';
import { hidingHolders } from '../visible-user.ts';
import { entitlementOf, NewEntitlement, type NewEntitlementBody } from './entitlements.ts';
import { type FromTemplate, fromTemplate } from './user-templates.ts';
import type { Column } from './users-in-bulk.ts';

const MOST_ROWS = 5000;
const tags = ['users'];
const importSchema = {
  tags,
  summary: 'Make users from CSV with the columns of the export, of which "name" alone is needed; all or none',
  body: Type.Object({
    csv: Type.String({ minLength: 1, maxLength: 1_000_000 }),
    template: Type.Optional({ ...NameJson, description: 'What a line leaves out is as the template has it.' }),
    dryRun: Type.Optional(Type.Boolean({ description: 'Only says what would be made.' })),
  }),
  response: {
    200: Type.Object({
      created: Type.Integer(),
      existing: Type.Array(Type.String(), { description: 'Users of these names are there, and stay as they are.' }),
      errors: Type.Array(Type.Object({ line: Type.Integer(), message: Type.String() }), {
        description: 'Of a dry run: what is wrong, line by line. Without it, the first of them refuses all.',
      }),
    }),
  },
};

const { plan, quota, cycle } = NewEntitlement.properties;
/** What a row must be, under the names of the columns: the same as of a user who is made alone. */
const RowJson = Type.Object({
  name: NameJson,
  user_token: Type.Optional(Type.String()),
  telegram_id: Type.Optional(TelegramIdJson),
  email: Type.Optional(EmailJson),
  note: Type.Optional(NoteJson),
  tags: Type.Optional(TagsJson),
  ...{ plan, quota_bytes: quota, cycle, expires_at: Type.Optional(Type.String({ format: 'date-time' })) },
});
/** The checks of request bodies, with their words. */
const checkRow = compileValidator({ schema: RowJson, httpPart: 'body', method: 'POST', url: '' }) as (
  given: unknown,
) => { readonly value: Row; readonly error?: undefined } | { readonly error: Error };

/** Users from a file. */
export function usersImportRoutes(app: HttpApp, parts: HttpParts): void {
  const { inventory } = parts.ports;

  app.post('/api/v1/users/import', { config: { access: 'change-users' }, schema: importSchema }, async (request) => {
    const actor = actorOf(request);
    await refuseAtLimit(parts.ports, actor);
    const who = visibilityOf(actor);
    const ownerId = who.kind === 'owner' ? who.adminId : adminIdOf(actor);
    const isDryRun = request.body.dryRun === true;
    const mayClaim = who.kind === 'all';
    const { wanted, errors } = await usersOf(
      parts,
      request.body.csv,
      ownerId,
      isDryRun,
      await fromTemplate(parts, actor, request.body.template),
    );
    const existing: string[] = [];
    const fresh: NewUser[] = [];
    for (const user of wanted) {
      if ((await inventory.findUser(user.name))?.name === user.name) existing.push(user.name);
      else fresh.push({ ...user, mayClaim });
    }
    if (!isDryRun && fresh.length > 0) {
      await hidingHolders(actor, inventory.addUsers(fresh));
      await audit(parts, request, 'users.imported', counted(fresh.length, 'user'), {
        users: fresh.map(({ name }) => name),
      });
    }
    return { created: fresh.length, existing, errors };
  });
}

type Row = Static<typeof RowJson>;

interface Line {
  readonly line: number;
  readonly cells: Readonly<Partial<Record<Column, string>>>;
}

/** @throws InvalidInput */
function linesOf(csv: string): Line[] {
  const [titles, ...rows] = parseCsv(csv) ?? [];
  if (titles === undefined || !titles.includes('name')) {
    throw new InvalidInput('/csv', 'The first line must name the columns, "name" among them.');
  }
  const lines = rows.flatMap((cells, i) => {
    if (cells.every((cell) => cell === '')) return [];
    const members = titles.map((title, column) => [title, cells[column] ?? ''] as const);
    return { line: i + 2, cells: Object.fromEntries(members.filter(([, cell]) => cell !== '')) };
  });
  if (lines.length > MOST_ROWS) {
    const what = `The file has ${lines.length} users; at most ${MOST_ROWS} are taken at once.`;
    throw new InvalidInput('/csv', what, 'Split the file.');
  }
  return lines;
}

/** @throws ExpectedError for the first line that is wrong, unless they are to be `told` */
async function usersOf(
  parts: HttpParts,
  csv: string,
  ownerId: NewUser['ownerId'],
  told: boolean,
  template: FromTemplate,
) {
  const wanted: NewUser[] = [];
  const errors: { line: number; message: string }[] = [];
  const names = new Set<string>();
  const calendar = await parts.ports.operations.calendar();
  for (const line of linesOf(csv)) {
    try {
      const row = rowOf(line, names, calendar);
      wanted.push(await newUserOf(parts, row, ownerId, template));
      names.add(row.name);
    } catch (error) {
      if (!told || !(error instanceof ExpectedError)) throw error;
      errors.push({ line: line.line, message: error.message.replace(/^Line \d+: /, '') });
    }
  }
  return { wanted, errors };
}

/** @throws InvalidInput naming the line */
function rowOf({ line, cells }: Line, before: ReadonlySet<string>, calendar: Calendar): Row {
  const refuse = (why: string) => new InvalidInput('/csv', `Line ${line}: ${why}`);
  const { telegram_id: telegramId, quota_bytes: bytes, tags: words, expires_at: ends, ...texts } = cells;
  const checked = checkRow({
    ...texts,
    ...(telegramId === undefined ? {} : { telegram_id: numberOf(telegramId) }),
    ...(bytes === undefined ? {} : { quota_bytes: numberOf(bytes) }),
    ...(ends === undefined ? {} : { expires_at: endOf(ends, calendar) }),
    ...(words === undefined ? {} : { tags: words.split(/\s+/).filter((word) => word !== '') }),
  });
  if (checked.error !== undefined) throw refuse(checked.error.message);
  const row: Row = checked.value;
  if (before.has(row.name)) throw refuse(`There is a line for "${row.name}" before.`);
  const refusal = row.user_token === undefined ? null : userTokenRefusal(row.user_token);
  if (refusal !== null) throw refuse(`"user_token" ${refusal}.`);
  return row;
}

/** A day alone is the end of it in the panel's zone; all else stays as it is, an instant or not. */
function endOf(text: string, calendar: Calendar): string {
  const day = parseDay(text);
  return day === null ? text : new Date(calendar.day(day).toMs).toISOString();
}

/** Digits as the number they are; all else stays text, which the schema refuses. */
function numberOf(cell: string): number | string {
  return /^\d+$/.test(cell) ? Number(cell) : cell;
}

async function newUserOf(
  parts: HttpParts,
  row: Row,
  ownerId: NewUser['ownerId'],
  template: FromTemplate,
): Promise<NewUser> {
  const entitlement = template.entitlement(entitlementIn(row));
  return {
    ...{ name: row.name, email: row.email ?? null, note: row.note ?? template.note, tags: row.tags ?? template.tags },
    ...{ role: 'user', ownerId, active: true, countInCycle: false },
    userToken: row.user_token ?? newUserToken(),
    linkToken: newSecret(),
    telegramId: row.telegram_id ?? null,
    createdAt: parts.ports.clock.now(),
    ...(entitlement === undefined ? {} : { entitlement: await entitlementOf(parts, entitlement) }),
  };
}

function entitlementIn({ plan, quota_bytes: quota, cycle, expires_at: expiresAt }: Row): NewEntitlementBody {
  return {
    ...(plan === undefined ? {} : { plan }),
    ...(quota === undefined ? {} : { quota }),
    ...(cycle === undefined ? {} : { cycle }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
