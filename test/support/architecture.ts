import { posix } from 'node:path';

/** Top to bottom. A file may import its own layer and the layers below it. */
const LAYERS = ['bin', 'products', 'engine', 'platform'];

const MAX_LINES = 300;

/** Modules and packages that only files of one kind may import. Tests may import all of them. */
const RESERVED: readonly { readonly imported: RegExp; readonly by: RegExp; readonly why: string }[] = [
  {
    imported: /^platform\/postgres\/sql\.ts$/,
    by: /\.query\.ts$|^platform\/(postgres|duckdb)\//,
    why: 'SQL stands in *.query.ts',
  },
  {
    imported: /^platform\/config(-.+)?\.ts$/,
    by: /^bin\/|^platform\/config(-.+)?\.ts$/,
    why: 'bin/ reads the settings and hands each part down',
  },
  {
    imported: /^engine\/jobs\/define-job\.ts#defineJob$/,
    by: /\.job\.ts$/,
    why: 'jobs are defined in *.job.ts',
  },
  { imported: /^pg$|^pg-/, by: /^platform\/postgres\//, why: 'platform/postgres is the only door to it' },
  {
    imported: /^amqplib$/,
    by: /^platform\/messaging\//,
    why: 'platform/messaging is the only door to it',
  },
  { imported: /^@duckdb\//, by: /^platform\/duckdb\//, why: 'platform/duckdb is the only door to it' },
  {
    imported: /^@fastify\/(?!type-provider-typebox$)/,
    by: /^platform\/http\//,
    why: 'platform/http sets the server up',
  },
  {
    imported: /^node:(http|https|http2)$/,
    by: /^platform\/http\/|^bin\//,
    why: 'platform/http is the only door to it',
  },
];

/** Words that a source file may hold only in some places; comments do not count. */
const CONFINED: readonly { readonly text: RegExp; readonly to: RegExp; readonly why: string }[] = [
  {
    text: /\bprocess\.env\b/,
    to: /^platform\/config(-.+)?\.ts$|^bin\//,
    why: 'process.env is read in bin/ and platform/config.ts',
  },
  {
    text: /\.(get|post|put|patch|delete)\(\s*['"`]\/|\bregisterList\(/,
    // The command line calls such paths.
    to: /\.route\.ts$|^platform\/http\/|^bin\/client\//,
    why: 'paths are registered in *.route.ts',
  },
  {
    text: /['"`]\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|COPY|WITH|CREATE|ALTER|DROP|TRUNCATE|LOCK)\s/,
    to: /\.query\.ts$|^platform\/postgres\//,
    why: 'SQL stands in *.query.ts',
  },
];

const VAGUE_FOLDERS = /(^|\/)(utils?|helpers?|common|misc|shared|lib)\//;

/** What is wrong with a source file, in words. `file` is its path below src/. */
export function violations(file: string, text: string): string[] {
  const isTest = file.endsWith('.test.ts');
  const code = withoutComments(text);
  return [
    ...importsOf(file, code).flatMap((imported) => importViolations(file, imported, isTest)),
    ...(isTest ? [] : CONFINED)
      .filter((rule) => rule.text.test(code) && !rule.to.test(file))
      .map(({ why }) => why),
    ...sizeViolations(text),
    ...(VAGUE_FOLDERS.test(file) ? ['a folder is named after what its files are about'] : []),
  ];
}

/** Tests that would be left out of every run: `.only` hides the others, a skip without a reason hides itself. */
export function hiddenTests(text: string): string[] {
  const code = withoutComments(text);
  const found = code.match(
    /\b(?:test|it|describe|suite)\.(?:only|skip|todo)\(|\b(?:only|skip|todo): true\b|\bt\.(?:skip|todo)\(\)/g,
  );
  return [...(found ?? [])];
}

function importViolations(file: string, imported: string, isTest: boolean): string[] {
  const [layer = '', product] = file.split('/');
  const [path = ''] = imported.split('#');
  const [importedLayer = '', importedProduct] = path.split('/');
  if (LAYERS.includes(importedLayer)) {
    if (LAYERS.indexOf(layer) > LAYERS.indexOf(importedLayer)) return [`${layer} must not know ${path}`];
    if (importedLayer === 'products' && layer === 'products' && product !== importedProduct)
      return [`${product} must not know ${path}`];
    if (importedLayer === 'products' && layer === 'bin' && !path.endsWith('/index.ts'))
      return [`bin takes a product by its index.ts, not by ${path}`];
  }
  if (isTest) return [];
  return RESERVED.filter((rule) => rule.imported.test(imported) && !rule.by.test(file)).map(
    ({ why }) => `imports ${path}: ${why}`,
  );
}

/** Paths below src/ and packages (their types are free); a value reserved by name comes as `path#name`. */
function importsOf(file: string, code: string): string[] {
  const specifiers = [
    ...code.matchAll(/\b(?:import|export)\b([^;'"]*?)\bfrom\s*'([^']+)'/g),
    ...code.matchAll(/\bimport(\s*\(?\s*)'([^']+)'/g),
  ];
  return specifiers.flatMap(([, names = '', specifier = '']) => {
    const path = resolved(file, specifier);
    const isPackage = !/^[.#]/.test(specifier);
    if (isPackage && /^\s*type\b/.test(names)) return [];
    const isValue = /\bdefineJob\b/.test(names);
    return isValue ? [path, `${path}#defineJob`] : [path];
  });
}

function resolved(file: string, specifier: string): string {
  if (specifier.startsWith('#')) return specifier.slice(1);
  return specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier;
}

function sizeViolations(text: string): string[] {
  const lines = text.split('\n').length - 1;
  return lines > MAX_LINES ? [`${lines} lines, ${MAX_LINES} is the most`] : [];
}

/** Good enough for code that a formatter has laid out. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*\*?[^]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}
