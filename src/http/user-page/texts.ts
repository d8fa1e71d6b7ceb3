import type { UserState } from '../../core/quota/user-state.ts';
import type { PageLanguage } from './language.ts';

/** Words of a user's own page. */
export interface PageTexts {
  readonly title: string;
  readonly used: string;
  readonly thisCycle: string;
  /** Since the last reset. */
  readonly inAll: string;
  readonly download: string;
  readonly upload: string;
  readonly lastDays: string;
  readonly busiestDay: string;
  readonly pale: string;
  readonly byServer: string;
  readonly server: string;
  readonly total: string;
  readonly lastUsed: string;
  readonly otherServers: string;
  readonly nothingYet: string;
  readonly link: string;
  readonly linkHint: string;
  readonly asOf: string;
  readonly active: string;
  readonly suspended: string;
  readonly limited: string;
  readonly expired: string;
  readonly onHold: string;
  readonly ofQuota: string;
  readonly resets: string;
  readonly expires: string;
  readonly unknownDirection: string;
  readonly gap: string;
  readonly noPage: string;
  readonly noPageWhy: string;
}

export const PAGE_TEXTS: Readonly<Record<PageLanguage, PageTexts>> = {
  en: {
    title: 'My traffic',
    used: 'Used',
    thisCycle: 'this cycle',
    inAll: 'In all',
    download: 'Download',
    upload: 'Upload',
    lastDays: 'Last 30 days',
    busiestDay: 'busiest day',
    pale: 'Pale: before this cycle.',
    byServer: 'Through which server',
    server: 'Server',
    total: 'Total',
    lastUsed: 'Last used',
    otherServers: 'Other servers',
    nothingYet: 'Nothing was counted yet.',
    link: 'Your link',
    linkHint: 'Add it to your VPN app, or scan it. Whoever has it can use your account: give it to nobody.',
    asOf: 'As of',
    active: 'Active',
    suspended: 'Suspended: ask whoever gave you this link',
    limited: 'Limit reached',
    expired: 'Expired',
    onHold: 'Starts with the first use',
    ofQuota: 'of',
    resets: 'Begins anew',
    expires: 'Valid until',
    unknownDirection: 'in part counted without direction',
    gap: 'not known',
    noPage: 'This link leads nowhere',
    noPageWhy: 'It may have been renewed. Ask whoever gave it to you for the new one.',
  },
  ru: {
    title: 'Мой трафик',
    used: 'Использовано',
    thisCycle: 'этот период',
    inAll: 'Всего',
    download: 'Скачано',
    upload: 'Отдано',
    lastDays: 'Последние 30 дней',
    busiestDay: 'больше всего за день',
    pale: 'Бледные: до этого периода.',
    byServer: 'Через какой сервер',
    server: 'Сервер',
    total: 'Всего',
    lastUsed: 'Последний раз',
    otherServers: 'Другие серверы',
    nothingYet: 'Пока ничего не посчитано.',
    link: 'Ваша ссылка',
    linkHint:
      'Добавьте её в приложение VPN или отсканируйте. Кто её знает, пользуется вашим доступом: не передавайте её никому.',
    asOf: 'По состоянию на',
    active: 'Активен',
    suspended: 'Доступ приостановлен: спросите того, кто дал вам эту ссылку',
    limited: 'Лимит исчерпан',
    expired: 'Срок истёк',
    onHold: 'Начнётся с первого использования',
    ofQuota: 'из',
    resets: 'Обнулится',
    expires: 'Действует до',
    unknownDirection: 'часть посчитана без направления',
    gap: 'неизвестно',
    noPage: 'Эта ссылка никуда не ведёт',
    noPageWhy: 'Возможно, её обновили. Попросите новую у того, кто её дал.',
  },
  fa: {
    title: 'ترافیک من',
    used: 'مصرف‌شده',
    thisCycle: 'این دوره',
    inAll: 'در مجموع',
    download: 'دانلود',
    upload: 'آپلود',
    lastDays: '۳۰ روز گذشته',
    busiestDay: 'پرمصرف‌ترین روز',
    pale: 'کم‌رنگ: پیش از این دوره.',
    byServer: 'از کدام سرور',
    server: 'سرور',
    total: 'مجموع',
    lastUsed: 'آخرین استفاده',
    otherServers: 'سرورهای دیگر',
    nothingYet: 'هنوز چیزی شمرده نشده است.',
    link: 'لینک شما',
    linkHint:
      'آن را به برنامهٔ VPN اضافه کنید یا اسکن کنید. هر کس آن را داشته باشد از حساب شما استفاده می‌کند: به کسی ندهید.',
    asOf: 'تا',
    active: 'فعال',
    suspended: 'غیرفعال شده: از کسی که این لینک را داده بپرسید',
    limited: 'سقف مصرف پر شد',
    expired: 'منقضی شده',
    onHold: 'با اولین استفاده آغاز می‌شود',
    ofQuota: 'از',
    resets: 'شروع دوباره',
    expires: 'معتبر تا',
    unknownDirection: 'بخشی بدون جهت شمرده شده',
    gap: 'نامعلوم',
    noPage: 'این لینک به جایی نمی‌رسد',
    noPageWhy: 'شاید تازه شده باشد. لینک تازه را از کسی بخواهید که آن را به شما داده است.',
  },
  zh: {
    title: '我的流量',
    used: '已用',
    thisCycle: '本周期',
    inAll: '总计',
    download: '下载',
    upload: '上传',
    lastDays: '最近 30 天',
    busiestDay: '最多的一天',
    pale: '浅色：本周期之前。',
    byServer: '经由服务器',
    server: '服务器',
    total: '合计',
    lastUsed: '最近使用',
    otherServers: '其他服务器',
    nothingYet: '尚无统计。',
    link: '您的链接',
    linkHint: '添加到您的 VPN 应用或扫描。持有者即可使用您的账户:请勿外传。',
    asOf: '截至',
    active: '正常',
    suspended: '已停用:请联系提供此链接的人',
    limited: '流量已用完',
    expired: '已过期',
    onHold: '首次使用时开始',
    ofQuota: '共',
    resets: '重置时间',
    expires: '有效期至',
    unknownDirection: '部分流量无方向',
    gap: '未知',
    noPage: '此链接无效',
    noPageWhy: '它可能已更新。请向给您链接的人索取新的。',
  },
};

/** The word for a state without access. */
export function offWord(state: UserState): 'limited' | 'expired' | 'suspended' {
  return state === 'limited' || state === 'expired' ? state : 'suspended';
}
