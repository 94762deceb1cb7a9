import { type Static, Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { formExample } from '#platform/http/form-example.ts';
import { formReader } from '#platform/http/form-fields.ts';
import { compileJson } from '#platform/http/validation.ts';
import { validationDetails } from '#platform/http/validation-details.ts';
import type { Operation } from './operations/operation.ts';
import { isStorable } from './storable-json.ts';
import { TableInput } from './table/table-input.ts';

const File = Type.Unsafe<string>({ type: 'string', format: 'binary' });
const Options = Type.Object(
  {},
  { additionalProperties: true, description: 'As `GET /v1/operations` lists them' },
);

const fields = {
  operation: Type.String({ maxLength: 50, description: 'One of `GET /v1/operations`' }),
  options: Type.Optional(Options),
  input: Type.Optional(TableInput),
  input2: Type.Optional(TableInput),
};
const About = Type.Object(fields);

/** The form of a task, for the documentation. */
export const TaskForm = Type.Object({
  file: File,
  file2: Type.Optional(File),
  ...fields,
});

/** The form of a file that is only looked at. */
export const InspectForm = Type.Object({ file: File, input: Type.Optional(TableInput) });

/** What a caller asks for; the options are those of the operation, with its defaults. */
export interface TaskRequest {
  readonly operation: Operation;
  readonly options: Readonly<Record<string, unknown>>;
  readonly input: TableInput;
  readonly input2: TableInput;
}

type Fields = ReadonlyMap<string, readonly string[]>;

/**
 * A reader of the text fields of a task. It throws AppError invalid: invalid_request, unknown_operation (which lists
 * those there are), invalid_options (which lists the fields there are).
 */
export function taskFormReader(operations: readonly Operation[]): (fields: Fields) => TaskRequest {
  const readForm = formReader(About);
  const checks = new Map(
    operations.map((operation) => [
      operation.id,
      compileJson({ ...operation.options, additionalProperties: false }),
    ]),
  );
  return (form) => {
    const { operation: id, options = {}, input = {}, input2 = {} }: Static<typeof About> = readForm(form);
    const operation = operations.find((each) => each.id === id);
    const check = checks.get(id);
    if (!operation || !check) throw unknownOperation(id, operations);
    const problems = validationDetails(check(options), 'options');
    if (!isStorable(options))
      problems.push({ field: 'options', message: 'has a NUL or half a surrogate pair' });
    if (!isStorable([input, input2])) throw unstorableInput();
    if (problems.length > 0) throw invalidOptions(operation, problems);
    return { operation, options: options as TaskRequest['options'], input, input2 };
  };
}

export const readInspectForm = formReader(Type.Object({ input: Type.Optional(TableInput) }));

function unknownOperation(id: string, operations: readonly Operation[]): AppError {
  const known = operations.map((each) => each.id);
  const message = `There is no operation ${JSON.stringify(id)}. There are: ${known.join(', ')}.`;
  return new AppError('invalid', 'unknown_operation', message, { field: 'operation', operations: known });
}

function invalidOptions(
  { id, options }: Operation,
  problems: readonly { readonly field: string; readonly message: string }[],
): AppError {
  const known = Object.keys(options.properties);
  const message = `The options of "${id}" were not understood: see details. It takes: ${known.join(', ')}.`;
  const details = problems.map(({ field, message: problem }) => ({
    field: field === 'options' ? field : `options.${field}`,
    message: problem,
  }));
  return new AppError('invalid', 'invalid_options', message, details);
}

function unstorableInput(): AppError {
  return new AppError('invalid', 'invalid_request', 'The request was not understood: see details.', [
    { field: 'input', message: 'has a NUL or half a surrogate pair' },
  ]);
}

const EXAMPLE_FILE = {
  filename: 'people.csv',
  mediaType: 'text/csv',
  text: 'id,name\n007,Ada\n008,Grace\n',
};

/** A table of two people, and what is to be done with it. */
export const taskExample = formExample(
  { operation: 'select', options: '{"columns":["name"]}' },
  EXAMPLE_FILE,
);

export const inspectExample = formExample({}, EXAMPLE_FILE);
