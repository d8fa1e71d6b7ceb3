import type { PageLanguage } from './language.ts';

/** Locales whose digits and calendar people of that language read. */
const LOCALES: Readonly<Record<PageLanguage, string>> = {
  en: 'en-GB',
  ru: 'ru-RU',
  fa: 'fa-IR-u-ca-persian',
  zh: 'zh-CN',
};
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;
/** As the panel names them; elsewhere people read the international ones. */
const RUSSIAN_UNITS = ['Б', 'КиБ', 'МиБ', 'ГиБ', 'ТиБ', 'ПиБ', 'ЭиБ'] as const;

/** Numbers and dates of the page in one language and time zone. */
export class Figures {
  readonly #units: readonly string[];
  readonly #three: Intl.NumberFormat;
  readonly #whole: Intl.NumberFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #instant: Intl.DateTimeFormat;

  constructor(language: PageLanguage, timeZone: string) {
    const locale = LOCALES[language];
    this.#units = language === 'ru' ? RUSSIAN_UNITS : UNITS;
    this.#three = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3, minimumSignificantDigits: 3 });
    this.#whole = new Intl.NumberFormat(locale);
    this.#day = new Intl.DateTimeFormat(locale, { timeZone, day: 'numeric', month: 'short' });
    this.#instant = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium', timeStyle: 'short' });
  }

  /** Three digits and a binary unit, as in the panel: `2.46 GiB`. */
  bytes(bytes: bigint): string {
    let unit = 0;
    let value = Number(bytes);
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    const text = unit === 0 ? this.#whole.format(value) : this.#three.format(value);
    // A no-break space: the unit stays with its number.
    return `${text}\u00a0${this.#units[unit]}`;
  }

  count(number: number): string {
    return this.#whole.format(number);
  }

  day(at: Date): string {
    return this.#day.format(at);
  }

  instant(at: Date): string {
    return this.#instant.format(at);
  }
}
