import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Resource } from '#engine/imports/resource.ts';
import { CONTENT_RESOURCES } from '#products/content/index.ts';
import { stage } from './staging-scene.ts';

const ID = '7b1d6f0a-3c1f-4f5e-9a51-0f6f4a2f0c11';
const TIME = '2024-05-01T12:30:00.123456+00:00';
const PHC = '$scrypt$ln=14,r=8,p=5$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g';

function resource(name: string): Resource {
  return CONTENT_RESOURCES.find((other) => other.name === name) as Resource;
}

/** The same record as CSV and as NDJSON, and the values that are staged. */
const RECORDS: Readonly<Record<string, { csv: string; json: object; staged: object }>> = {
  users: {
    csv: `id,email,username,bio,image,password,created_at\n${ID},Ann@Example.ORG,ann,"",https://x.example/a.png,${PHC.replace(/.*/, '"$&"')},2024-05-01T12:30:00.123456Z\n`,
    json: {
      id: ID,
      email: 'Ann@Example.ORG',
      username: 'ann',
      bio: '',
      image: 'https://x.example/a.png',
      password: PHC,
      created_at: '2024-05-01T14:30:00.123456+02:00',
    },
    staged: {
      id: ID,
      email: 'ann@example.org',
      username: 'ann',
      bio: '',
      image: 'https://x.example/a.png',
      password: PHC,
      created_at: TIME,
      updated_at: null,
    },
  },
  articles: {
    csv: `id;slug;title;body;author;status;tags\n007;a;T;B;ann;;\n7;on-bread;"On; bread";"'=1";Ann@example.org;;one|t\\|wo|one\n`,
    json: {
      id: 7,
      slug: 'on-bread',
      title: 'On; bread',
      body: '=1',
      author: 'ann@example.org',
      status: null,
      tags: ['one', 't|wo'],
    },
    staged: {
      id: 7,
      slug: 'on-bread',
      title: 'On; bread',
      description: null,
      body: '=1',
      author_id: null,
      author: 'ann@example.org',
      status: null,
      tags: ['one', 't|wo'],
    },
  },
  comments: {
    csv: `id\tarticle\tauthor_id\tbody\ncm_on-bread_1\ton-bread\t${ID}\t"a\r\nb"\n`,
    json: { id: 'cm_on-bread_1', article: 'on-bread', author_id: ID, body: 'a\r\nb' },
    staged: {
      id: 'cm_on-bread_1',
      article_id: null,
      article: 'on-bread',
      author_id: ID,
      author: null,
      body: 'a\r\nb',
    },
  },
};

for (const [name, { csv, json, staged }] of Object.entries(RECORDS)) {
  test(`${name} are staged alike from CSV and NDJSON`, async () => {
    const fromText = await stage(csv, { resource: resource(name) });
    const fromJson = await stage(`${JSON.stringify(json)}\n`, { resource: resource(name) });
    for (const { rows } of [fromText, fromJson]) {
      const row = rows.at(-1) ?? {};
      const found = Object.fromEntries(Object.keys(staged).map((key) => [key, row[key]]));
      assert.deepEqual(found, staged);
      assert.equal(row['is_rejected'], false);
    }
  });
}

test('ids keep their leading zeros: such a record is refused, and told what would do', async () => {
  const { errors } = await stage(RECORDS['articles']?.csv ?? '', { resource: resource('articles') });
  assert.deepEqual(
    errors.map(({ record, code, field, suggestion }) => [record, code, field, suggestion]),
    [[1, 'type_error', 'id', '7']],
  );
});

test('plain passwords are hashed on the way, whatever becomes of the record later', async () => {
  const { rows, result } = await stage('email,username,password\na@x.org,a,sesame\nb@x.org,b,\n', {
    resource: resource('users'),
  });
  assert.match(String(rows[0]?.['password']), /^\$scrypt\$ln=14,r=8,p=5\$/);
  assert.equal(rows[1]?.['password'], null);
  assert.equal(result.hasSecrets, true);
});
