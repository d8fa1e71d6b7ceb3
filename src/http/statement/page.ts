import type { Statement, StatementDay, StatementPlace } from '../../core/ledger/statement.ts';
import { billedOf, type Traffic } from '../../core/units/bytes.ts';
import { parseDay } from '../../core/units/calendar.ts';
import { DAY_MS } from '../../core/units/time-zone.ts';
import type { PageLanguage } from '../user-page/language.ts';
import { STYLE } from './style.ts';
import { fill, WORDS, type Words } from './words.ts';

export interface PageOptions {
  readonly language: PageLanguage;
  /** Dates are shown in this calendar; in Persian always in the Jalali one, which the reader knows. */
  readonly months: 'gregorian' | 'jalali';
  /** IANA zone of the period's days. */
  readonly timeZone: string;
  readonly now: Date;
}

const LOCALES: Readonly<Record<PageLanguage, string>> = { en: 'en-GB', ru: 'ru', fa: 'fa', zh: 'zh' };

/** Nodes that flap would fill pages. */
const GAPS_SHOWN = 20;

/** The statement as a page that prints well. Every text of others is escaped; there is no script in it. */
export function statementPage(statement: Statement, options: PageOptions): string {
  const writer = new PageWriter(statement, options);
  return writer.page();
}

class PageWriter {
  readonly #statement: Statement;
  readonly #options: PageOptions;
  readonly #locale: string;
  /** Some place or day is billed otherwise than counted: then it gets a column. */
  readonly #withBilled: boolean;

  constructor(statement: Statement, options: PageOptions) {
    this.#statement = statement;
    this.#options = options;
    this.#locale = LOCALES[options.language];
    this.#withBilled = [...statement.days, ...statement.places].some(
      ({ traffic }) => billedOf(traffic) !== traffic.total,
    );
  }

  page(): string {
    const { userName } = this.#statement;
    const words = this.#words;
    return `<!doctype html>
<html lang="${this.#options.language}"${this.#isRtl ? ' dir="rtl"' : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${words.title}: ${this.#apart(userName)}, ${this.#period()}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${this.#header()}
${this.#figures()}
${this.#places()}
${this.#days()}
${this.#notes()}
<p class="how">${escapeHtml(words.how)}</p>
</main>
</body>
</html>
`;
  }

  get #words() {
    return WORDS[this.#options.language];
  }

  get #isRtl() {
    return this.#options.language === 'fa';
  }

  /** A name or text of others inside a sentence from right to left keeps its own order. */
  #apart(text: string): string {
    return this.#isRtl ? `\u2068${text}\u2069` : text;
  }

  #header(): string {
    const { userName, userDeletedAt, period } = this.#statement;
    const { timeZone, now } = this.#options;
    const words = this.#words;
    const deleted = userDeletedAt === null ? '' : ` <span class="unit">(${escapeHtml(words.deleted)})</span>`;
    const running = period.to > now ? `<p class="running">${escapeHtml(words.running)}</p>` : '';
    return `<header>
<div><p class="kind">${escapeHtml(words.title)}</p><h1><bdi>${escapeHtml(userName)}</bdi>${deleted}</h1>
<p class="period">${escapeHtml(this.#period())}</p></div>
<div class="aside"><p>${escapeHtml(fill(words.zone, { zone: timeZone }))}</p>
<p>${escapeHtml(fill(words.made, { at: this.#instant(now) }))}</p></div>
</header>${running}`;
  }

  #figures(): string {
    const { total } = this.#statement;
    const words = this.#words;
    const exactly = (bytes: bigint) =>
      `<small>${escapeHtml(fill(words.exactly, { bytes: this.#digits(bytes) }))}</small>`;
    const billed = billedOf(total);
    const note = billed === total.total ? `<small>${escapeHtml(words.asCounted)}</small>` : exactly(billed);
    return `<dl class="figures">
<div class="first"><dt>${escapeHtml(words.billed)}</dt><dd>${this.#bytes(billed)}${note}</dd></div>
<div><dt>${escapeHtml(words.counted)}</dt><dd>${this.#bytes(total.total)}${exactly(total.total)}</dd></div>
<div><dt>${escapeHtml(words.download)}</dt><dd>${this.#bytes(total.tx)}</dd></div>
<div><dt>${escapeHtml(words.upload)}</dt><dd>${this.#bytes(total.rx)}</dd></div>
</dl>`;
  }

  #places(): string {
    const { places } = this.#statement;
    if (places.length === 0) return `<p class="how">${escapeHtml(this.#words.nothing)}</p>`;
    const rows = places.map(
      (place) => `<tr><td class="name">${placeName(place, this.#words)}</td>${this.#cells(place.traffic)}</tr>`,
    );
    return `<h2>${escapeHtml(this.#words.places)}</h2>
<table><thead><tr><th>${escapeHtml(this.#words.place)}</th>${this.#titles()}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
  }

  #days(): string {
    const { days, total } = this.#statement;
    const words = this.#words;
    const most = largestOf(days);
    const rows = days.map((day) => this.#dayRow(day, most));
    return `<h2>${escapeHtml(words.days)}</h2>
