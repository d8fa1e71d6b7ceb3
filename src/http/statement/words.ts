/** Languages that a statement can be printed in. */
export type Language = 'en' | 'ru';

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
  readonly share: string;
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
  share: 'Share',
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
  share: 'Доля',
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

export const WORDS: Readonly<Record<Language, Words>> = { en, ru };

/** Puts values into the places of a text. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
