import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NAME_PARSERS } from '../parsers/index.ts';
import { mergeRefusal } from './merge-refusal.ts';

const CASES = {
  'CC BY 4.0': undefined,
  'CC0 1.0': undefined,
  'Open Government Licence v3.0': undefined,
  'Public domain (U.S. Government work)': undefined,
  'Licence Ouverte / Open Licence 2.0': undefined,
  'dl-de/zero-2.0 or CC BY 3.0 DE, by year': undefined,
  'Open Data Commons Open Database License (ODbL) 1.0': 'share_alike',
  'CC BY-SA 4.0': 'share_alike',
  'Creative Commons Attribution-ShareAlike': 'share_alike',
  'GFDL 1.3': 'share_alike',
  'CC BY-NC-SA 4.0': 'no_redistribution',
  'CC BY-ND 4.0': 'no_redistribution',
  'For non-commercial use': 'no_redistribution',
  'All rights reserved': 'no_redistribution',
  'site terms': 'no_redistribution',
  unknown: 'licence_unknown',
  ' ': 'licence_unknown',
};

for (const [licence, reason] of Object.entries(CASES)) {
  test(`"${licence}": ${reason ?? 'may be merged'}`, () => {
    assert.equal(mergeRefusal(licence)?.reason, reason);
  });
}

test('no licence is an unknown one', () => {
  assert.equal(mergeRefusal(null)?.reason, 'licence_unknown');
});

test('of the offices with a parser, Paris and those whose licence nobody knows stay apart', () => {
  const apart = NAME_PARSERS.flatMap(({ id, licence }) => {
    const refusal = mergeRefusal(licence);
    return refusal ? [`${id} ${refusal.reason}`] : [];
  });
  assert.deepEqual(apart.sort(), [
    'fr_paris share_alike',
    'ge_psda licence_unknown',
    'il_cbs licence_unknown',
  ]);
});
