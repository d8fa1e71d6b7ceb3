import { gather } from './gather.ts';
import said from './said.zh.json';

export const strings = {
  ...gather(
    import.meta.glob(['./strings.zh.json', '../features/*/strings.zh.json'], { eager: true, import: 'default' }),
  ),
  said,
};
