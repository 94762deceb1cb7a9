import { type Static, Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { formLike } from '../table/table-form.ts';
import { headerLine, writeRecord } from '../table/copy-record.ts';
import { defineOperation, type TaskOutcome, type TaskRun } from './operation.ts';
import { seededRandom } from './seeded-random.ts';

const Options = Type.Object({
  records: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'So many; all of a shorter file',
    }),
  ),
  fraction: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'This share of all records, to the nearest record',
    }),
  ),
  seed: Type.Optional(
    Type.String({
      maxLength: 200,
      default: '1',
      description: 'The same seed takes the same records of a file',
    }),
  ),
});
type Options = Static<typeof Options>;

/** Records taken by chance, in file order. */
export const sample = defineOperation({
  id: 'sample',
  summary: 'Records taken by chance, in the order of the file',
  description:
    'Each record is equally likely to be among the `records` or the `fraction` that is asked for; exactly so many are ' +
    'taken. The others are left out as `not_sampled`. The file is read twice, and the memory does not depend on the size ' +
    'of the sample.',
  options: Options,
  example: { records: 1, seed: 'a' },
  check: (options) => assertSize(options),
  run: takeSample,
});

/**
 * Knuth's selection sampling (The Art of Computer Programming 2, 3.4.2, algorithm S): with the number of records known,
 * each one is decided in its turn.
 */
async function takeSample({
  options,
  table,
  result,
  ledger,
  progress,
}: TaskRun<Options>): Promise<TaskOutcome> {
  let total = 0;
  progress({ phase: 'counting' });
  await table.read({
    record() {
      total++;
    },
  });
  progress({ phase: 'sampling' });
  const { records = Math.round((options.fraction ?? 0) * total), seed = '1' } = options;
  const random = seededRandom(seed);
  const wanted = Math.min(records, total);
  let seen = 0;
  let taken = 0;
  result.open(formLike(table));
  result.write(headerLine(table));
  await table.read(
    {
      record(record) {
        const isTaken = random() * (total - seen) < wanted - taken;
        seen++;
        if (!isTaken) return ledger.leaveOut('not_sampled');
        taken++;
        writeRecord(record, result);
        ledger.use();
      },
    },
    { isRepeat: true },
  );
  return { recordsWritten: taken, details: { seed } };
}

function assertSize({ records, fraction }: Options): void {
  if ((records === undefined) !== (fraction === undefined)) return;
  const message = 'Say either how many records ("records") or which share of them ("fraction").';
  throw new AppError('unprocessable', 'options_contradict', message, { fields: ['records', 'fraction'] });
}
