import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from './log.ts';

function capture(format: 'json' | 'text'): { log: ReturnType<typeof createLogger>; text: () => string } {
  let text = '';
  const destination = {
    write(line: string): void {
      text += line;
    },
  };
  return { log: createLogger({ level: 'info', format, destination }), text: () => text };
}

test('a line is one object with a word for the level and an exact time', () => {
  const { log, text } = capture('json');
  log.info({ rows: 3 }, 'imported');
  log.debug('not shown at this level');
  const line = JSON.parse(text()) as Record<string, unknown>;
  assert.equal(line['level'], 'info');
  assert.equal(line['msg'], 'imported');
  assert.equal(line['rows'], 3);
  assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('secrets are hidden wherever they turn up', () => {
  const { log, text } = capture('json');
  log.info({
    authorization: 'hush',
    headers: { authorization: 'hush', cookie: 'hush' },
    request: { headers: { authorization: 'hush' } },
    password: 'hush',
    user: { password: 'hush' },
    key: 'hush',
  });
  assert.doesNotMatch(text(), /hush/);
});

test('an error is shown with its cause, without what the database quotes of a row', () => {
  const { log, text } = capture('json');
  const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (email)=(zoe@x)' });
  log.error({ err: new Error('could not save', { cause }) });
  const { err } = JSON.parse(text()) as { err: Record<string, unknown> };
  assert.equal(err['message'], 'could not save');
  assert.equal((err['cause'] as { code: string }).code, '23505');
  assert.doesNotMatch(text(), /zoe@x/);
});

test('text is for people', () => {
  const { log, text } = capture('text');
  log.warn({ rows: 3 }, 'imported');
  assert.match(text(), /WARN.*imported/s);
});
