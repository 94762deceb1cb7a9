import { aggregate } from './aggregate.ts';
import { clean } from './clean.ts';
import { convert } from './convert.ts';
import { deduplicate } from './deduplicate.ts';
import { enrich } from './enrich.ts';
import type { AskNames } from './enrich/asked-names.ts';
import type { Operation } from './operation.ts';
import { join } from './join.ts';
import { profile } from './profile.ts';
import { sample } from './sample.ts';
import { select } from './select.ts';
import { sort } from './sort.ts';
import { split } from './split.ts';
import { validate } from './validate.ts';

export interface OperationDependencies {
  /** Answers about names, for one task. */
  readonly openNames: () => AskNames;
}

/** Everything that tasks can do, in the order in which it is listed. */
export function taskOperations({ openNames }: OperationDependencies): readonly Operation[] {
  return [
    profile,
    select,
    clean,
    convert,
    sort,
    deduplicate,
    aggregate,
    join,
    split,
    sample,
    validate,
    enrich(openNames),
  ];
}
