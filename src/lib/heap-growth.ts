import { setFlagsFromString } from 'node:v8';

let isLimited = false;

/**
 * Garbage among what lived longer may take 40 % of the room of what is in use before it is collected; V8 itself lets it take up
 * to three times that room where work is steady, and gives little of it back. For those who hold much: looking for garbage
 * more often costs others some of their speed. The flag is of the whole process, from then on.
 */
export function limitHeapGrowth(): void {
  if (isLimited) return;
  isLimited = true;
  setFlagsFromString('--heap-growing-percent=40');
}
