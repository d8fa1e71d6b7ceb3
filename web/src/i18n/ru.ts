import { gather } from './gather.ts';

export const strings = gather(
  import.meta.glob(['./strings.ru.json', '../features/*/strings.ru.json'], { eager: true, import: 'default' }),
);
