import { address } from '../api/client.ts';
import { useTranslation } from '../i18n/words.tsx';
import type { CurrentRange } from '../lib/use-range.ts';
import { Icon } from './icon.tsx';
import { Menu } from './menu.tsx';

interface ExportMenuProps {
  readonly range: CurrentRange;
  readonly user?: string;
}

const CHOICES = [
  { key: 'day', format: 'csv', bucket: 'day' },
  { key: 'hour', format: 'csv', bucket: 'hour' },
  { key: 'quarter', format: 'csv', bucket: 'quarter' },
  { key: 'lines', format: 'ndjson', bucket: 'quarter' },
] as const;

/** The usage of the page's range as a file, streamed by the server. */
export function ExportMenu({ range, user }: ExportMenuProps) {
  const { t } = useTranslation();
  const download = (format: string, bucket: string) => {
    const link = document.createElement('a');
    link.href = address('api/v1/export/usage', { ...range.period(), format, bucket, user });
    link.download = '';
    link.click();
  };
  return (
    <Menu
      label={t('common.export.title')}
      trigger={
        <button type="button" className="btn quiet">
          <Icon name="export" />
          {t('common.export.title')}
        </button>
      }
      items={CHOICES.map(({ key, format, bucket }) => ({
        key,
        label: t(`common.export.${key}`),
        onPick: () => download(format, bucket),
      }))}
    />
  );
}
