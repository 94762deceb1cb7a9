import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Resource } from '#engine/imports/resource.ts';
import { CONTENT_RESOURCES } from '../index.ts';

const [users, articles, comments] = CONTENT_RESOURCES as [Resource, Resource, Resource];
const UUID = '123e4567-e89b-12d3-a456-426614174000';

/** The stored form, or the code of the fault. */
function reading(resource: Resource, field: string, value: string): string | null {
  const found = resource.fields.find(({ name }) => name === field);
  assert.ok(found, field);
  const result = found.read(value);
  if (!('fault' in result)) return result.value;
  assert.ok(result.fault.message.length > 0);
  return `! ${result.fault.code}`;
}

const emoji = (count: number): string => '😀'.repeat(count);
const letters = (count: number): string => 'a'.repeat(count);

/** Field → value → what is stored, or `!` and the code of the refusal. */
const CASES: readonly [Resource, Readonly<Record<string, readonly (readonly [string, string | null])[]>>][] =
  [
    [
      users,
      {
        id: [
          [UUID.toUpperCase(), UUID],
          ['', null],
          [`{${UUID}}`, '! type_error'],
          [UUID.replaceAll('-', ''), '! type_error'],
          ['17', '! type_error'],
        ],
        email: [
          ['Zoe.Smith+x@Example.ORG', 'zoe.smith+x@example.org'],
          ['jürgen@bücher.example', 'jürgen@bücher.example'],
          ['ÅSA@EXAMPLE.SE', 'åsa@example.se'],
          [`${letters(242)}@example.org`, `${letters(242)}@example.org`],
          [`${letters(243)}@example.org`, '! length'],
          ['zoe', '! pattern'],
          ['zoe@localhost', '! pattern'],
          ['@example.org', '! pattern'],
          ['zoe@@example.org', '! pattern'],
          ['a@b@example.org', '! pattern'],
          ['zoe smith@example.org', '! pattern'],
          [' zoe@example.org', '! pattern'],
          ['zoe@example.org\n', '! pattern'],
          ['zoe@.org', '! pattern'],
          ['zoe@example.', '! pattern'],
          ['zoe@a..b', '! pattern'],
          ['zo\0e@example.org', '! invalid_character'],
          ['zoe\ud800@example.org', '! invalid_character'],
        ],
        username: [
          ['zoe_1.2-3', 'zoe_1.2-3'],
          ['Zoë', 'Zoë'],
          ['山田', '山田'],
          [letters(64), letters(64)],
          [letters(65), '! length'],
          ['zoe smith', '! pattern'],
          ['zoe@home', '! pattern'],
          ['=cmd', '! pattern'],
        ],
        bio: [
          ['', ''],
          [' kept as it is\r\n', ' kept as it is\r\n'],
          [emoji(100_000), emoji(100_000)],
          [emoji(100_001), '! length'],
          ['\0', '! invalid_character'],
          ['\udc00', '! invalid_character'],
        ],
        image: [
          ['', ''],
          ['https://example.org/a.png', 'https://example.org/a.png'],
          ['HTTP://EXAMPLE.ORG:8080/ä?q=1#x', 'HTTP://EXAMPLE.ORG:8080/ä?q=1#x'],
          [`https://example.org/${letters(2028)}`, `https://example.org/${letters(2028)}`],
          [`https://example.org/${letters(2029)}`, '! length'],
          ['ftp://example.org/a', '! pattern'],
          ['javascript:alert(1)', '! pattern'],
          ['//example.org/a', '! pattern'],
          ['https://', '! pattern'],
          ['https://exa mple.org', '! pattern'],
          ['https://example.org:99999/', '! pattern'],
          [' https://example.org', '! pattern'],
        ],
        password: [
          ['', null],
          ['correct horse', 'correct horse'],
          [letters(1024), letters(1024)],
          [letters(1025), '! length'],
          ['a\0b', '! invalid_character'],
        ],
        created_at: [
          ['2024-02-29T23:59:59.123456Z', '2024-02-29T23:59:59.123456Z'],
          ['2024-05-01t12:00:00z', '2024-05-01T12:00:00Z'],
          ['2024-05-01 12:00:00+05:30', '2024-05-01 12:00:00+05:30'],
          ['2024-05-01T12:00:00.120000000Z', '2024-05-01T12:00:00.120000000Z'],
          ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
          ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
          ['', null],
          ['2023-02-29T00:00:00Z', '! type_error'],
          ['2024-04-31T00:00:00Z', '! type_error'],
          ['2024-13-01T00:00:00Z', '! type_error'],
          ['2024-05-01T24:00:00Z', '! type_error'],
          ['2024-05-01T23:59:60Z', '! type_error'],
          ['2024-05-01T12:00:00', '! type_error'],
          ['2024-05-01', '! type_error'],
          ['1714557600', '! type_error'],
          ['2024-05-01T12:00:00.1234567Z', '! type_error'],
          ['2024-05-01T12:00:00+16:00', '! type_error'],
          ['0000-01-01T00:00:00Z', '! type_error'],
          ['0001-01-01T00:00:00+01:00', '! type_error'],
          ['9999-12-31T23:59:59-01:00', '! type_error'],
          ['01/02/2024', '! date_ambiguous'],
          ['1.2.24 10:00', '! date_ambiguous'],
        ],
      },
    ],
    [
      articles,
      {
        id: [
          ['1', '1'],
          ['9007199254740991', '9007199254740991'],
          ['9007199254740992', '! number_out_of_range'],
          ['99999999999999999999', '! number_out_of_range'],
          ['0', '! number_out_of_range'],
          ['-1', '! number_out_of_range'],
          ['007', '! type_error'],
          ['1.0', '! type_error'],
          ['1e3', '! type_error'],
          [' 1', '! type_error'],
          ['', null],
        ],
        slug: [
          ['a-tale-of-2-cities', 'a-tale-of-2-cities'],
          ['7', '7'],
          [letters(200), letters(200)],
          [letters(201), '! length'],
          ['A-tale', '! pattern'],
          ['a--tale', '! pattern'],
          ['-a', '! pattern'],
          ['a-', '! pattern'],
          ['a_b', '! pattern'],
          ['é', '! pattern'],
          ['a\n', '! pattern'],
        ],
        title: [
          ['T', 'T'],
          [emoji(300), emoji(300)],
          [emoji(301), '! length'],
        ],
        description: [
          ['', ''],
          [letters(2000), letters(2000)],
          [letters(2001), '! length'],
        ],
        body: [
          [letters(1_000_000), letters(1_000_000)],
          [letters(1_000_001), '! length'],
        ],
        author: [
          ['Zoe@Example.org', 'zoe@example.org'],
          ['Zoe', 'Zoe'],
          ['', null],
          ['a\0', '! invalid_character'],
        ],
        status: [
          ['draft', 'draft'],
          ['published', 'published'],
          ['archived', 'archived'],
          ['', null],
          ['Draft', '! enum'],
          ['deleted', '! enum'],
        ],
        tags: [
          ['', '{}'],
          ['a', '{"a"}'],
          ['a|b c|ä', '{"a","b c","ä"}'],
          ['a|b|a', '{"a","b"}'],
          ['a\\|b|c\\\\d', '{"a|b","c\\\\d"}'],
          ['say "hi"|{x,y}', '{"say \\"hi\\"","{x,y}"}'],
          ['null', '{"null"}'],
          ['a\\', '{"a\\\\"}'],
          ['a||b', '! length'],
          ['|', '! length'],
          [letters(64), `{"${letters(64)}"}`],
          [letters(65), '! length'],
          [Array.from({ length: 51 }, (_, at) => `t${at}`).join('|'), '! length'],
          ['a\0', '! invalid_character'],
        ],
      },
    ],
    [
      comments,
      {
        id: [
          ['cm_a-tale_1', 'cm_a-tale_1'],
          ['cm_7_12', 'cm_7_12'],
          ['', null],
          ['cm_a-tale_0', '! pattern'],
          ['cm_a-tale_01', '! pattern'],
          ['cm_a-tale', '! pattern'],
          ['cm__1', '! pattern'],
          ['cm_A_1', '! pattern'],
          ['1', '! pattern'],
          [`cm_${letters(250)}_1`, '! pattern'],
        ],
        article: [
          ['a-tale', 'a-tale'],
          ['A tale', '! pattern'],
        ],
        body: [
          [letters(100_000), letters(100_000)],
          [letters(100_001), '! length'],
        ],
      },
    ],
  ];

