import { InvalidArgumentError } from 'commander';

type NamedValues = Readonly<Record<string, string>>;

/** Reads an option COLUMN=FIELD that may be repeated; a column may have `=` in its name. */
export function addMapping(text: string, others?: NamedValues): NamedValues {
  return added(text, text.lastIndexOf('='), 'COLUMN=FIELD', others);
}

/** Reads an option NAME=VALUE that may be repeated; a value may have `=` in it. */
export function addFilter(text: string, others?: NamedValues): NamedValues {
  return added(text, text.indexOf('='), 'NAME=VALUE', others);
}

function added(text: string, cut: number, form: string, others: NamedValues = {}): NamedValues {
  const [name, value] = [text.slice(0, cut), text.slice(cut + 1)];
  if (cut < 1 || value === '') throw new InvalidArgumentError(`It must have the form ${form}.`);
  return { ...others, [name]: value };
}
