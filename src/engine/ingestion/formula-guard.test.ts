import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { guardFormula, unguardFormula } from './formula-guard.ts';

const cases = {
  '': '',
  plain: 'plain',
  "'": "'",
  "O'Neill": "O'Neill",
  "'quoted'": "'quoted'",
  'a=b': 'a=b',
  ' =1': ' =1',
  '=1+1': "'=1+1",
  '+1': "'+1",
  '-1': "'-1",
  '@SUM(A1)': "'@SUM(A1)",
  '\t=1': "'\t=1",
  '\r': "'\r",
  '\n': "'\n",
  '\0': "'\0",
  '＝1': "'＝1",
  '＋1': "'＋1",
  '－1': "'－1",
  '＠a': "'＠a",
  "'=1": "''=1",
  "'''=1": "''''=1",
};

for (const [text, guarded] of Object.entries(cases)) {
  test(`${JSON.stringify(text)} is written as ${JSON.stringify(guarded)}`, () => {
    assert.equal(guardFormula(text), guarded);
    assert.equal(unguardFormula(guarded), text);
  });
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...Array.from('=+-@\t\r\n\0＝＋－＠\'"a ')) }),
);

test('every text is read back as it was, behind every character', () => {
  for (let first = 0; first <= 0xffff; first++) {
    const text = `${String.fromCharCode(first)}1`;
    assert.equal(unguardFormula(guardFormula(text)), text);
  }
  fc.assert(fc.property(anyText, (text) => assert.equal(unguardFormula(guardFormula(text)), text)));
});

test('no guarded text starts a formula, and no text gets more than one apostrophe', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const guarded = guardFormula(text);
      assert.doesNotMatch(guarded, /^[=+\-@\t\r\n\0＝＋－＠]/);
      assert.ok(guarded === text || guarded === `'${text}`);
    }),
  );
});

test('a text that no guard was put on is not changed', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.equal(unguardFormula(text), /^'+[=+\-@\t\r\n\0＝＋－＠]/.test(text) ? text.slice(1) : text);
    }),
  );
});
