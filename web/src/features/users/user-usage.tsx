import type { Entitlement, User } from '../../api/types.ts';
import { Hint } from '../../components/answer.tsx';
import { Bytes, TrafficDirections } from '../../components/numbers.tsx';
import { UsageBar } from '../../components/usage-bar.tsx';
import { isOfPart, useQuotaPart } from '../../components/use-quota-part.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { ClaimedHistory, ThisCycle } from './this-cycle.tsx';
import { UserState } from './user-state.tsx';

/** What is used: against the quotas where there are some, else since the last reset. */
export function UserUsage({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const { entitlement } = user;
  const [first, ...others] = entitlement?.quotas ?? [];
  if (!entitlement || !first) {
    return (
      <div className="uuse">
        <div className="row2">
          <span className="row2s">
            <Bytes big value={user.traffic.totalBytes} />
            <Hint>{t('users.usageMeans')}</Hint>
          </span>
          <UserState user={user} pill />
        </div>
        <div className="row2 cap">
          <span className="row2s">
            <TrafficDirections traffic={user.traffic} />
          </span>
          {entitlement ? <Resets entitlement={entitlement} /> : <ThisCycle user={user} />}
        </div>
        <ClaimedHistory user={user} within />
      </div>
    );
  }
  return (
    <div className="uuse">
      <div className="row2">
        <span className="row2s">
          <UsedOf quota={first} />
          <Part entitlement={entitlement} quota={first} />
          <Hint>{t('users.quotaMeans')}</Hint>
        </span>
        <UserState user={user} pill />
      </div>
      <Bar entitlement={entitlement} quota={first} />
      <div className="row2 cap">
        <Outlook entitlement={entitlement} quota={first} />
        <Resets entitlement={entitlement} />
      </div>
      {others.map((quota) => (
        <Further key={quota.name} entitlement={entitlement} quota={quota} />
      ))}
      <ClaimedHistory user={user} within={false} />
    </div>
  );
}

type Quota = Entitlement['quotas'][number];

interface QuotaProps {
  readonly entitlement: Entitlement;
  readonly quota: Quota;
}

function UsedOf({ quota }: { readonly quota: Quota }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { text, unit } = format.bytes(quota.usedBytes);
  return (
    <span className="big" title={format.exactBytes(quota.usedBytes)} data-exact={String(quota.usedBytes)}>
      {text}
      <span className="u">{format.unit(unit)}</span>
      <span className="of">{t('users.ofQuota', { bytes: format.bytesText(quota.allowanceBytes) })}</span>
    </span>
  );
}

/** The hatched part is what the cycle comes to if it goes on like this. */
function Bar({ entitlement, quota }: QuotaProps) {
  const part = partOf(quota);
  return <UsageBar thick part={part} expected={expectedPart(entitlement, part)} />;
}

function expectedPart({ countsFrom, resetsAt }: Entitlement, part: number): number | undefined {
  if (countsFrom === null || resetsAt === null) return undefined;
  const from = Date.parse(countsFrom);
  const elapsed = Date.now() - from;
  return elapsed <= 0 ? undefined : (part * (Date.parse(resetsAt) - from)) / elapsed;
}

export function partOf(quota: Pick<Quota, 'usedBytes' | 'allowanceBytes'>): number {
  const allowance = Number(quota.allowanceBytes);
  return allowance === 0 ? 1 : Number(quota.usedBytes) / allowance;
}

function Outlook({ entitlement, quota }: QuotaProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (quota.usedUp) return <b className="bad">{t('users.usedUp')}</b>;
  if (partOf(quota) >= 1) return <b className="warned">{t('users.overNotCut')}</b>;
  if (quota.forecastAt !== null)
    return <b className="warned">{t('users.reachedOn', { day: format.day(quota.forecastAt) })}</b>;
  return <span>{t(entitlement.resetsAt === null ? 'users.noCycle' : 'users.enough')}</span>;
}

function Resets({ entitlement }: { readonly entitlement: Entitlement }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = [
    entitlement.plan ? t('users.onPlan', { name: entitlement.plan.name }) : null,
    entitlement.resetsAt
      ? t('users.resetsOn', {
          day: format.day(entitlement.resetsAt),
          left: format.duration(Date.parse(entitlement.resetsAt) - Date.now()),
        })
      : null,
    entitlement.expiresAt ? t('users.until', { at: format.instant(entitlement.expiresAt) }) : null,
  ];
  return <span>{words.filter((word) => word !== null).join(' · ')}</span>;
}

/** Of what the quota is, where it is not of everything. */
function Part({ entitlement, quota }: QuotaProps) {
  const partOfTraffic = useQuotaPart();
  const terms = termsOf(entitlement, quota);
  return terms && isOfPart(terms) ? <span className="badge">{partOfTraffic(terms)}</span> : null;
}

function termsOf(entitlement: Entitlement, quota: Quota) {
  return entitlement.terms.quotas.find(({ name }) => name === quota.name);
}

function Further({ entitlement, quota }: QuotaProps) {
  const { t } = useTranslation();
  const partOfTraffic = useQuotaPart();
  const format = useFormat();
  return (
    <div className="further">
      <span className="row2 cap">
        <span>{partOfTraffic(termsOf(entitlement, quota))}</span>
        <span>
          {format.bytesText(quota.usedBytes)} {t('users.ofQuota', { bytes: format.bytesText(quota.allowanceBytes) })}
        </span>
      </span>
      <UsageBar part={partOf(quota)} />
    </div>
  );
}
