import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { remove } from '../../api/client.ts';
import { useSession } from '../../api/session.tsx';
import { chooseLanguage, LANGUAGES, type Language } from '../../i18n/index.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { useTheme } from '../../lib/theme.ts';
import { Icon } from '../icon.tsx';
import { Menu, MenuLabel } from '../menu.tsx';
import { useErrorToast } from '../toast.tsx';

export function ThemeButton() {
  const { t } = useTranslation();
  const [theme, choose] = useTheme();
  return (
    <button
      type="button"
      className="btn quiet icon"
      aria-label={t(theme === 'dark' ? 'common.toLight' : 'common.toDark')}
      title={t(theme === 'dark' ? 'common.toLight' : 'common.toDark')}
      onClick={() => choose(theme === 'dark' ? 'light' : 'dark')}
    >
      <Icon name="theme" />
    </button>
  );
}

export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  return (
    <Menu
      label={t('common.language')}
      trigger={
        <button type="button" className="btn quiet icon lang" aria-label={t('common.language')}>
          {i18n.language.toUpperCase()}
        </button>
      }
      items={(Object.keys(LANGUAGES) as Language[]).map((language) => ({
        key: language,
        label: LANGUAGES[language],
        lang: language,
        checked: language === i18n.language,
        onPick: () => void chooseLanguage(language),
      }))}
    />
  );
}

/** Ends the session and reads everything anew, so that nothing of it stays on the screen. */
function useLogOut(): () => Promise<void> {
  const client = useQueryClient();
  const onError = useErrorToast();
  return async () => {
    try {
      await remove('api/v1/session');
    } catch (error) {
      return onError(error instanceof Error ? error : new Error(String(error)));
    }
    location.hash = '#/login';
    client.clear();
    location.reload();
  };
}

export function AdminMenu() {
  const { t } = useTranslation();
  const admin = useSession()?.admin;
  const logOut = useLogOut();
  const navigate = useNavigate();
  if (!admin) return null;
  return (
    <Menu
      label={t('common.account', { name: admin.name })}
      heading={t(`common.role.${admin.role}`)}
      trigger={
        <button type="button" className="who btn quiet" aria-label={t('common.account', { name: admin.name })}>
          <span className="avatar" aria-hidden="true">
            {admin.name.slice(0, 1)}
          </span>
          <span>{admin.name}</span>
        </button>
      }
      items={[
        {
          key: 'password',
          label: <MenuLabel icon="key" text={t('common.changePassword')} />,
          onPick: () => void navigate({ to: '/settings' }),
        },
        { key: 'out', label: <MenuLabel icon="out" text={t('common.logOut')} />, onPick: () => void logOut() },
      ]}
    />
  );
}
