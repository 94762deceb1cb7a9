import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '#platform/errors.ts';
import { createPasswordHasher, isPasswordHash } from './password-hash.ts';
import { passwordProtector } from './protect-passwords.ts';

const HASHES = [
  '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b4dWRWJTmaaJObG4Wz9cTjZAiU',
  '$argon2i$v=19$m=4096,t=3,p=1$c29tZXNhbHQ$iWh06vD8Fy27wf9npn6FXWiCX4K6pW6Ue1Bnzz07Z8A',
  '$scrypt$ln=14,r=8,p=5$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b4dWRWJTmaaJObG4Wz9cTjZAiU',
  '$pbkdf2-sha256$i=600000,l=32$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b4dWRWJTmaaJObG4Wz9cTjZAiU',
  '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW',
];

test('hashes of other systems are known', () => {
  for (const text of HASHES) assert.ok(isPasswordHash(text), text);
});

test('what only looks like a hash is plain text', () => {
  const alike = [
    '',
    '$',
    '$ecret$',
    '$argon2id$v=19$m=1,t=1,p=1$$',
    '$2b$12$short',
    '$argon2id$my$password$x',
    '$1$a$b',
  ];
  for (const text of alike) assert.ok(!isPasswordHash(text), text);
  for (const text of HASHES) assert.ok(!isPasswordHash(` ${text}`) && !isPasswordHash(`${text}\n`), text);
  fc.assert(fc.property(fc.string(), (text) => !isPasswordHash(text)));
  fc.assert(fc.property(fc.string(), (text) => !isPasswordHash(`$argon2id$v=19$${text}`)));
});

test('a password becomes a PHC string of scrypt with a salt of its own', async () => {
  const hasher = createPasswordHasher();
  const [first, second] = await Promise.all([hasher('correct horse'), hasher('correct horse')]);
  assert.notEqual(first, second);
  assert.ok(isPasswordHash(first));
  const [, , , salt = '', hash = ''] = first.split('$');
  const expected = scryptSync('correct horse', Buffer.from(salt, 'base64'), 32, { N: 2 ** 14, r: 8, p: 5 });
  assert.equal(hash, expected.toString('base64').replaceAll('=', ''));
});

test('hashing keeps the event loop free and takes few threads', async () => {
  const hasher = createPasswordHasher(2);
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  await Promise.all(Array.from({ length: 4 }, (_, at) => hasher(`password ${at}`)));
  clearInterval(timer);
  assert.ok(turns >= 10, `${turns} turns`);
});

test('at most so many are hashed at once, and a failure gives its place back', async () => {
  const hasher = createPasswordHasher(1);
  const finished: string[] = [];
  const hashed = ['a', 'b', 'c'].map((password) => hasher(password).then(() => finished.push(password)));
  await Promise.all(hashed);
  assert.deepEqual(finished, ['a', 'b', 'c']);
  await assert.rejects(hasher(undefined as unknown as string));
  assert.ok(isPasswordHash(await hasher('d')));
});

test('an import keeps hashes and has a limited number of plain passwords', async () => {
  const protector = passwordProtector(async (password) => `hashed ${password}`, 2);
  const protect = protector();
  for (const text of HASHES) assert.equal(protect(text), text);
  assert.equal(await protect('a'), 'hashed a');
  assert.equal(await protect('b'), 'hashed b');
  assert.throws(
    () => protect('hunter2'),
    (error) =>
      error instanceof AppError &&
      error.code === 'too_many_plain_passwords' &&
      !error.message.includes('hunter2'),
  );
  assert.equal(await protector()('c'), 'hashed c');
});
