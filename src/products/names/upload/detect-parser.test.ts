import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import type { Source, SourceFile } from '#engine/ingestion/source-files.ts';
import { sourceOf } from '#test/support/parser-reading.ts';
import { NAME_PARSERS } from '../parsers/index.ts';
import type { NameParser } from '../parsers/name-parser.ts';
import { usSsa } from '../parsers/us-ssa.ts';
import type { TableHead } from '../tables/table-head.ts';
import { createSampler, type ParserEvidence, weighParsers } from './detect-parser.ts';

function sourceWith(...files: readonly SourceFile[]): Source {
  const kind = files.length > 1 ? 'zip' : 'plain';
  return { kind, files, size: 0, bytesRead: () => 0, close: () => Promise.resolve() };
}

function weigh(files: readonly SourceFile[], parsers: readonly NameParser[]): Promise<ParserEvidence[]> {
  return weighParsers(sourceWith(...files), parsers, createSampler(), DEFAULT_LIMITS);
}

/** A parser that notes what it is shown and takes nothing. */
function witness(seen: TableHead[], dialect?: NameParser['dialect']): NameParser {
  const { dialect: _own, ...facts } = usSsa;
  const recognize = (table: TableHead) => void seen.push(table);
  return { ...facts, ...(dialect && { dialect }), recognize };
}

test('a file is opened once, and split once for each way of writing, however many parsers look', async () => {
  let opened = 0;
  const file = sourceOf({ text: 'Jahr;Name\n2020;Mia\n' });
  const counted: SourceFile = {
    ...file,
    open(signal) {
      opened++;
      return file.open(signal);
    },
  };
  const seen: TableHead[] = [];
  const comma = { separator: ',' } as const;
  const parsers = [witness(seen), witness(seen), witness(seen, comma), witness(seen, { ...comma })];
  await weigh([counted], [...NAME_PARSERS, ...parsers]);
  assert.equal(opened, 1);
  assert.deepEqual([seen[0] === seen[1], seen[2] === seen[3], seen[0] === seen[2]], [true, true, false]);
});

test('a parser is as sure as it reads rows; a note counts as read, a bad row does not', async () => {
  const text =
    'sexe;preusuel;annais;nombre\n2;MARIE;1900;48713\n1;LÉO;2021;x\n2;JEANNE;1900;13981\nSource : Insee;;;\n';
  const evidence = await weigh([sourceOf({ text })], NAME_PARSERS);
  const fitting = evidence.filter(({ fits }) => fits);
  assert.deepEqual(
    fitting.map(({ parser, rowsLookedAt, rowsFitting, confidence, found }) => {
      return [parser.id, rowsLookedAt, rowsFitting, confidence, found];
    }),
    [['fr_insee', 4, 2, 0.75, 'header in row 1: sexe, preusuel, annais, nombre']],
  );
  assert.ok(evidence.every(({ fits, confidence }) => fits || confidence === 0));
});

test('of an archive every file has to fit; one that is no text or empty says nothing', async () => {
  const good = sourceOf({ file: 'yob1880.txt', text: 'Mary,F,7065\n' });
  const empty = sourceOf({ file: 'yob1881.txt', text: '' });
  const picture = sourceOf({ file: 'yob1882.txt', text: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1]) });
  const other = sourceOf({ file: 'other.txt', text: 'rang;nom\n1;Marie\n' });
  assert.equal((await weigh([good, empty, picture], [usSsa]))[0]?.fits, true);
  assert.equal((await weigh([good, other], [usSsa]))[0]?.fits, false);
  await assert.rejects(weigh([empty, empty], [usSsa]), { code: 'empty_file' });
  await assert.rejects(weigh([picture], [usSsa]), { code: 'not_text' });
});
