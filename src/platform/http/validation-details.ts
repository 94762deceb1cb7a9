/** What Ajv says about one place of the input; `FastifySchemaValidationError` with the fields used here. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

const MOST_DETAILS = 100;

/** One entry for every field that was not understood, in words for people; `field` as in `items[3].name`. */
export function validationDetails(
  errors: readonly SchemaError[],
  context: string | undefined,
): { field: string; message: string }[] {
  const byField = new Map<string, SchemaError[]>();
  for (const error of errors) {
    const field = fieldOf(error) || (context ?? 'body');
    const list = byField.get(field);
    if (list) list.push(error);
    else byField.set(field, [error]);
  }
  return [...byField]
    .slice(0, MOST_DETAILS)
    .map(([field, ofField]) => ({ field, message: describe(field, ofField) }));
}

/** `/items/3/name` → `items[3].name`; a missing or unknown property is the field itself. */
function fieldOf({ keyword, instancePath, params }: SchemaError): string {
  const extra = keyword === 'required' ? params['missingProperty'] : params['additionalProperty'];
  const segments = instancePath.split('/').slice(1).map(unescapePointer);
  if (typeof extra === 'string') segments.push(extra);
  return segments.reduce((path, segment) => {
    if (/^\d+$/.test(segment)) return `${path}[${segment}]`;
    return path === '' ? segment : `${path}.${segment}`;
  }, '');
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The alternatives of a union come as one error each; together they are one sentence. */
function describe(field: string, errors: readonly SchemaError[]): string {
  const allowed = errors.flatMap(({ keyword, params }) => {
    if (keyword === 'const') return [params['allowedValue']];
    return keyword === 'enum' ? [params['allowedValues']].flat() : [];
  });
  if (allowed.length > 0) return `must be ${listOf(allowed)}`;
  const messages = errors.filter(({ keyword }) => keyword !== 'anyOf').map((error) => sentence(field, error));
  return [...new Set(messages)].join(' or ');
}

function sentence(field: string, { keyword, params, message = 'is not valid' }: SchemaError): string {
  if (keyword === 'additionalProperties') return `${field} is not known here`;
  if (keyword === 'required') return 'is required';
  if (keyword === 'format') return `must be a ${String(params['format'])}`;
  return message;
}

function listOf(values: readonly unknown[]): string {
  const words = [...new Set(values.map(String))];
  return words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`;
}
