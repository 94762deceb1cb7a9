import { type FieldError, fieldError, type FieldErrorFacts } from '#engine/ingestion/field-error.ts';
import type { ErrorCode } from '#engine/ingestion/error-codes.ts';
import type { FieldValue, ReadValue } from './field-values.ts';
import { linearPattern, type LinearPattern } from './linear-pattern.ts';

/** What a field may hold, as a Table Schema says; absent: anything. */
export interface Constraints {
  readonly required?: boolean;
  readonly unique?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: string | number;
  readonly maximum?: string | number;
  readonly pattern?: string;
  readonly enum?: readonly (string | number | boolean)[];
}

/** What is wrong with a value, in one error; undefined for nothing. */
export type CheckValue = (value: FieldValue, text: string, facts: FieldErrorFacts) => FieldError | undefined;

/** What of a constraint does not go together with the type of its field. */
export class ConstraintError extends Error {
  override readonly name = 'ConstraintError';
  readonly constraint: keyof Constraints;

  constructor(constraint: keyof Constraints, message: string) {
    super(message);
    this.constraint = constraint;
  }
}

/** The checks of a field in the order of their names above. Throws ConstraintError, PatternError. */
export function constraintChecks(
  constraints: Constraints,
  read: ReadValue,
  traits: { readonly hasLength: boolean; readonly hasOrder: boolean; readonly isText: boolean },
): CheckValue[] {
  const { minLength, maxLength, minimum, maximum, pattern } = constraints;
  const checks: CheckValue[] = [];
  const add = (
    name: keyof Constraints,
    isFitting: boolean,
    code: ErrorCode,
    expected: string,
    holds: (value: FieldValue, text: string) => boolean,
  ): void => {
    if (!isFitting) throw new ConstraintError(name, 'does not go together with the type of the field');
    checks.push((value, text, facts) =>
      holds(value, text) ? undefined : fieldError(code, { ...facts, value: text, expected }),
    );
  };
  if (minLength !== undefined)
    add(
      'minLength',
      traits.hasLength,
      'length',
      `at least ${minLength}`,
      ({ length = 0 }) => length >= minLength,
    );
  if (maxLength !== undefined)
    add(
      'maxLength',
      traits.hasLength,
      'length',
      `at most ${maxLength}`,
      ({ length = 0 }) => length <= maxLength,
    );
  if (minimum !== undefined) {
    const least = orderOf('minimum', minimum, read, traits.hasOrder);
    add('minimum', true, 'number_out_of_range', `at least ${minimum}`, ({ order = 0 }) => order >= least);
  }
  if (maximum !== undefined) {
    const most = orderOf('maximum', maximum, read, traits.hasOrder);
    add('maximum', true, 'number_out_of_range', `at most ${maximum}`, ({ order = 0 }) => order <= most);
  }
  if (pattern !== undefined) {
    const form: LinearPattern = linearPattern(pattern);
    add('pattern', traits.isText, 'pattern', pattern, (_value, text) => form.testWhole(text));
  }
  if (constraints.enum) {
    const allowed = new Set(constraints.enum.map((value) => canonicalOf(value, read)));
    const shown = constraints.enum.slice(0, 20).join(', ');
    add('enum', true, 'enum', `one of ${shown}`, ({ canonical }) => allowed.has(canonical));
  }
  return checks;
}

function orderOf(
  name: 'minimum' | 'maximum',
  bound: string | number,
  read: ReadValue,
  hasOrder: boolean,
): number | bigint {
  const order = read(String(bound))?.order;
  if (!hasOrder || order === undefined)
    throw new ConstraintError(name, 'is no value of the type of the field, or the type has no order');
  return order;
}

function canonicalOf(value: string | number | boolean, read: ReadValue): string {
  const found = read(String(value));
  if (!found)
    throw new ConstraintError('enum', `${JSON.stringify(value)} is no value of the type of the field`);
  return found.canonical;
}
