import type { PageLanguage } from '../user-page/language.ts';

export interface Words {
  readonly title: string;
  readonly running: string;
  readonly deleted: string;
  readonly deletedNode: string;
  readonly zone: string;
  readonly made: string;
  readonly billed: string;
  readonly counted: string;
  readonly asCounted: string;
  readonly download: string;
  readonly upload: string;
  readonly total: string;
  readonly exactly: string;
  readonly places: string;
  readonly place: string;
  readonly days: string;
  readonly day: string;
  readonly notes: string;
  readonly reset: string;
  readonly resetUndone: string;
  readonly late: string;
  readonly lateUnknown: string;
  readonly correction: string;
  readonly gap: string;
  readonly gapOpen: string;
  readonly moreGaps: string;
  readonly gapDay: string;
  readonly nothing: string;
  readonly how: string;
  readonly units: readonly string[];
}

const en: Words = {
  title: 'Traffic statement',
  running: 'The cycle still runs: the figures are those of now.',
  deleted: 'deleted',
  deletedNode: 'deleted',
  zone: 'Days of {zone}',
  made: 'Made {at}',
  billed: 'Billed',
  counted: 'Counted',
  asCounted: 'as counted',
  download: 'Download',
  upload: 'Upload',
  total: 'Total',
  exactly: '{bytes} bytes',
  places: 'Where',
  place: 'Node and service',
  days: 'Days',
  day: 'Day',
  notes: 'Notes',
  reset: 'Usage was reset. Resets hide nothing here.',
  resetUndone: 'Usage was reset, and the reset was undone.',
  late: '{bytes} of the total were booked after the cycle had ended.',
  lateUnknown: 'How much was booked after the cycle had ended is not known any more: only days are kept of this time.',
  correction: 'Correction: {bytes}.',
  gap: '{node} was not read until {to}.',
  gapOpen: '{node} has not been read since.',
  moreGaps: 'and {count} more times in which nodes were not read',
  gapDay: 'A node was not read for a part of this day; what it carried is counted when it answers again.',
  nothing: 'No traffic in this cycle.',
  how: 'Bytes belong to the day on which they flowed. 1 KiB = 1024 bytes. Billed bytes are counted bytes by the multiplier and the direction rule that held at that time.',
  units: ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'],
};

const ru: Words = {
  title: 'Отчёт о трафике',
  running: 'Период ещё идёт: показано состояние на сейчас.',
  deleted: 'удалён',
  deletedNode: 'узел удалён',
  zone: 'Дни по поясу {zone}',
  made: 'Составлен {at}',
  billed: 'К оплате',
  counted: 'Учтено',
  asCounted: 'как учтено',
  download: 'Приём',
  upload: 'Отдача',
  total: 'Всего',
  exactly: '{bytes} байт',
  places: 'Где',
  place: 'Узел и служба',
  days: 'По дням',
  day: 'День',
  notes: 'Примечания',
  reset: 'Счёт был сброшен. Здесь сброс ничего не скрывает.',
  resetUndone: 'Счёт был сброшен, сброс отменён.',
  late: 'Из всего {bytes} учтено уже после конца периода.',
  lateUnknown: 'Сколько учтено после конца периода, больше не известно: за это время хранятся только дни.',
  correction: 'Поправка: {bytes}.',
  gap: '{node}: нет показаний до {to}.',
  gapOpen: '{node}: с тех пор нет показаний.',
  moreGaps: 'и ещё {count} раз узлы не давали показаний',
  gapDay: 'Часть этого дня узел не давал показаний; его трафик будет учтён, когда узел ответит.',
  nothing: 'В этом периоде трафика не было.',
  how: 'Байты относятся к тому дню, когда они прошли. 1 КиБ = 1024 байта. К оплате: учтённые байты с множителем и правилом направления, которые тогда действовали.',
  units: ['Б', 'КиБ', 'МиБ', 'ГиБ', 'ТиБ', 'ПиБ', 'ЭиБ'],
};

const fa: Words = {
  title: 'صورت‌حساب ترافیک',
  running: 'دوره هنوز ادامه دارد: رقم‌ها تا همین لحظه‌اند.',
  deleted: 'حذف‌شده',
  deletedNode: 'گره حذف‌شده',
  zone: 'روزها به وقت {zone}',
  made: 'تهیه‌شده در {at}',
  billed: 'قابل پرداخت',
  counted: 'شمرده‌شده',
  asCounted: 'همان شمرده‌شده',
  download: 'دانلود',
  upload: 'آپلود',
  total: 'مجموع',
  exactly: '{bytes} بایت',
  places: 'کجا',
  place: 'گره و سرویس',
  days: 'روزها',
  day: 'روز',
  notes: 'توضیح‌ها',
  reset: 'مصرف بازنشانی شد. بازنشانی اینجا چیزی را پنهان نمی‌کند.',
  resetUndone: 'مصرف بازنشانی شد و بازنشانی برگردانده شد.',
  late: '{bytes} از مجموع پس از پایان دوره ثبت شد.',
  lateUnknown: 'دیگر معلوم نیست چه مقدار پس از پایان دوره ثبت شد: از این زمان فقط روزها نگه داشته شده است.',
  correction: 'تصحیح: {bytes}.',
  gap: '{node} تا {to} خوانده نشد.',
  gapOpen: '{node} از آن هنگام خوانده نشده است.',
  moreGaps: 'و {count} بار دیگر که گره‌ها خوانده نشدند',
  gapDay: 'بخشی از این روز گره‌ای خوانده نشد؛ آنچه جابه‌جا کرده، وقتی دوباره پاسخ دهد شمرده می‌شود.',
  nothing: 'در این دوره ترافیکی نبود.',
  how: 'بایت‌ها مال روزی هستند که جابه‌جا شده‌اند. هر KiB برابر ۱۰۲۴ بایت است. قابل پرداخت: بایت‌های شمرده‌شده با ضریب و قاعدهٔ جهتی که آن زمان برقرار بود.',
  units: en.units,
};

const zh: Words = {
  title: '流量对账单',
  running: '周期仍在进行：数字截至此刻。',
  deleted: '已删除',
  deletedNode: '节点已删除',
  zone: '按 {zone} 计日',
  made: '制作于 {at}',
  billed: '计费',
  counted: '统计',
  asCounted: '与统计相同',
  download: '下载',
  upload: '上传',
  total: '合计',
  exactly: '{bytes} 字节',
  places: '去向',
  place: '节点和服务',
  days: '按天',
  day: '日期',
  notes: '说明',
  reset: '用量曾重置。重置在此不隐藏任何内容。',
  resetUndone: '用量曾重置，该重置已撤销。',
  late: '合计中有 {bytes} 在周期结束后才入账。',
  lateUnknown: '周期结束后入账多少已无从得知：这段时间只保留了按天的数据。',
  correction: '更正：{bytes}。',
  gap: '{node}：直到 {to} 无法读取。',
  gapOpen: '{node}：此后一直无法读取。',
  moreGaps: '以及另外 {count} 次节点无法读取',
  gapDay: '这一天有部分时间未读到节点；其流量将在节点恢复响应后计入。',
  nothing: '本周期没有流量。',
  how: '字节计入其传输的当天。1 KiB = 1024 字节。计费：统计的字节，按当时有效的倍率和方向规则计算。',
  units: en.units,
};

export const WORDS: Readonly<Record<PageLanguage, Words>> = { en, ru, fa, zh };

/** Puts values into the places of a text. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
