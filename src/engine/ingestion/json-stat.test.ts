import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cubeText } from './cube.ts';
import { readJsonStat } from './json-stat.ts';

const sex = { label: 'Sex', category: { index: ['M', 'F'], label: { M: 'Boys', F: 'Girls' } } };
const year = { label: 'Year', category: { index: { 2020: 1, 2019: 0 } } };
const layout = { id: ['SEX', 'TLIST(A1)'], size: [2, 2], dimension: { SEX: sex, 'TLIST(A1)': year } };
const cube = { class: 'dataset', ...layout, value: [1, 2.5, null, 4] };

const HEADER = 'SEX,Sex Label,TLIST(A1),Year,VALUE,STATUS';

describe('JSON-stat', () => {
  const rows = (...cells: readonly [string, string, string, string]): string =>
    [
      HEADER,
      `M,Boys,2019,2019,${cells[0]}`,
      `M,Boys,2020,2020,${cells[1]}`,
      `F,Girls,2019,2019,${cells[2]}`,
      `F,Girls,2020,2020,${cells[3]}`,
      '',
    ].join('\n');
  const measured = {
    ...layout.dimension,
    SEX: { ...sex, category: { ...sex.category, unit: { F: { label: 'Number' } } } },
  };
  const quoted = { ...sex, label: 'Sex, at birth', category: { index: ['M', 'F'], label: { M: 'a "boy"' } } };
  const cases: Readonly<Record<string, [content: object, text: string]>> = {
    'a dense list of values': [cube, rows('1,', '2.5,', ',', '4,')],
    'values by their places': [{ ...cube, value: { 0: 7, 3: 8 } }, rows('7,', ',', ',', '8,')],
    'an older dataset': [
      {
        dataset: { dimension: { ...layout.dimension, id: layout.id, size: layout.size }, value: cube.value },
      },
      rows('1,', '2.5,', ',', '4,'),
    ],
    'values that are texts': [{ ...cube, value: ['3', '..', '', '-'] }, rows('3,', ',..', ',', ',-')],
    'a status for some cells': [{ ...cube, status: { 2: '..' } }, rows('1,', '2.5,', ',..', '4,')],
    'a status for each cell': [{ ...cube, status: ['', 'p', 'x', ''] }, rows('1,', '2.5,p', ',x', '4,')],
    'one status for all': [{ ...cube, status: 'e' }, rows('1,e', '2.5,e', ',e', '4,e')],
    'large and small numbers': [
      { ...cube, value: [1e21, 1e-7, -2, 0] },
      rows('1000000000000000000000,', '0.0000001,', '-2,', '0,'),
    ],
    'a unit for some places': [
      { ...cube, dimension: measured },
      [
        'SEX,Sex Label,TLIST(A1),Year,UNIT,VALUE,STATUS',
        'M,Boys,2019,2019,,1,',
        'M,Boys,2020,2020,,2.5,',
        'F,Girls,2019,2019,Number,,',
        'F,Girls,2020,2020,Number,4,',
        '',
      ].join('\n'),
    ],
    'labels with commas and quotes, and places without labels': [
      { class: 'dataset', id: ['SEX'], size: [2], dimension: { SEX: quoted }, value: [1, 2] },
      'SEX,"Sex, at birth",VALUE,STATUS\nM,"a ""boy""",1,\nF,F,2,\n',
    ],
    'a dimension of one place without an index': [
      {
        class: 'dataset',
        id: ['A'],
        size: [1],
        dimension: { A: { category: { label: { x: 'Only' } } } },
        value: [5],
      },
      'A,A Label,VALUE,STATUS\nx,Only,5,\n',
    ],
  };
  for (const [title, [content, expected]] of Object.entries(cases)) {
    test(`${title} becomes a table`, () => assert.equal(textOf(JSON.stringify(content)), expected));
  }

  for (const content of [
    '{',
    '{}',
    '[]',
    '{"class":"dataset"}',
    '{"class":"collection","link":{}}',
    'null',
  ]) {
    test(`${content} is no dataset`, () => assert.equal(readJsonStat(content), undefined));
  }

  const invalid: Readonly<Record<string, [content: object, message: RegExp]>> = {
    'too few values': [{ ...cube, value: [1, 2, 3] }, /4 cells, and its list of value has 3/],
    'a value beyond the last cell': [{ ...cube, value: { 4: 1 } }, /names cell 4 of 4/],
    'a status for a cell that is none': [{ ...cube, status: { x: '..' } }, /names cell x of 4/],
    'another number of places than its size says': [
      { ...cube, size: [2, 3] },
      /has 2 places, and its size is 3/,
    ],
    'sizes that are not told': [{ ...cube, size: undefined }, /are not listed/],
    'more cells than can be read': [
      {
        class: 'dataset',
        id: ['A', 'B'],
        size: [10_000, 10_000],
        dimension: { A: wide(10_000), B: wide(10_000) },
        value: {},
      },
      /100000000 cells, and at most/,
    ],
  };
  for (const [title, [content, message]] of Object.entries(invalid)) {
    test(`${title} is refused`, () => {
      assert.throws(() => readJsonStat(JSON.stringify(content)), { code: 'cube_invalid', message });
    });
  }
});

function wide(places: number): object {
  return { category: { index: Array.from({ length: places }, (_, at) => String(at)) } };
}

function textOf(content: string): string {
  const found = readJsonStat(content);
  assert.ok(found, 'it is a dataset');
  return Buffer.concat([...cubeText(found)]).toString();
}
