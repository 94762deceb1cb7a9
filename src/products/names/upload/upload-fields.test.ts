import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppError } from '#platform/errors.ts';
import { readUploadFields } from './upload-fields.ts';

function read(fields: Readonly<Record<string, string | readonly string[]>>) {
  return readUploadFields(new Map(Object.entries(fields).map(([field, value]) => [field, [value].flat()])));
}

test('without any field everything is as by default', () => {
  assert.deepEqual(read({}), {
    country: null,
    parser: null,
    profile: null,
    options: {
      year: null,
      gender: null,
      area: null,
      mode: 'partial',
      max_errors: null,
      max_error_ratio: 0.05,
      dry_run: false,
    },
    metadata: {},
    allowDuplicate: false,
    amends: null,
  });
});

test('all fields are understood', () => {
  const id = '0a1b2c3d-0000-4000-8000-00000000000F';
  const request = read({
    country_id: ' us ',
    parser: 'us_ssa',
    year: '2020',
    gender: 'F',
    area: 'us-ca',
    metadata: '{"edition":"2024","deep":{"a":[1]}}',
    mode: 'atomic',
    max_errors: '0',
    max_error_ratio: '.5',
    allow_duplicate: 'true',
    dry_run: 'true',
    amends: id,
  });
  assert.deepEqual([request.country, request.amends, request.allowDuplicate], ['US', id.toLowerCase(), true]);
  assert.deepEqual(request.metadata, { edition: '2024', deep: { a: [1] } });
  assert.deepEqual(request.options, {
    year: 2020,
    gender: 'F',
    area: 'US-CA',
    mode: 'atomic',
    max_errors: 0,
    max_error_ratio: 0.5,
    dry_run: true,
  });
});

test('an area may lie in a region', () => {
  assert.equal(read({ area: 'de-be-mitte' }).options.area, 'DE-BE-MITTE');
});

const wrong: Readonly<Record<string, readonly string[]>> = {
  parser: ['US SSA', 'x'.repeat(51)],
  year: ['1799', '2101', '12.5', '1e3', '-1', '２０２０'],
  gender: ['X', 'female', 'f'],
  area: ['California', 'US-', 'US-CALI', 'DE-BE-', 'DE-BE-MITTE-A-B'],
  metadata: ['[]', '1', 'null', '{', '{"edition":2024}', '{"a":"\\u0000"}', '{"a":"\\ud800"}'],
  mode: ['all', 'PARTIAL'],
  max_errors: ['-1', '1.5', '99999999999'],
  max_error_ratio: ['1.1', '-0.1', '5%', '1e-3'],
  allow_duplicate: ['1', 'yes', 'TRUE'],
  dry_run: ['0'],
  amends: ['latest'],
  profile: ['town'],
  colour: ['red'],
};

for (const [field, values] of Object.entries(wrong)) {
  for (const value of values) {
    test(`${field}=${value.slice(0, 30)} is refused by name`, () => {
      assert.throws(
        () => read({ [field]: value }),
        (error: AppError) => {
          assert.deepEqual([error.kind, error.code], ['invalid', 'invalid_request']);
          const details = error.details as readonly { field: string }[];
          assert.deepEqual(
            details.map((each) => each.field),
            [field],
          );
          return true;
        },
      );
    });
  }
}

test('a profile stands in place of a parser', () => {
  const profile = '0a1b2c3d-0000-4000-8000-00000000000f';
  assert.equal(read({ profile }).profile, profile);
  assert.throws(() => read({ profile, parser: 'us_ssa' }), { code: 'invalid_request' });
});

test('a field that comes twice is refused', () => {
  assert.throws(() => read({ year: ['2020', '2021'] }), {
    details: [{ field: 'year', message: 'was sent more than once' }],
  });
});

test('a country is a UUID or a code of two letters', () => {
  assert.equal(read({ country_id: '0A1B2C3D-0000-4000-8000-000000000000' }).country?.length, 36);
  assert.throws(() => read({ country_id: '' }), { code: 'missing_country_id', kind: 'invalid' });
  for (const country of ['USA', '1', 'U$', 'Zürich']) {
    assert.throws(() => read({ country_id: country }), { code: 'invalid_country_id', kind: 'invalid' });
  }
});
