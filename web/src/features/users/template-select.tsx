import { useQuery } from '@tanstack/react-query';
import { templatesQuery } from '../../api/resources.ts';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';

interface TemplateSelectProps {
  /** Name of the template; empty: none. */
  readonly value: string;
  readonly onChange: (name: string) => void;
}

/** What is not filled in is as the chosen template has it; nothing to choose where there are none. */
export function TemplateSelect({ value, onChange }: TemplateSelectProps) {
  const { t } = useTranslation();
  const templates = useQuery(templatesQuery).data?.items ?? [];
  if (templates.length === 0) return null;
  return (
    <Select
      label={t('users.template')}
      value={value}
      options={[
        { value: '', label: t('users.noTemplate') },
        ...templates.map(({ name }) => ({ value: name, label: name })),
      ]}
      onChange={onChange}
    />
  );
}
