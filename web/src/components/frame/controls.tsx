import { useQueryClient } from '@tanstack/react-query';
import { DropdownMenu } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { remove } from '../../api/client.ts';
import { useSession } from '../../api/session.ts';
import { chooseLanguage, LANGUAGES, type Language } from '../../i18n/index.ts';
import { useTheme } from '../../lib/theme.ts';
import { Icon } from '../icon.tsx';

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
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="btn quiet icon lang" aria-label={t('common.language')}>
        {i18n.language.toUpperCase()}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          <DropdownMenu.RadioGroup value={i18n.language}>
            {(Object.keys(LANGUAGES) as Language[]).map((language) => (
              <DropdownMenu.RadioItem
                key={language}
                value={language}
                lang={language}
                className="item"
                onSelect={() => void chooseLanguage(language)}
              >
                {LANGUAGES[language]}
                <DropdownMenu.ItemIndicator className="tick">
                  <Icon name="check" />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Ends the session and reads everything anew, so that nothing of it stays on the screen. */
function useLogOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await remove('api/v1/session');
    location.hash = '#/login';
    client.clear();
    location.reload();
  };
}

export function AdminMenu() {
  const { t } = useTranslation();
  const admin = useSession()?.admin;
  const logOut = useLogOut();
  if (!admin) return null;
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="who btn quiet" aria-label={t('common.account', { name: admin.name })}>
        <span className="avatar" aria-hidden="true">
          {admin.name.slice(0, 1)}
        </span>
        <span>{admin.name}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          <DropdownMenu.Label className="menu-label">{t(`common.role.${admin.role}`)}</DropdownMenu.Label>
          <DropdownMenu.Item className="item" asChild>
            <a href="#/settings/">
              <Icon name="key" /> {t('common.changePassword')}
            </a>
          </DropdownMenu.Item>
          <DropdownMenu.Item className="item" onSelect={() => void logOut()}>
            <Icon name="out" /> {t('common.logOut')}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