<table><thead><tr><th>${escapeHtml(words.day)}</th><th class="bar"></th>${this.#titles()}</tr></thead>
<tbody>${rows.join('\n')}</tbody>
<tfoot><tr><td>${escapeHtml(words.total)}</td><td class="bar"></td>${this.#cells(total)}</tr></tfoot></table>`;
  }

  #dayRow({ date, traffic, hasGap }: StatementDay, most: bigint): string {
    const width = most <= 0n || traffic.total <= 0n ? 0 : Number((traffic.total * 1000n) / most) / 10;
    const mark = hasGap ? ` <abbr class="mark" title="${escapeHtml(this.#words.gapDay)}">≥</abbr>` : '';
    const bar = `<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="8"/></svg>`;
    return `<tr><td>${escapeHtml(this.#date(date))}${mark}</td><td class="bar">${bar}</td>${this.#cells(traffic)}</tr>`;
  }

  #titles(): string {
    const { download, upload, counted, billed } = this.#words;
    const titles = [download, upload].map((title) => `<th class="way">${escapeHtml(title)}</th>`);
    const sums = [counted, ...(this.#withBilled ? [billed] : [])].map((title) => `<th>${escapeHtml(title)}</th>`);
    return [...titles, ...sums].join('');
  }

  #cells(traffic: Traffic): string {
    const { rx, tx, total } = traffic;
    const ways = [tx, rx].map((bytes) => `<td class="way">${this.#bytes(bytes)}</td>`);
    const sums = [total, ...(this.#withBilled ? [billedOf(traffic)] : [])].map(
      (bytes) => `<td>${this.#bytes(bytes)}</td>`,
    );
    return [...ways, ...sums].join('');
  }

  /** Everything that explains the figures, in the order of time. */
  #notes(): string {
    const lines = this.#lines();
    if (lines.length === 0) return '';
    return `<h2>${escapeHtml(this.#words.notes)}</h2>\n<ul>${lines.join('\n')}</ul>`;
  }

  #lines(): string[] {
    const { days, gaps, lateAfterClosing } = this.#statement;
    const words = this.#words;
    const dated = this.#dated().sort((a, b) => a.at.getTime() - b.at.getTime());
    const lines = dated.map(({ at, text }) => line(this.#instant(at), text));
    const more = gaps.length - GAPS_SHOWN;
    if (more > 0) lines.push(line('', fill(words.moreGaps, { count: this.#digits(BigInt(more)) })));
    if (days.some(({ hasGap }) => hasGap)) lines.push(line('≥', words.gapDay));
    if (lateAfterClosing === null) lines.push(line('', words.lateUnknown));
    return lines;
  }

  #dated(): { readonly at: Date; readonly text: string }[] {
    const { resets, corrections, gaps, lateAfterClosing: late, period } = this.#statement;
    const words = this.#words;
    const lateText = (total: bigint) => fill(words.late, { bytes: this.#plainBytes(total) });
    return [
      ...resets.map(({ at, reason, undoneAt }) => ({
        at,
        text: `${undoneAt === null ? words.reset : words.resetUndone}${reason === null ? '' : ` (${this.#apart(reason)})`}`,
      })),
      ...corrections.map(({ at, traffic }) => ({
        at,
        text: fill(words.correction, { bytes: this.#plainBytes(traffic.total) }),
      })),
      ...gaps.slice(0, GAPS_SHOWN).map(({ from, to, nodeName }) => {
        const node = this.#apart(nodeName);
        const text = to === null ? fill(words.gapOpen, { node }) : fill(words.gap, { node, to: this.#instant(to) });
        return { at: from, text };
      }),
      ...(late === null || late.total === 0n ? [] : [{ at: period.to, text: lateText(late.total) }]),
    ];
  }

  #period(): string {
    const { from, to } = this.#statement.period;
    const format = this.#format({ dateStyle: 'long', timeZone: this.#options.timeZone });
    return `${format.format(from)} – ${format.format(new Date(to.getTime() - 1))}`;
  }

  #date(date: string): string {
    const day = parseDay(date) ?? 0;
    return this.#format({ timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' }).format(day * DAY_MS);
  }

  #instant(at: Date): string {
    return this.#format({ timeZone: this.#options.timeZone, dateStyle: 'medium', timeStyle: 'short' }).format(at);
  }

  #format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const calendar = this.#options.months === 'jalali' ? { calendar: 'persian' } : {};
    return new Intl.DateTimeFormat(this.#locale, { ...options, ...calendar });
  }

  #digits(bytes: bigint): string {
    return new Intl.NumberFormat(this.#locale, { useGrouping: 'always' } as never).format(bytes);
  }

  #plainBytes(bytes: bigint): string {
    return this.#scaled(bytes).join(' ');
  }

  /** What is not known is a dash. */
  #bytes(bytes: bigint | null): string {
    if (bytes === null) return '—';
    const [text, unit] = this.#scaled(bytes);
    return `${text} <span class="unit">${unit}</span>`;
  }

  /** Three significant digits in IEC units, as in the panel. */
  #scaled(bytes: bigint): [text: string, unit: string] {
    const { units } = this.#words;
    let value = Number(bytes);
    let step = 0;
    while (step < units.length - 1 && Math.abs(Number(value.toPrecision(3))) >= 1000) {
      value /= 1024;
      step += 1;
    }
    const digits =
      step === 0 ? { maximumFractionDigits: 0 } : { minimumSignificantDigits: 3, maximumSignificantDigits: 3 };
    return [new Intl.NumberFormat(this.#locale, digits).format(value), units[step] ?? ''];
  }
}

function largestOf(days: readonly StatementDay[]): bigint {
  let largest = 0n;
  for (const { traffic } of days) if (traffic.total > largest) largest = traffic.total;
  return largest;
}

function placeName({ nodeName, deleted, serviceName, server, port, protocol }: StatementPlace, words: Words): string {
  const address = port === 0 ? server : `${server}:${port}`;
  if (nodeName === null) return `<bdi>${escapeHtml(address)}</bdi> <span>${escapeHtml(protocol)}</span>`;
  const name = deleted ? `${nodeName} (${words.deletedNode})` : nodeName;
  return `<bdi>${escapeHtml(name)}</bdi> <span>${escapeHtml([serviceName, protocol].filter((part) => part !== null).join(', '))}</span>`;
}

function line(at: string, text: string): string {
  return `<li><time>${escapeHtml(at)}</time><span>${escapeHtml(text)}</span></li>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
