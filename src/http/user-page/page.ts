import type { CarrierUsage } from '../../core/ledger/usage-history.ts';
import type { UserStanding } from '../../core/quota/quota-store.ts';
import { hasAccess, type UserState } from '../../core/quota/user-state.ts';
import type { Traffic } from '../../core/units/bytes.ts';
import type { Figures } from './figures.ts';
import type { PageLanguage } from './language.ts';
import { html, Markup } from './markup.ts';
import { PAGE_STYLE } from './style.ts';
import { offWord, PAGE_TEXTS, type PageTexts } from './texts.ts';

/** Everything that a user's own page shows. */
export interface PageContent {
  readonly language: PageLanguage;
  readonly name: string;
  readonly state: UserState;
  readonly standing: UserStanding | null;
  /** Since the last reset mark. */
  readonly used: Traffic;
  /** What of it flowed in the running cycle; null: there is none. */
  readonly cycle: { readonly from: Date; readonly to: Date; readonly used: Traffic } | null;
  readonly asOf: Date;
  /** Bytes by day of the panel's zone, of the last 30; null: not known. */
  readonly days: readonly { readonly from: Date; readonly total: bigint | null }[];
  /** In the running cycle; without one, in these days. */
  readonly servers: readonly CarrierUsage[];
  readonly link: string;
  /** The link as a picture, as SVG. */
  readonly qr: string;
}

/** A page without scripts, for phones on bad lines. */
export function userPage(content: PageContent, figures: Figures): string {
  const { language, name, state, cycle, link } = content;
  const t = PAGE_TEXTS[language];
  const body = html`<main>
<header><h1 dir="auto">${name}</h1><p class="state ${hasAccess(state) ? 'ok' : 'off'}">${stateWord(state, t)}</p></header>
${usage(content, t, figures)}
${entitlement(content.standing, t, figures)}
<section>
<h2>${t.lastDays}</h2>
${chart(content.days, cycle?.from ?? null, t, figures)}
</section>
<section>
<h2>${t.byServer} · ${cycle === null ? t.lastDays : t.thisCycle}</h2>
${servers(content.servers, t, figures)}
</section>
<section>
<h2>${t.link}</h2>
<p class="mut">${t.linkHint}</p>
<p><input readonly dir="ltr" aria-label="${t.link}" value="${link}"></p>
<div class="qr" role="img" aria-label="${t.link}">${new Markup(content.qr)}</div>
</section>
</main>`;
  return whole(language, t.title, body);
}

/** Where a link was renewed, or never was one. */
export function nobodysPage(language: PageLanguage): string {
  const t = PAGE_TEXTS[language];
  const body = html`<main><header><h1>${t.noPage}</h1></header><section><p>${t.noPageWhy}</p></section></main>`;
  return whole(language, t.noPage, body);
}

function whole(language: PageLanguage, title: string, body: Markup): string {
  return html`<!doctype html>
<html lang="${language}" dir="${language === 'fa' ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`.html;
}

function stateWord(state: UserState, t: PageTexts): string {
  if (hasAccess(state)) return state === 'on-hold' ? t.onHold : t.active;
  return t[offWord(state)];
}

/** What was used in the running cycle, and when the next one begins; without cycles, all of it. */
function usage({ used, cycle, asOf }: PageContent, t: PageTexts, figures: Figures): Markup {
  const shown = cycle?.used ?? used;
  const border =
    cycle === null
      ? ''
      : html`<p class="mut">${figures.day(cycle.from)} – ${figures.day(new Date(cycle.to.getTime() - 1))} · ${t.resets} ${figures.instant(cycle.to)}</p>`;
  const inAll = cycle === null ? '' : html`<p class="mut">${t.inAll} ${figures.bytes(used.total)}</p>`;
  return html`<section>
<h2>${t.used}${cycle === null ? '' : ` · ${t.thisCycle}`}</h2>
<p class="big">${figures.bytes(shown.total)}</p>
${directions(shown, t, figures)}
${border}${inAll}<p class="mut">${t.asOf} ${figures.instant(asOf)}</p>
</section>`;
}

