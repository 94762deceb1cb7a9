import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { nameFile } from '../../scripts/generate/name-file.ts';
import { planNames } from '../../scripts/generate/name-plan.ts';

const ROWS = 150_000;
const BAD_ROWS = [
  'CA,F,2001,Ann,0',
  'CA,X,2001,Ann,7',
  'CA,F,1799,Ann,7',
  'ZZ,F,2001,Ann,7',
  'CA,F,2001,Ann',
];

/** Writes a file of states that takes about a second to import, with some records that are refused. */
export async function writeStatesFile(path: string, seed: number): Promise<void> {
  const plan = planNames({
    rows: ROWS,
    seed,
    layout: 'us_ssa_state',
    areas: 6,
    firstYear: 1990,
    lastYear: 2024,
    shuffle: false,
  });
  const out = createWriteStream(path);
  let chunks = 0;
  for (const chunk of nameFile(plan)) {
    out.write(chunk);
    if (chunks++ === 0) for (const bad of BAD_ROWS) out.write(`${bad}\r\n`);
  }
  for (const bad of BAD_ROWS.slice(0, 2)) out.write(`${bad}\r\n`);
  out.end();
  await once(out, 'close');
}
