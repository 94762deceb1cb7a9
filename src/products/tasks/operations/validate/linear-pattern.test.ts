import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContext, Script } from 'node:vm';
import fc from 'fast-check';
import { linearPattern } from './linear-pattern.ts';

const anyPattern = fc.letrec<{ pattern: string; part: string }>((tie) => ({
  pattern: fc
    .array(fc.array(tie('part'), { maxLength: 3 }), { minLength: 1, maxLength: 2 })
    .map((choices) => choices.map((parts) => parts.join('')).join('|')),
  part: fc
    .tuple(
      fc.oneof(
        { maxDepth: 2, depthIdentifier: 'part' },
        {
          weight: 6,
          arbitrary: fc.constantFrom(
            'a',
            'b',
            '.',
            '\\d',
            '[ab]',
            '[^a]',
            '[\\]a-]',
            'é',
            '\\p{L}',
            '\\.',
            '\\u{1F600}',
          ),
        },
        { weight: 2, arbitrary: tie('pattern').map((inner) => `(${inner})`) },
        { weight: 1, arbitrary: tie('pattern').map((inner) => `(?:${inner})`) },
      ),
      fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{0,1}?', '{2,}', '+?'),
    )
    .map(([atom, quantifier]) => atom + quantifier),
}));
const anchored = fc
  .tuple(fc.constantFrom('', '^'), anyPattern.pattern, fc.constantFrom('', '$'))
  .map((parts) => parts.join(''));
const anyText = fc.string({
  unit: fc.constantFrom('a', 'b', '1', '.', ']', 'é', '\n', '\u{1F600}'),
  maxLength: 8,
});

const asked = createContext({});
const ask = new Script(
  "JSON.stringify(texts.map((text) => [source, `^(?:${source})$`].map((each) => new RegExp(each, 'u').test(text))))",
);

/** For each text, whether JavaScript finds the pattern in it, and whether it is all of it; undefined if that takes it too long. */
function foundByJavaScript(source: string, texts: readonly string[]): boolean[][] | undefined {
  Object.assign(asked, { source, texts });
  try {
    return JSON.parse(ask.runInContext(asked, { timeout: 100 }) as string) as boolean[][];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}

test('a pattern fits what the regular expressions of JavaScript fit', () => {
  fc.assert(
    fc.property(anchored, fc.array(anyText, { minLength: 3, maxLength: 8 }), (source, texts) => {
      const expected = foundByJavaScript(source, texts);
      fc.pre(expected !== undefined);
      const pattern = linearPattern(source);
      assert.deepEqual(
        texts.map((text) => [pattern.test(text), pattern.testWhole(text)]),
        expected,
      );
    }),
    { numRuns: 1000 },
  );
});

test('patterns that take others for ever take a moment', () => {
  for (const source of ['^(a+)+$', '(a|a)*b', '^(.*a){12}$', '(\\p{L}+)*\\d$', '(a?){50}a{50}$']) {
    const started = performance.now();
    linearPattern(source).test(`${'a'.repeat(20_000)}!`);
    assert.ok(performance.now() - started < 2000, source);
  }
});

test('what cannot be decided in one walk, and what is no pattern, is refused', () => {
  for (const source of [
    '(a)\\1',
    '(?=a)',
    '(?!a)',
    '(?<=a)b',
    '\\bword',
    '(',
    '[',
    'a{2,1}',
    '(a{1000}){1000}',
    `${'('.repeat(20)}${'){9}'.repeat(20)}`,
    '(?i:a)',
    '\\k<n>(?<n>a)',
  ])
    assert.throws(() => linearPattern(source), { name: 'PatternError' }, source);
});