/** How far the quotas are used, and until when access lasts. */
function entitlement(standing: UserStanding | null, t: PageTexts, figures: Figures): Markup {
  if (standing === null) return html``;
  const { quotas, expiresMs } = standing.evaluation;
  const bars = quotas.map(
    ({ quota, used, allowance, percent, isUsedUp }) =>
      html`<p>${quota.name === 'all' ? '' : `${quota.name}: `}<b>${figures.bytes(used)}</b> ${t.ofQuota} ${figures.bytes(allowance)}</p>
<p class="quota${isUsedUp ? ' full' : ''}" dir="ltr" role="img" aria-label="${percent} %"><i style="width:${Math.min(100, percent)}%"></i></p>`,
  );
  if (bars.length === 0 && expiresMs === null) return html``;
  const end = expiresMs === null ? '' : html`<p class="mut">${t.expires} ${figures.instant(new Date(expiresMs))}</p>`;
  return html`<section>${bars}${end}</section>`;
}

function directions({ rx, tx }: Traffic, t: PageTexts, figures: Figures): Markup {
  if (rx === null || tx === null) return html`<p class="mut">${t.unknownDirection}</p>`;
  return html`<p><span class="down">↓</span> ${t.download} <b>${figures.bytes(tx)}</b> &ensp; <span class="up">↑</span> ${t.upload} <b>${figures.bytes(rx)}</b></p>`;
}

const HEIGHT = 96;
const WIDTH = 12;

/** Bars of days, those before the running cycle pale; a day that is not known is hatched, never 0. */
function chart(days: PageContent['days'], cycleFrom: Date | null, t: PageTexts, figures: Figures): Markup {
  const most = days.reduce((max, { total }) => (total !== null && total > max ? total : max), 0n);
  if (most === 0n) return html`<p class="mut">${t.nothingYet}</p>`;
  const bars = days.map(({ from, total }, i) => {
    const height = total === null ? HEIGHT : Number((total * BigInt(HEIGHT * 100)) / most) / 100;
    const words = `${figures.day(from)}: ${total === null ? t.gap : figures.bytes(total)}`;
    const kind = total === null ? 'gap' : cycleFrom !== null && from < cycleFrom ? 'bar old' : 'bar';
    return html`<rect class="${kind}" x="${i * WIDTH}" y="${HEIGHT - height}" width="${WIDTH - 3}" height="${height}" rx="1.5"><title>${words}</title></rect>`;
  });
  const [first] = days;
  const last = days.at(-1);
  const isMixed = cycleFrom !== null && first !== undefined && first.from < cycleFrom;
  const note = isMixed ? html`<p class="mut">${t.pale}</p>` : '';
  return html`<svg class="chart" dir="ltr" viewBox="0 0 ${days.length * WIDTH - 3} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${t.lastDays}"><defs><pattern id="h" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V6" class="hatch"/></pattern></defs>${bars}</svg>
<p class="axis" dir="ltr"><span>${first === undefined ? '' : figures.day(first.from)}</span><span dir="auto">${t.busiestDay}: ${figures.bytes(most)}</span><span>${last === undefined ? '' : figures.day(last.from)}</span></p>${note}`;
}

/** Senders may name any number of servers, by long names: the page stays small on a bad line (60 KB in all). */
const SERVERS_SHOWN = 30;
const MOST_CHARACTERS = 100;

/** Those that carried most, which come first, and the others in one line. */
function servers(rows: readonly CarrierUsage[], t: PageTexts, figures: Figures): Markup {
  if (rows.length === 0) return html`<p class="mut">${t.nothingYet}</p>`;
  const others = rows.slice(SERVERS_SHOWN);
  const lines = rows
    .slice(0, SERVERS_SHOWN)
    .map(
      ({ server, port, protocol, traffic, lastUsedAt }) =>
        html`<tr><td><bdi>${shortened(port === 0 ? server : `${server}:${port}`)}</bdi> <small>${shortened(protocol)}</small></td><td class="r">${figures.bytes(traffic.total)}</td><td class="r mut wide">${figures.day(lastUsedAt)}</td></tr>`,
    );
  return html`<table><thead><tr><th>${t.server}</th><th class="r">${t.total}</th><th class="r wide">${t.lastUsed}</th></tr></thead><tbody>${lines}${otherServers(others, t, figures)}</tbody></table>`;
}

function otherServers(rows: readonly CarrierUsage[], t: PageTexts, figures: Figures): Markup | string {
  if (rows.length === 0) return '';
  const total = rows.reduce((sum, { traffic }) => sum + traffic.total, 0n);
  return html`<tr><td>${t.otherServers}: ${figures.count(rows.length)}</td><td class="r">${figures.bytes(total)}</td><td class="r wide"></td></tr>`;
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= MOST_CHARACTERS ? text : `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…`;
}