for (const [resource, fields] of CASES) {
  for (const [field, cases] of Object.entries(fields)) {
    test(`${resource.name}.${field}`, () => {
      for (const [value, expected] of cases) {
        assert.equal(reading(resource, field, value), expected, JSON.stringify(value.slice(0, 60)));
      }
    });
  }
}

test('a value that is nearly right comes with a suggestion', () => {
  const suggestions = [
    [users, 'email', ' Zoe@example.org ', 'zoe@example.org'],
    [articles, 'status', ' Published', 'published'],
    [articles, 'id', '007', '7'],
  ] as const;
  for (const [resource, name, value, expected] of suggestions) {
    const result = resource.fields.find((field) => field.name === name)?.read(value);
    assert.equal(result && 'fault' in result && result.fault.suggestion, expected);
  }
});

test('the id of a comment must name the article of the comment, where that is given by slug', () => {
  const check = (id: string | null, article?: string): number =>
    comments.check?.({ id, article }).length ?? -1;
  assert.equal(check('cm_a-tale_1', 'a-tale'), 0);
  assert.equal(check('cm_a-tale_1'), 0);
  assert.equal(check(null, 'a-tale'), 0);
  assert.equal(check('cm_a-tale_1', 'tale'), 1);
});

test('names of fields are the columns of the specification, in its order', () => {
  assert.deepEqual(
    CONTENT_RESOURCES.map(({ name, fields }) => `${name}: ${fields.map((field) => field.name).join(' ')}`),
    [
      'users: id email username bio image password created_at updated_at',
      'articles: id slug title description body author_id author status tags created_at updated_at',
      'comments: id article_id article author_id author body created_at updated_at',
    ],
  );
});
