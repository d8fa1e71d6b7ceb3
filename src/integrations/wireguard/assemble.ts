import type { SourceFailure } from '../../core/errors.ts';
import type { Poll, ServiceReading, SourceNotice } from '../../core/metering/collector.ts';
import {
  containerFailed,
  failure,
  garbled,
  interfaceMissing,
  noInterface,
  notice,
  notPermitted,
  outputCut,
  readFailed,
  toolMissing,
  wgMissing,
  wrongVersion,
} from './failures.ts';
import { FORMAT_VERSION, OLDEST_VERSION, SCRIPT_PATH } from './node-script.ts';
import { ownOf } from './own-counter.ts';
import { type Boot, type FailedPart, type Interface, type Place, type ScriptOutput, UNKNOWN } from './script-output.ts';

/**
 * Turns what the script said into a poll. A service is in it only if all that its numbers rest on was read to the end;
 * the poll is complete only if every interface of every place is in it.
 * @throws SourceFailure if nothing is left to report
 */
export function assemblePoll(output: ScriptOutput, wanted: string | undefined): Poll {
  const { version } = output;
  if (version !== null && (version < OLDEST_VERSION || version > FORMAT_VERSION)) throw wrongVersion(version);
  if (output.boot === null) throw outputCut();
  const judged = output.places.map((place) => judgePlace(place, output, wanted));
  const notices = [...judged.flatMap((one) => one.notices), ...containerNotices(output), ...ageNotices(version)];
  const services = withoutTwins(
    judged.flatMap((one) => one.services),
    notices,
  );
  if (services.length === 0 && judged.every((one) => one.quiet === 0)) throw whyNothing(output, wanted);
  if (!output.done)
    notices.push(notice('output-cut', 'The answer of the node ended early; what was missing is a gap.'));
  return {
    ...orderOf(output.boot),
    ...hostOf(output),
    sourceClock: output.boot.at,
    complete: output.done && judged.every((one) => one.complete) && !notices.some((one) => BREAKING.has(one.code)),
    services,
    notices,
  };
}

/** Notices after which absence from the poll means nothing. */
const BREAKING = new Set(['container-failed', 'same-key-twice']);

interface JudgedPlace {
  readonly services: ServiceReading[];
  readonly notices: SourceNotice[];
  readonly complete: boolean;
  /** Interfaces that are there and hold nothing to count: they have no key. */
  readonly quiet: number;
}

function judgePlace(place: Place, output: ScriptOutput, wanted: string | undefined): JudgedPlace {
  const isWanted = (name: string) => wanted === undefined || name === wanted;
  const notices: SourceNotice[] = [];
  const services: ServiceReading[] = [];
  let quiet = 0;
  for (const one of place.interfaces.filter(({ name }) => isWanted(name))) {
    const title = titleOf(place, one.name);
    const problem = problemOf(place, one);
    if (problem !== null) notices.push({ ...problem, message: `${title}: ${problem.message}` });
    else if (one.publicKey === null) {
      quiet += 1;
      notices.push(
        notice(
          'interface-without-key',
          `${title} has no key and cannot carry traffic.`,
          'Restart it with its configuration.',
        ),
      );
    } else {
      services.push(serviceOf(place, output.boot as Boot, one, one.publicKey));
      if (one.links.some((link) => !link.isUp)) {
        notices.push(notice('interface-down', `${title} is down.`, `Start it: wg-quick up ${one.name}`));
      }
    }
  }
  notices.push(...toolNotices(place, output, isWanted));
  const listed = place.tools.flatMap((tool) => tool.listed ?? []).filter(isWanted);
  const read = services.length + quiet;
  const complete = place.closed && place.tools.every((tool) => tool.listed !== null) && new Set(listed).size === read;
  return { services, notices, complete, quiet };
}

/** Why the counters of an interface cannot be believed; null if they can. */
function problemOf(place: Place, one: Interface): SourceNotice | null {
  const failed = place.failures.find(
    (part) =>
      part.tool === one.tool && part.subject === one.name && (part.part === 'transfer' || part.part === 'public-key'),
  );
  if (failed?.garbled) return notice('output-garbled', 'the list of its counters is not readable; it was not counted.');
  if (failed !== undefined)
    return notice('read-failed', `reading it failed: ${failed.error || `exit ${failed.status}`}.`);
  const [before, after] = one.links;
  if (!one.counted || before === undefined || after === undefined) {
    return notice('output-cut', 'its counters did not come to their end; it was not counted.');
  }
  if (before.index === after.index) return null;
  return notice('interface-changed', 'it was made anew while it was read; it is counted with the next poll.');
}

function serviceOf(place: Place, boot: Boot, one: Interface, identity: string): ServiceReading {
  const version = place.tools.find((tool) => tool.name === one.tool)?.version ?? '';
  const index = one.links[0]?.index;
  return {
    identity,
    kind: one.tool === 'awg' || version.includes('amnezia') ? 'amneziawg' : 'wireguard',
    name: titleOf(place, one.name),
    ...(one.listenPort === null ? {} : { listenPort: one.listenPort }),
    ...(boot.bootId === null || index === undefined || index === '-'
      ? {}
      : { startEvidence: [boot.bootId, ...(place.start === null ? [] : [place.start]), index].join(':') }),
    ...ownOf(one),
    peers: one.table.readings(),
  };
}

