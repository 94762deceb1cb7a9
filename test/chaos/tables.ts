import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { createRandom } from '#test/support/random.ts';
import { nameFile } from '../../scripts/generate/name-file.ts';
import { planNames } from '../../scripts/generate/name-plan.ts';

const NAMES = [
  'Jack',
  'Noah',
  'Olivia',
  'Emily',
  'Zoë',
  'Isla',
  'Mary-Jane',
  'Q',
  'JACK',
  'olivia',
  'Nobody',
];
const TOWNS = ['Köln', 'Zürich', 'Łódź', 'Perth', 'Ayr', "L'Île", 'Oban', 'NULL', ' Wick ', ''];
const CHUNK_ROWS = 5_000;

/** Who sent what: a table with leading zeros, quotes, texts of many kinds, and records that are no good. */
export function writeTable(path: string, rows: number, seed: number): void {
  const random = createRandom(seed);
  const file = openSync(path, 'w');
  writeSync(file, 'id,name,town,year,amount,note\r\n');
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    let text = '';
    for (let at = from; at < Math.min(rows, from + CHUNK_ROWS); at++) {
      const amount = `${random.below(100_000)}.${random.below(10)}0`;
      const year = 1990 + random.below(30);
      const id = String(at).padStart(9, '0');
      text += `${id},${random.pick(NAMES)},"${random.pick(TOWNS)}",${year},${amount},"said ""${random.below(1000)}"""\r\n`;
      // Too few cells, too many.
      if (at % 97 === 50) text += `${id},short\r\n`;
      if (at % 193 === 70) text += `${id},a,b,2001,1,c,too much\r\n`;
    }
    writeSync(file, text);
  }
  closeSync(file);
}

/** The second file of a join: towns and what is known of them. */
export function writeTowns(path: string): void {
  const rows = TOWNS.slice(0, 6).map((town, at) => `"${town}",region ${at}\n`);
  writeFileSync(path, `town,region\n${rows.join('')}`);
}

/** First names as the offices of the United States publish them, with some lines that are refused. */
export function writeNames(
  path: string,
  {
    rows,
    seed,
    years,
    isByState,
  }: {
    readonly rows: number;
    readonly seed: number;
    readonly years: readonly [number, number];
    readonly isByState: boolean;
  },
): void {
  const plan = planNames({
    rows,
    seed,
    layout: isByState ? 'us_ssa_state' : 'us_ssa',
    areas: 5,
    firstYear: years[0],
    lastYear: years[1],
    shuffle: false,
  });
  const bad = isByState ? [`CA,F,${years[0]},Ann,0`, `CA,F,${years[0]},Ann`] : ['Ann,F,0', 'Ann,F,1e3'];
  const file = openSync(path, 'w');
  for (const chunk of nameFile(plan)) writeSync(file, chunk);
  for (const line of bad) writeSync(file, `${line}\r\n`);
  closeSync(file);
}

/** Each fiftieth user is no good by itself, each seventieth repeats an address. */
export function writeUsers(path: string, chain: number, rows: number, bio: string): void {
  const lines = Array.from({ length: rows }, (_, n) => {
    const email = n % 50 === 20 ? 'nobody' : `u${chain}-${n % 70 === 69 ? n - 5 : n}@example.org`;
    return `${userId(chain, n)},${email},u${chain}-${n},"${bio} ${n}"\n`;
  });
  writeFileSync(path, `id,email,username,bio\n${lines.join('')}`);
}

/** Some authors are not there. */
export function writeArticles(path: string, chain: number, rows: number, users: number): void {
  const lines = Array.from({ length: rows }, (_, n) =>
    JSON.stringify({
      slug: `a${chain}-${n}`,
      title: `Article ${n}`,
      body: 'Text. '.repeat(1 + (n % 20)),
      author: `u${chain}-${n % 40 === 7 ? users + n : (n * 7) % users}`,
      status: n % 3 === 0 ? 'published' : 'draft',
      tags: [`t${n % 5}`, `t${chain}-${n % 11}`],
    }),
  );
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** Comments without ids, which are numbered by article. */
export function writeComments(path: string, chain: number, rows: number, articles: number): void {
  const lines = Array.from(
    { length: rows },
    (_, n) => `a${chain}-${(n * 3) % (articles + 5)},u${chain}-${1 + (n % 15)},"Comment ${n}"\n`,
  );
  writeFileSync(path, `article,author,body\n${lines.join('')}`);
}

function userId(chain: number, n: number): string {
  return `0000000${chain}-0000-4000-8000-${((n * 104_729) % 999_983).toString(16).padStart(12, '0')}`;
}
