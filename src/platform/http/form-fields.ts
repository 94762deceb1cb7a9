import type { Static, TObject } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { validationDetails } from './validation-details.ts';
import { compileWords } from './validation.ts';

/** The text fields of a form, by name; a field may have come several times. */
type FormFields = ReadonlyMap<string, readonly string[]>;

/**
 * A reader of text fields by the schema of a JSON body: numbers and booleans are written as words, objects as JSON, and
 * an empty field counts as left out. It throws AppError `invalid_request` with every wrong field.
 */
export function formReader<Schema extends TObject>(schema: Schema): (fields: FormFields) => Static<Schema> {
  const findErrors = compileWords({ ...schema, additionalProperties: false });
  const properties: Readonly<Record<string, { readonly type?: unknown }>> = schema.properties;
  const isObject = (field: string): boolean => properties[field]?.type === 'object';
  return (fields) => {
    const repeated = [...fields].filter(([, values]) => values.length > 1);
    const problems = repeated.map(([field]) => ({ field, message: 'was sent more than once' }));
    const words: Record<string, unknown> = {};
    for (const [field, [text = '']] of fields) {
      if (text.trim() !== '') words[field] = isObject(field) ? parsed(text) : text.trim();
    }
    problems.push(...validationDetails(findErrors(words), 'form'));
    if (problems.length === 0) return words as Static<Schema>;
    const message = 'The request was not understood: see details.';
    throw new AppError('invalid', 'invalid_request', message, problems);
  };
}

/** What is no JSON stays the text that it is, which is no object. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
