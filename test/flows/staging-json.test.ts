import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presentBit } from '#engine/imports/stage-table.query.ts';
import { plants } from '#test/support/plants.ts';
import { stage } from './staging-scene.ts';

test('NDJSON: an absent key, null and an empty text stay apart, and digits are kept', async () => {
  const { rows, errors, result } = await stage(
    [
      '{"code":"A","gardener":"Kim","note":null,"amount":9007199254740993,"labels":["x","y\\"z"]}',
      '{"code":"B","gardener":"Kim","note":""}',
      '{"code":"C","gardener":"Kim"}',
      '{"code":7,"gardener":"Kim","labels":[1],"note":{"a":9007199254740993}}',
      '{"gardener":null}',
      '{"code":"F",',
      '{"Code":"G","code":"H","gardener":"Kim","else":1}',
    ].join('\n'),
    { filename: 'plants.ndjson' },
  );
  const noteBit = presentBit(plants, 'note');
  assert.deepEqual(
    rows.slice(0, 3).map(({ note, present, labels }) => [note, (Number(present) & noteBit) !== 0, labels]),
    [
      [null, true, ['x', 'y"z']],
      ['', true, null],
      [null, false, null],
    ],
  );
  assert.equal(rows[0]?.['amount'], '9007199254740993');
  assert.deepEqual(
    errors.map(({ record, code, field, column_index }) => [record, code, field, column_index]),
    [
      [4, 'type_error', 'code', null],
      [4, 'type_error', 'labels', null],
      [4, 'type_error', 'note', null],
      [5, 'required', 'code', null],
      [5, 'required', 'gardener', null],
      [6, 'json_invalid', null, null],
      [7, 'duplicate_header', 'code', null],
    ],
  );
  assert.equal(errors[2]?.['value'], '{"a":"9007199254740993"}');
  assert.deepEqual(result.hasSecrets, false);
});

test('a line of NDJSON that nobody can read shows nothing where it may hold a secret', async () => {
  const { errors } = await stage('{"code":"A","gardener":"Kim"}\n{"P-I-N":"sesame",,}\n{"code":"B",oops}\n');
  assert.deepEqual(
    errors.map(({ code, value }) => [code, value === '']),
    [
      ['json_invalid', true],
      ['json_invalid', false],
    ],
  );
});
