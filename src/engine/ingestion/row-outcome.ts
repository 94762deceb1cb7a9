import type { FieldError } from './field-error.ts';

/** Every record of every file ends in exactly one of these, so an import report always adds up. */
export type RowOutcome<T> =
  | { readonly kind: 'accepted'; readonly record: T }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'rejected'; readonly errors: readonly FieldError[] };

export function accepted<T>(record: T): RowOutcome<T> {
  return { kind: 'accepted', record };
}

/** Left out on purpose, such as a total or a withheld count; `reason` is a stable word. @public */
export function skipped(reason: string): RowOutcome<never> {
  return { kind: 'skipped', reason };
}

/** Refused, with all that is wrong, not only the first fault. */
export function rejected(errors: readonly FieldError[]): RowOutcome<never> {
  return { kind: 'rejected', errors };
}
