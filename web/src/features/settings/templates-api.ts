import { useMutation, useQueryClient } from '@tanstack/react-query';
import { put, remove } from '../../api/client.ts';
import { templatesQuery } from '../../api/resources.ts';
import type { Plan, UserTemplate } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { wholeTerms } from '../../lib/terms.ts';

/** A template as it is saved: who owns it follows from who saves it. */
export type TemplateWish = Omit<UserTemplate, 'own'>;

/** The terms that a template gives itself, however short they are said; undefined: none, or those of a plan. */
export function termsOf(entitlement: UserTemplate['entitlement']): Plan['terms'] | undefined {
  if (entitlement?.terms) return wholeTerms(entitlement.terms);
  if (entitlement?.quota === undefined) return undefined;
  return wholeTerms({ cycle: entitlement.cycle ?? 'none', quotas: [{ bytes: entitlement.quota }] });
}

const save = ({ name, ...template }: TemplateWish) =>
  put<UserTemplate>(`api/v1/user-templates/${encodeURIComponent(name)}`, template);

function useRefreshTemplates(): () => void {
  const client = useQueryClient();
  return () => {
    for (const queryKey of [templatesQuery.queryKey, ['audit']]) void client.invalidateQueries({ queryKey });
  };
}

export function useSaveTemplate() {
  const { t } = useTranslation();
  const toast = useToast();
  return useMutation({
    mutationFn: save,
    onSuccess: ({ name }) => toast({ title: t('settings.templates.saved', { name }) }),
    onSettled: useRefreshTemplates(),
  });
}

/** The toast makes it again as it was. */
export function useRemoveTemplate() {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const onSettled = useRefreshTemplates();
  const restore = useMutation({ mutationFn: save, onError, onSettled });
  return useMutation({
    mutationFn: ({ name }: UserTemplate) => remove(`api/v1/user-templates/${encodeURIComponent(name)}`),
    onSuccess: (_answer, { own: _, ...template }) =>
      toast({
        title: t('settings.templates.removed', { name: template.name }),
        text: t('settings.templates.removedWhat'),
        icon: 'trash',
        undo: () => restore.mutate(template),
      }),
    onError,
    onSettled,
  });
}
