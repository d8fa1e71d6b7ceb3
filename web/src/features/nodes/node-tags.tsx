import { useTranslation } from '../../i18n/words.tsx';

/** Groups that a node belongs to. */
export function NodeTags({ tags }: { readonly tags: readonly string[] }) {
  const { t } = useTranslation();
  if (tags.length === 0) return null;
  return (
    <span className="tags" title={t('nodes.field.tags')}>
      {tags.map((tag) => (
        <span key={tag} className="badge">
          {tag}
        </span>
      ))}
    </span>
  );
}
