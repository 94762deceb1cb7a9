import { type Static, type TSchema, type TUnsafe, Type } from 'typebox';

/**
 * A value or null, as `type: [T, 'null']`: the serializer handles it directly, while a union makes it validate each
 * value first.
 */
export function Nullable<T extends TSchema>(schema: T): TUnsafe<Static<T> | null> {
  const { type } = schema as { type?: string };
  if (type === undefined) throw new Error('Nullable needs a schema with a type.');
  const values = (schema as { enum?: unknown[] }).enum;
  return Type.Unsafe<Static<T> | null>({
    ...schema,
    type: [type, 'null'],
    ...(values === undefined ? {} : { enum: [...values, null] }),
  });
}

/** One of some words, as `enum`, so that a refusal lists them all. */
export function OneOf<const Words extends readonly string[]>(
  words: Words,
  options: { description?: string; default?: Words[number] } = {},
): TUnsafe<Words[number]> {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: [...words], ...options });
}

/** A point in time; answered as RFC 3339 UTC from what the database gives. */
export const Timestamp = Type.Unsafe<Date>({ type: 'string', format: 'date-time' });

export const Uuid = Type.String({ format: 'uuid' });
