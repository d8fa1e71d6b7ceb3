import { Card } from '../../components/card.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Select } from '../../components/select.tsx';
import { Switch } from '../../components/switch.tsx';
import { chooseLanguage, LANGUAGES, type Language } from '../../i18n/index.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { type ThemeChoice, useContrast, useTheme, useThemeChoice } from '../../lib/theme.ts';

const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark'];

/** What this browser remembers for itself: language, theme, contrast. */
export function AppearanceCard() {
  const { t, i18n } = useTranslation();
  const theme = useThemeChoice();
  const [, chooseTheme] = useTheme();
  const [high, chooseContrast] = useContrast();
  return (
    <Card title={t('settings.appearance.title')} hint={t('settings.appearance.means')}>
      <div className="pad stack">
        <Select<Language>
          label={t('common.language')}
          value={i18n.language as Language}
          options={(Object.keys(LANGUAGES) as Language[]).map((language) => ({
            value: language,
            label: <span lang={language}>{LANGUAGES[language]}</span>,
          }))}
          onChange={(language) => void chooseLanguage(language)}
        />
        <Segmented
          label={t('settings.appearance.theme')}
          value={theme}
          options={THEMES.map((value) => ({ value, label: t(`settings.appearance.themes.${value}`) }))}
          onChange={chooseTheme}
        />
        <div className="switch-row">
          <Switch label={t('settings.appearance.contrast')} checked={high} onChange={chooseContrast} />
          <span>
            {t('settings.appearance.contrast')}
            <span className="note">{t('settings.appearance.contrastWhat')}</span>
          </span>
        </div>
      </div>
    </Card>
  );
}
