import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TableRecord } from '../../table/task-table.ts';
import { createAnswerShelf } from './answer-shelf.ts';
import { createRowBatch, type RowBatch, type Shelves } from './row-batch.ts';

function addRow(batch: RowBatch, text: string, lineBreak: '' | '\n' | '\r\n' = '\n'): void {
  const lineBytes = (): Buffer => Buffer.from(text + lineBreak);
  batch.add({ lineBytes, lineBreak: () => lineBreak } as TableRecord, text);
}

function answerAll(batch: RowBatch): void {
  for (const question of batch.questions)
    batch.answer(`;<${question.slice(0, 8)}>`, question === 'Xi' ? 'none' : 'exact');
}

function written(batch: RowBatch, matches: Record<string, number> = {}): string {
  let text = '';
  for (const piece of batch.written(matches)) text += Buffer.from(piece).toString();
  return text;
}

test('a question is asked once, also when it comes again in a later batch or after its shelf was full', () => {
  const shelves: Shelves = [createAnswerShelf(), createAnswerShelf()];
  const batch = createRowBatch(shelves);
  for (const name of ['Ann', 'Xi', 'Ann']) addRow(batch, name);
  assert.deepEqual(batch.questions, ['Ann', 'Xi']);
  answerAll(batch);
  const matches = {};
  assert.equal(written(batch, matches), 'Ann;<Ann>\nXi;<Xi>\nAnn;<Ann>\n');
  assert.deepEqual(matches, { exact: 2, none: 1 });

  batch.clear([createAnswerShelf(), shelves[0]]);
  addRow(batch, 'Xi', '\r\n');
  addRow(batch, 'Bo', '');
  assert.deepEqual(batch.questions, ['Bo']);
  answerAll(batch);
  assert.equal(written(batch), 'Xi;<Xi>\r\nBo;<Bo>');
});

test('a batch that waits for its answers finds them, though another one goes on to the next shelf meanwhile', () => {
  const shelves: Shelves = [createAnswerShelf(), createAnswerShelf()];
  const [first, second] = [createRowBatch(shelves), createRowBatch([createAnswerShelf(), shelves[0]])];
  addRow(first, 'Ann');
  addRow(second, 'Bo');
  addRow(second, 'Ann');
  assert.deepEqual(second.questions, ['Bo']);
  answerAll(first);
  answerAll(second);
  assert.equal(written(first) + written(second), 'Ann;<Ann>\nBo;<Bo>\nAnn;<Ann>\n');
});

test('a shelf is full after so many questions, or so many bytes of them, and keeps every answer all the same', () => {
  const many = createAnswerShelf();
  for (let at = 0; at < 65_536; at++) {
    assert.equal(many.isFull, false);
    assert.equal(many.add(`n${at}`), at);
  }
  assert.equal(many.isFull, true);
  for (let at = 0; at <= many.add('one more'); at++) many.answer(`;${at}`, at % 2 === 0 ? 'exact' : 'none');
  const target = Buffer.alloc(20);
  for (const at of [0, 1, 40_000, 65_536]) {
    assert.equal(target.toString('latin1', 0, many.copyTo(target, 0, at)), `;${at}`);
    assert.equal(many.matchAt(at), at % 2 === 0 ? 'exact' : 'none');
  }
  assert.equal(many.placeOf('n40000'), 40_000);

  const long = createAnswerShelf();
  for (let at = 0; at < 9; at++) long.add(`${at}${'x'.repeat(1024 * 1024)}`);
  assert.equal(long.isFull, true);
});

test('a row longer than a piece is written whole, with its answer before the line break', () => {
  const batch = createRowBatch([createAnswerShelf(), createAnswerShelf()]);
  const long = 'y'.repeat(300_000);
  for (const text of ['Ann', long, 'Bo']) addRow(batch, text);
  answerAll(batch);
  assert.equal(written(batch), `Ann;<Ann>\n${long};<yyyyyyyy>\nBo;<Bo>\n`);
});
