import { gather } from './gather.ts';
import said from './said.fa.json';

export const strings = {
  ...gather(
    import.meta.glob(['./strings.fa.json', '../features/*/strings.fa.json'], { eager: true, import: 'default' }),
  ),
  said,
};
