import type { ReactNode } from 'react';
import type { Bytes as ByteCount } from '../api/exact-json.ts';
import type { Traffic } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { type Direction, directionsOf } from '../lib/direction.ts';
import { useFormat } from '../lib/use-format.ts';
import { Icon } from './icon.tsx';

/** Not known: a dash with its reason, never 0. */
export function Unknown({ reason }: { readonly reason: string }) {
  return (
    <span className="num none" title={reason}>
      —<span className="vh"> {reason}</span>
    </span>
  );
}

interface BytesProps {
  /** Null: the source does not tell this direction. */
  readonly value: ByteCount | null;
  readonly big?: boolean;
  readonly atLeast?: boolean;
  readonly unknown?: string;
}

/** Three digits and a unit; the exact bytes on hover and on copy. */
export function Bytes({ value, big = false, atLeast = false, unknown }: BytesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (value === null) return <Unknown reason={unknown ?? t('common.noDirection')} />;
  const { text, unit } = format.bytes(value);
  return (
    <span className={big ? 'big' : 'num'} title={big ? undefined : format.exactBytes(value)} data-exact={String(value)}>
      {atLeast ? '≥ ' : ''}
      {text}
      <span className="u">{format.unit(unit)}</span>
    </span>
  );
}

export function Rate({ value, big = false }: { readonly value: number; readonly big?: boolean }) {
  const format = useFormat();
  const { text, unit } = format.rate(value);
  return (
    <span className={big ? 'big' : 'num'}>
      {text}
      <span className="u">{format.unit(unit)}</span>
    </span>
  );
}

export function Count({
  value,
  big = false,
  of,
}: {
  readonly value: ByteCount;
  readonly big?: boolean;
  readonly of?: ReactNode;
}) {
  const format = useFormat();
  return (
    <span className={big ? 'big' : 'num'}>
      {format.count(value)}
      {of === undefined ? null : <span className="of">{of}</span>}
    </span>
  );
}

const ARROWS = { download: 'down-a', upload: 'up-a' } as const;
const CLASSES = { download: 'dl', upload: 'ul' } as const;

/** Arrow and colour alone, beside a word of its own. */
export function DirectionMark({ of }: { readonly of: Direction }) {
  return (
    <span className={CLASSES[of]}>
      <Icon name={ARROWS[of]} />
    </span>
  );
}

/** Arrow, colour and word of a direction. */
export function DirectionName({ of }: { readonly of: Direction }) {
  const { t } = useTranslation();
  return (
    <>
      <DirectionMark of={of} /> <span>{t(`common.direction.${of}`)}</span>
    </>
  );
}

/** A rate in one direction, small. */
export function DirectionRate({ of, value }: { readonly of: Direction; readonly value: number }) {
  const format = useFormat();
  const { text, unit } = format.rate(value);
  return <Directed of={of} text={text} unit={format.unit(unit)} />;
}

export function DirectionBytes({ of, value }: { readonly of: Direction; readonly value: ByteCount }) {
  const format = useFormat();
  const { text, unit } = format.bytes(value);
  return <Directed of={of} text={text} unit={format.unit(unit)} />;
}

function Directed({ of, text, unit }: { readonly of: Direction; readonly text: string; readonly unit: string }) {
  const { t } = useTranslation();
  return (
    <span className={`dir ${CLASSES[of]}`}>
      <Icon name={ARROWS[of]} />
      <span className="vh">{t(`common.direction.${of}`)}</span>
      <b>{text}</b>
      <span className="u">{unit}</span>
    </span>
  );
}

/** Both directions of a sum, or the dash of a source without directions. */
export function TrafficDirections({ traffic }: { readonly traffic: Traffic }) {
  const { download, upload } = directionsOf(traffic);
  return (
    <>
      {download === null ? null : <DirectionBytes of="download" value={download} />}
      {upload === null ? null : <DirectionBytes of="upload" value={upload} />}
    </>
  );
}
