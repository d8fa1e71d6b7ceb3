import { Segmented } from '../../components/segmented.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import type { LinkTo } from './api.ts';

interface LinksFiltersProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly to: LinkTo | undefined;
  readonly onTo: (to: LinkTo | undefined) => void;
}

const CHOICES = ['any', 'all', 'single'] as const;

export function LinksFilters({ text, onText, to, onTo }: LinksFiltersProps) {
  const { t } = useTranslation();
  return (
    <div className="filters">
      <input
        className="field"
        type="search"
        value={text}
        placeholder={t('links.search')}
        aria-label={t('links.search')}
        onChange={(event) => onText(event.target.value)}
      />
      <Segmented
        className="wrap"
        label={t('links.for')}
        value={to ?? 'any'}
        options={CHOICES.map((value) => ({ value, label: t(`links.to.${value}`) }))}
        onChange={(value) => onTo(value === 'any' ? undefined : value)}
      />
    </div>
  );
}