/**
 * `wg` and `awg` each see interfaces of their own kind only: one without its tool would be missing without a word. A
 * container in the network of the host may have the tool that the host has not.
 */
function toolNotices(place: Place, { places }: ScriptOutput, isWanted: (name: string) => boolean): SourceNotice[] {
  const isRead = (name: string) => places.some(({ interfaces }) => interfaces.some((one) => one.name === name));
  const isReadable = (kind: string) =>
    place.tools.some(({ name, version }) =>
      kind === 'wireguard' ? name === 'wg' : name === 'awg' || version.includes('amnezia'),
    );
  const kinds = (['amneziawg', 'wireguard'] as const).filter((kind) => !isReadable(kind));
  return kinds.flatMap((kind) => {
    const names = place.devices
      .filter((one) => one.kind === kind && isWanted(one.name) && !isRead(one.name))
      .map(({ name }) => name);
    return names.length === 0
      ? []
      : [
          toolMissing(
            kind,
            names.map((name) => titleOf(place, name)),
          ),
        ];
  });
}

/** An installed script of an older Xpert goes on being read; what it does not print stays unknown. */
function ageNotices(version: number | null): SourceNotice[] {
  if (version === null || version === FORMAT_VERSION) return [];
  const message =
    'The script on the node is of an older Xpert: it does not print what the interfaces counted themselves.';
  const hint = `Everything is counted as before. To reconcile, install ${SCRIPT_PATH} anew (node setup).`;
  return [{ ...notice('node-script-old', message, hint), isInfo: true }];
}

function hostOf({ card, boot }: ScriptOutput): Pick<Poll, 'host'> {
  if (card === null) return {};
  const { name, index, traffic } = card;
  if (boot?.bootId == null || index === UNKNOWN) return { host: { name, traffic } };
  return { host: { name, traffic, startEvidence: `${boot.bootId}:${index}` } };
}

/** Two interfaces with one key cannot be told apart by their identity: neither is counted, rather than a wrong sum. */
export function withoutTwins(services: readonly ServiceReading[], notices: SourceNotice[]): ServiceReading[] {
  return services.filter((service) => {
    const twins = services.filter((other) => other.identity === service.identity);
    if (twins.length === 1) return true;
    if (twins[0] === service) {
      const names = twins.map((twin) => twin.name).join(' and ');
      notices.push(
        notice('same-key-twice', `${names} have the same key; neither is counted.`, 'Give each its own key.'),
      );
    }
    return false;
  });
}

function containerNotices(output: ScriptOutput): SourceNotice[] {
  return output.containers
    .filter((one) => one.status !== 0)
    .map((one) => {
      const { code, message, hint } = containerFailed(one.name, one.status, one.error);
      return notice(code, message, hint);
    });
}

/** The most telling reason why there is not a single service. */
function whyNothing(output: ScriptOutput, wanted: string | undefined): SourceFailure {
  const user = output.boot?.user ?? 'unknown';
  const failures = output.places.flatMap((place) => place.failures);
  const refused = failures.find((part) => /not permitted|permission denied/i.test(part.error));
  if (refused !== undefined) return notPermitted(user, refused.error);
  const denied = output.places.flatMap((place) => place.denied)[0];
  if (denied !== undefined && user !== 'root') return notPermitted(user, `${denied} is closed to it.`);
  const container = output.containers.find((one) => one.status !== 0);
  if (container !== undefined) return containerFailed(container.name, container.status, container.error);
  const counters = failures.find(
    (part) => part.part === 'transfer' || part.part === 'public-key' || part.part === 'interfaces',
  );
  if (counters?.garbled) return garbled(`"${commandOf(counters)}" printed something else`);
  if (counters !== undefined)
    return readFailed(commandOf(counters), counters.error || `exit status ${counters.status}`);
  if (!output.done) return outputCut();
  const [foreign] = output.places.flatMap((place) => toolNotices(place, output, () => true));
  if (foreign !== undefined) return failure(foreign.code, foreign.message, foreign.hint ?? '');
  const tools = output.places.flatMap((place) => place.tools);
  if (tools.length === 0) return wgMissing();
  const there = [...new Set(tools.flatMap((tool) => tool.listed ?? []))];
  if (wanted !== undefined && !there.includes(wanted)) return interfaceMissing(wanted, there);
  return there.length === 0 ? noInterface() : garbled('its interfaces could not be told apart');
}

function commandOf(part: FailedPart): string {
  return part.part === 'interfaces' ? `${part.tool} show interfaces` : `${part.tool} show ${part.subject} ${part.part}`;
}

function orderOf(boot: Boot): Pick<Poll, 'order'> {
  return boot.bootId === null || boot.uptimeMs === null
    ? {}
    : { order: { bootId: boot.bootId, uptimeMs: boot.uptimeMs } };
}

/** Interfaces of containers carry the container's name, since every container may call its own `wg0`. */
function titleOf(place: Place, name: string): string {
  return place.name === '.' ? name : `${place.name}:${name}`;
}
