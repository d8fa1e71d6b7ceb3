import type { Traffic } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { directionsOf } from '../lib/direction.ts';
import { Bytes, DirectionName } from './numbers.tsx';

/** Heads of download, upload and total; a phone has the total alone. */
export function TrafficHeads() {
  const { t } = useTranslation();
  return (
    <>
      <th scope="col" className="r hide-s">
        <DirectionName of="download" />
      </th>
      <th scope="col" className="r hide-s">
        <DirectionName of="upload" />
      </th>
      <th scope="col" className="r">
        {t('common.total')}
      </th>
    </>
  );
}

interface TrafficCellsProps {
  readonly traffic: Traffic;
  /** There may be more that is not known. */
  readonly atLeast?: boolean;
}

export function TrafficCells({ traffic, atLeast = false }: TrafficCellsProps) {
  const { download, upload } = directionsOf(traffic);
  return (
    <>
      <td className="r hide-s">
        <Bytes value={download} atLeast={atLeast} />
      </td>
      <td className="r hide-s">
        <Bytes value={upload} atLeast={atLeast} />
      </td>
      <td className="r">
        <Bytes value={traffic.totalBytes} atLeast={atLeast} />
      </td>
    </>
  );
}
