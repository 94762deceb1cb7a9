import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalDecimal } from './decimal.ts';
import { type TypedField, valueReader } from './field-values.ts';

const PLAIN = {
  format: 'default',
  decimalChar: '.',
  groupChar: '',
  bareNumber: true,
  trueValues: ['true', '1'],
  falseValues: ['false', '0'],
};

/** By type, or by the words of a field: what it takes, and what it refuses. */
const cases: [field: Partial<TypedField> & { type: string }, good: string[], bad: string[]][] = [
  [{ type: 'string' }, ['', 'NULL', '007', ' x '], []],
  [
    { type: 'string', format: 'email' },
    ['a@b.example'],
    ['a@b', '@b.example', 'a b@c.example', `${'a'.repeat(99)}@b.example`],
  ],
  [{ type: 'string', format: 'uri' }, ['https://a.example/?q=1', 'urn:x:y'], ['a.example', 'http://a b']],
  [{ type: 'string', format: 'uuid' }, ['01890a5d-ac96-774b-bcce-b302099a8057'], ['01890a5d']],
  [{ type: 'string', format: 'binary' }, ['aGk='], ['a?']],
  [
    { type: 'integer' },
    ['0', '-7', '+12', '007', '123456789012345678901'],
    ['', '1.0', '1e5', '1 000', '0x1', '１'],
  ],
  [{ type: 'integer', groupChar: ' ' }, ['1 000'], ['1,000']],
  [{ type: 'integer', bareNumber: false }, ['$5', '95%', '-3 EUR'], ['$']],
  [
    { type: 'number' },
    ['1', '1.5', '.5', '5.', '1e5', '-2E-3', 'NaN', 'INF', '-INF'],
    ['', '.', '1,5', 'e5', '1e', '0x1', 'Infinity'],
  ],
  [{ type: 'number', decimalChar: ',', groupChar: '.' }, ['1.234,5'], ['1,2,3']],
  [{ type: 'boolean' }, ['true', '0'], ['TRUE', 'yes', '']],
  [
    { type: 'date' },
    ['2024-02-29', '0001-01-01'],
    ['2023-02-29', '2024-13-01', '2024-1-1', '29.02.2024', '2024-02-29T00:00:00'],
  ],
  [{ type: 'date', format: '%d.%m.%Y' }, ['29.02.2024'], ['29.02.2023', '29x02x2024', '2024-02-29']],
  [{ type: 'time' }, ['23:59:59', '00:00:00.5', '12:00:00Z'], ['24:00:00', '1:00:00', '12:60:00']],
  [
    { type: 'datetime' },
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.25+02:00', '2024-02-29T12:00:00'],
    ['2024-02-29 12:00:00'],
  ],
  [{ type: 'year' }, ['1985', '-0044'], ['85', '1985.0']],
  [{ type: 'yearmonth' }, ['1985-12'], ['1985-13', '1985']],
  [{ type: 'duration' }, ['P1Y2M3DT4H5M6.5S', 'PT0S', 'P2W'], ['P', 'PT', '1Y']],
  [{ type: 'geopoint' }, ['90.5, 45', '-180,90'], ['181,0', '0,91', '1', '1,x']],
  [{ type: 'geopoint', format: 'array' }, ['[1, 2.5]'], ['1,2']],
  [{ type: 'geopoint', format: 'object' }, ['{"lon": 1, "lat": 2}'], ['{"lon": 1}', 'null']],
  [{ type: 'object' }, ['{"a": 1}'], ['[]', 'null', '{']],
  [{ type: 'array' }, ['[1]'], ['{}', '1']],
  [{ type: 'geojson' }, ['{"type": "Point"}'], ['x']],
  [{ type: 'any' }, ['', 'x'], []],
];

for (const [field, good, bad] of cases) {
  const { type, ...rest } = field;
  test(`${type} ${JSON.stringify(rest)}`, () => {
    const read = valueReader({ ...PLAIN, ...field });
    for (const text of good) assert.ok(read?.(text), text);
    for (const text of bad) assert.equal(read?.(text), undefined, text);
  });
}

test('there is no type and no format beside those', () => {
  for (const field of [
    { type: 'text' },
    { type: 'integer', format: 'x' },
    { type: 'string', format: 'x' },
    { type: 'date', format: 'any' },
    { type: 'date', format: '%d.%q' },
    { type: '__proto__' },
    { type: 'constructor' },
  ])
    assert.equal(valueReader({ ...PLAIN, ...field }), undefined);
});

test('equal values are equal however they are written, and others are not', () => {
  const integer = valueReader({ ...PLAIN, type: 'integer' });
  assert.equal(integer?.('+007')?.canonical, integer?.('7')?.canonical);
  assert.equal(integer?.('-0')?.canonical, integer?.('000000000000000000000')?.canonical);
  assert.notEqual(integer?.('9007199254740993')?.canonical, integer?.('9007199254740992')?.canonical);
  fc.assert(
    fc.property(
      fc.bigInt(),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: -20, max: 20 }),
      (digits, zeros, power) => {
        const one = canonicalDecimal(`${digits}${'0'.repeat(zeros)}e${power - zeros}`);
        assert.equal(
          one,
          canonicalDecimal(
            `${digits < 0 ? '-' : '+'}000${String(digits).replace('-', '')}.${'0'.repeat(zeros)}E${power}`,
          ),
        );
        assert.notEqual(one, canonicalDecimal(`${digits + 1n}e${power}`));
      },
    ),
  );
});

test('dates and times are in order', () => {
  const datetime = valueReader({ ...PLAIN, type: 'datetime' });
  const order = (text: string): number => Number(datetime?.(text)?.order);
  assert.ok(order('2024-01-01T12:00:00+02:00') < order('2024-01-01T11:00:00Z'));
  assert.ok(order('2024-01-01T12:00:00.5Z') > order('2024-01-01T12:00:00Z'));
});
