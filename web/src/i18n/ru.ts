import { gather } from './gather.ts';
import said from './said.ru.json';

export const strings = {
  ...gather(
    import.meta.glob(['./strings.ru.json', '../features/*/strings.ru.json'], { eager: true, import: 'default' }),
  ),
  said,
};
