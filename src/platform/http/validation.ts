import { Ajv, type Options } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import type { SchemaError } from './validation-details.ts';

const COMMON: Options = {
  allErrors: true,
  useDefaults: true,
  removeAdditional: false,
  addUsedSchema: false,
  strict: false,
};

/** A JSON body says what it means; the words of a URL or a header become numbers, booleans and lists of one. */
const ofBody = withFormats(new Ajv(COMMON));
const ofWords = withFormats(new Ajv({ ...COMMON, coerceTypes: 'array' }));

export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? ofBody : ofWords).compile(schema);

/** Finds what is wrong with texts, turning them into numbers and booleans in place where the schema asks for those. */
export function compileWords(schema: TSchema): (words: object) => readonly SchemaError[] {
  const check = ofWords.compile(schema);
  return (words) => (check(words) ? [] : (check.errors ?? []));
}

/** Finds what is wrong with a JSON value, which means what it says; fills in defaults. */
export function compileJson(schema: TSchema): (value: unknown) => readonly SchemaError[] {
  const check = ofBody.compile(schema);
  return (value) => (check(value) ? [] : (check.errors ?? []));
}

/** Unknown parameters and fields are refused unless the schema itself says otherwise; OpenAPI shows the same. */
export function refuseUnknownFields({ schema }: RouteOptions): void {
  for (const part of [schema?.querystring, schema?.body] as (TSchema & Record<string, unknown>)[]) {
    if (part?.['type'] !== 'object' || part['additionalProperties'] !== undefined) continue;
    part['additionalProperties'] = false;
  }
}

function withFormats(ajv: Ajv): Ajv {
  addFormats.default(ajv);
  return ajv;
}
