import type { Operation } from './operation.ts';

/** Everything that tasks can do, in the order in which it is listed. */
export function taskOperations(): readonly Operation[] {
  return [];
}
