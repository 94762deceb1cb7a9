import type { FieldReading, Resource } from '#engine/imports/resource.ts';

/** What the made-up passwords of plants become. */
export const PROTECTED = 'protected:';

/** A resource that no product has, with a field of every kind. */
export const plants: Resource = {
  name: 'plants',
  naturalKey: 'code',
  unique: ['id', 'code'],
  madeId: 'uuid',
  references: [{ column: 'gardener_id', table: 'gardeners', byKey: 'gardener', keyColumns: ['name'] }],
  fields: [
    { name: 'id', type: 'uuid', read: readUuid, description: 'UUID' },
    { name: 'code', type: 'text', isRequired: true, read: readCode, description: 'Capital letters' },
    { name: 'note', type: 'text', read: readText, description: 'Any text' },
    { name: 'amount', type: 'bigint', read: readAmount, description: 'Digits' },
    { name: 'seen_at', type: 'timestamptz', read: readText, description: 'A time' },
    { name: 'labels', type: 'text[]', read: readLabels, readList: listed, description: 'Labels' },
    { name: 'gardener_id', type: 'bigint', read: readAmount, description: 'Number of a gardener' },
    { name: 'gardener', type: 'text', read: readText, description: 'Name of a gardener' },
    {
      name: 'pin',
      type: 'text',
      read: (value) => (value.length < 3 ? fault('length', 'The pin is short.') : { value }),
      protector: () => async (value) => `${PROTECTED}${value.slice(1)}${value.charAt(0)}`,
      description: 'Secret',
    },
  ],
  check: ({ amount, note }) =>
    amount === '13' && note === 'unlucky'
      ? [{ field: 'amount', code: 'pattern', message: 'Not this amount with this note.' }]
      : [],
};

function fault(code: 'pattern' | 'type_error' | 'length', message: string): FieldReading {
  return { fault: { code, message } };
}

function readText(value: string): FieldReading {
  return { value };
}

function readCode(value: string): FieldReading {
  return /^[A-Z]+$/.test(value)
    ? { value }
    : { fault: { code: 'pattern', message: 'No code.', expected: 'A-Z', suggestion: value.toUpperCase() } };
}

function readUuid(value: string): FieldReading {
  if (value === '') return { value: null };
  return /^[0-9a-f-]{36}$/.test(value) ? { value } : fault('type_error', 'No UUID.');
}

function readAmount(value: string): FieldReading {
  if (value === '') return { value: null };
  return /^\d+$/.test(value) ? { value } : fault('type_error', 'No number.');
}

function readLabels(cell: string): FieldReading {
  return listed(cell === '' ? [] : cell.split('|'));
}

function listed(labels: readonly string[]): FieldReading {
  return { value: `{${labels.map((label) => JSON.stringify(label)).join(',')}}` };
}
