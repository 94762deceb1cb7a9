import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '#test/support/server.ts';
import { imported, json, startContent } from './content-scene.ts';

const HASH = '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW';

const server = await startContent({ MAX_PLAIN_PASSWORDS: '2' });

function users(count: number, password: string): string {
  const rows = Array.from({ length: count }, (_, at) => `u${at}@example.org,u${at},${password}`);
  return `email,username,password\n${rows.join('\n')}\n`;
}

test('more plain passwords than allowed end the import before its first row, and its upload is removed', async () => {
  const { job_id: id, ...view } = await imported(server, 'users', users(3, 'sesame'), { status: 'failed' });
  assert.deepEqual([view.error_code, view.created_count], ['too_many_plain_passwords', 0]);
  assert.deepEqual((await json(server, '/v1/users')).data, []);
  const isRemoved = async (): Promise<boolean> =>
    (await json(server, `/v1/imports/${id}`)).file_deleted_at !== null;
  await until(isRemoved, 'the upload is removed');
});

test('passwords that are hashed already do not count', async () => {
  const view = await imported(
    server,
    'users',
    users(2, 'sesame') + users(50, HASH).split('\n').slice(3).join('\n'),
  );
  assert.deepEqual([view.created_count, view.fail_count], [50, 0]);
});
