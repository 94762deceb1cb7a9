import { globSync, readFileSync } from 'node:fs';

/** The first group whose pattern fits a file is the file's group. */
const GROUPS = [
  { name: 'parsers', gate: 90, pattern: /^src\/products\/[^/]+\/parsers\// },
  { name: 'queries', gate: 80, pattern: /\.query\.ts$/ },
  { name: 'routes', gate: 75, pattern: /\.route\.ts$/ },
  { name: 'services', gate: 85, pattern: /^src\/(engine|products)\// },
];

interface Lines {
  readonly found: number;
  readonly hit: number;
}

/** Prints the share of covered lines of each group, and says whether every group reaches its gate. */
export function checkCoverage(lcovFile: string): boolean {
  const covered = readLcov(lcovFile);
  const sources = globSync('src/**/*.ts')
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.endsWith('.test.ts'));
  const groupOf = (file: string): string | undefined =>
    GROUPS.find(({ pattern }) => pattern.test(file))?.name;

  const results = GROUPS.map(({ name, gate }) => {
    const members = sources.filter((file) => groupOf(file) === name);
    // A file that no test loads is missing from the report; all its lines count as not covered.
    const lines = members.map((file) => covered.get(file) ?? { found: linesOfCode(file), hit: 0 });
    const found = lines.reduce((sum, line) => sum + line.found, 0);
    const hit = lines.reduce((sum, line) => sum + line.hit, 0);
    const percent = found === 0 ? 100 : (100 * hit) / found;
    const passes = percent >= gate;
    console.log(
      `coverage of ${name}: ${percent.toFixed(1)} % of ${found} lines (gate ${gate} %)${passes ? '' : '  TOO LOW'}`,
    );
    return passes;
  });
  return results.every(Boolean);
}

function readLcov(file: string): Map<string, Lines> {
  const covered = new Map<string, Lines>();
  for (const record of readFileSync(file, 'utf8').split('end_of_record')) {
    const source = /^SF:(.+)$/m.exec(record)?.[1]?.replaceAll('\\', '/');
    if (source === undefined) continue;
    covered.set(source, {
      found: Number(/^LF:(\d+)$/m.exec(record)?.[1] ?? 0),
      hit: Number(/^LH:(\d+)$/m.exec(record)?.[1] ?? 0),
    });
  }
  return covered;
}

/** None in a file of types alone, of which nothing ever runs. */
function linesOfCode(file: string): number {
  const text = readFileSync(file, 'utf8');
  return /^(?:export )?(?:async )?(?:const|let|function|class|await)\b/m.test(text)
    ? text.split('\n').length
    : 0;
}
