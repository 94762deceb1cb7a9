export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Operation {
  /** `GET /v1/names/{name}` */
  readonly title: string;
  readonly fits: RegExp;
}

/** Compares calls (a line `GET /v1/names/Emma` each) with the operations of a description. */
export function uncalledOperations(
  openapi: OpenApi,
  calls: string,
): { operations: number; uncalled: string[] } {
  const operations = operationsOf(openapi);
  const called = new Set(
    calls.split('\n').map((call) => operations.find(({ fits }) => fits.test(call))?.title),
  );
  const uncalled = operations
    .map(({ title }) => title)
    .filter((title) => !called.has(title))
    .toSorted();
  return { operations: operations.length, uncalled };
}

/** A path without parameters before one that would take its words for a parameter. */
function operationsOf({ paths }: OpenApi): Operation[] {
  const parameters = (path: string): number => path.split('{').length;
  return Object.entries(paths)
    .toSorted(([a], [b]) => parameters(a) - parameters(b))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => {
        const title = `${method.toUpperCase()} ${path}`;
        const pattern = title
          .replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
          .replaceAll(/\{\w+\}/g, '[^/]+');
        return { title, fits: new RegExp(`^${pattern}$`) };
      }),
    );
}
