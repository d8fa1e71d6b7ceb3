import type { LinkPart } from '../../core/links/joined.ts';
import type { PageLanguage } from '../user-page/language.ts';

/** What a user's subscription says about itself, where its format has room for comments. */
interface NoteTexts {
  readonly notYet: (name: string) => string;
  /** `at`: RFC 3339. */
  readonly asOf: (name: string, at: string) => string;
  readonly tellsNothing: (name: string) => string;
  readonly leftOut: (entries: number) => string;
}

export const NOTE_TEXTS: Readonly<Record<PageLanguage, NoteTexts>> = {
  en: {
    notYet: (name) => `${name}: has not answered yet.`,
    asOf: (name, at) => `${name}: did not answer; this is as of ${at}.`,
    tellsNothing: (name) => `${name}: tells no configurations.`,
    leftOut: (entries) => `${entries} entries are left out: this client has no form of them.`,
  },
  ru: {
    notYet: (name) => `${name}: ещё не отвечал.`,
    asOf: (name, at) => `${name}: не ответил; данные на ${at}.`,
    tellsNothing: (name) => `${name}: не сообщает конфигураций.`,
    leftOut: (entries) => `Пропущено записей, которых этот клиент не поддерживает: ${entries}.`,
  },
  fa: {
    notYet: (name) => `${name}: هنوز پاسخ نداده است.`,
    asOf: (name, at) => `${name}: پاسخ نداد؛ این وضعیت ${at} است.`,
    tellsNothing: (name) => `${name}: پیکربندی‌ای نمی‌دهد.`,
    leftOut: (entries) => `مواردی که این برنامه پشتیبانی نمی‌کند و کنار گذاشته شد: ${entries}.`,
  },
  zh: {
    notYet: (name) => `${name}：尚未应答。`,
    asOf: (name, at) => `${name}：未应答；以下为 ${at} 的内容。`,
    tellsNothing: (name) => `${name}：不提供配置。`,
    leftOut: (entries) => `此客户端不支持、已略去的条目：${entries}。`,
  },
};

/** Of a part that is not as its source has it now. */
export function oldNote(texts: NoteTexts, { name, at }: LinkPart): string {
  return at === null ? texts.notYet(name) : texts.asOf(name, at.toISOString());
}
