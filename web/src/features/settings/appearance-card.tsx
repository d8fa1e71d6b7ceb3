import { Card } from '../../components/card.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Select } from '../../components/select.tsx';
import { Switch } from '../../components/switch.tsx';
import { chooseLanguage } from '../../i18n/index.ts';
import { LANGUAGES, type Language } from '../../i18n/language.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { type ThemeChoice, useContrast, useTheme, useThemeChoice } from '../../lib/theme.ts';

const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark'];

/** What this browser remembers for itself: language, theme, contrast. */
export function AppearanceCard() {
  const { t, language } = useTranslation();
  const theme = useThemeChoice();
  const [, chooseTheme] = useTheme();
  const [high, chooseContrast] = useContrast();
  return (
    <Card title={t('settings.appearance.title')} hint={t('settings.appearance.means')}>
      <div className="pad stack">
        <Select<Language>
          label={t('common.language')}
          value={language}
          options={(Object.keys(LANGUAGES) as Language[]).map((value) => ({
            value,
            label: <span lang={value}>{LANGUAGES[value]}</span>,
          }))}
          onChange={(value) => void chooseLanguage(value)}
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
