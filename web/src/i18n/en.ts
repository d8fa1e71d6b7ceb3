import { gather } from './gather.ts';

export const strings = gather(
  import.meta.glob(['./strings.en.json', '../features/*/strings.en.json'], { eager: true, import: 'default' }),
);
