import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkGender, genderRefusal } from './normalize-gender.ts';

const F = ['F', 'f', 'Female', 'FEMALE', 'female', 'Girl', 'girls', ' F ', 'Women'];
const M = ['M', 'm', 'Male', 'MALE', 'male', 'Boy', 'BOYS', 'M ', 'Men'];
const NONE = ['', ' ', 'X', '0', '1', '2', 'FM', 'Total', 'constructor', '__proto__'];

for (const raw of F) test(`"${raw}" is F`, () => assert.equal(checkGender(raw), 'F'));
for (const raw of M) test(`"${raw}" is M`, () => assert.equal(checkGender(raw), 'M'));
for (const raw of NONE) test(`"${raw}" is no gender`, () => assert.equal(checkGender(raw), undefined));

test('the refusal quotes what was found and says what to write', () => {
  assert.match(genderRefusal('X'), /"X".*F or M/);
});
