import type { RouteExample } from '#platform/http/access-rule.ts';

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly operationId: string;
            readonly 'x-example'?: RouteExample;
            readonly requestBody?: { readonly content: object };
          }
        >
      >
    >
  >;
}

export interface ExampleRequest {
  /** `GET /v1/names/{name}` */
  readonly title: string;
  /** Undefined: this operation gives no example, which is a fault of its route. */
  readonly example: RouteExample | undefined;
  readonly path: string;
  readonly init: RequestInit;
}

/** The example of every operation that `openapi.json` lists, ready for `fetch`. */
export async function exampleRequests(url: string, key: string): Promise<ExampleRequest[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => {
      const example = operation['x-example'];
      const multipart = 'multipart/form-data' in (operation.requestBody?.content ?? {});
      return {
        title: `${method.toUpperCase()} ${path}`,
        example,
        path: `${fillPath(path, example?.params ?? {})}${queryOf(example?.query ?? {})}`,
        init: {
          method: method.toUpperCase(),
          headers: {
            authorization: `Bearer ${key}`,
            ...contentType(example, multipart),
            ...example?.headers,
          },
          ...(example?.body === undefined ? {} : { body: bodyOf(example.body, multipart) }),
        },
      };
    }),
  );
}

/** `fetch` itself writes the type of a form, with its boundary. */
function contentType(example: RouteExample | undefined, multipart: boolean): Record<string, string> {
  return example?.body === undefined || multipart ? {} : { 'content-type': 'application/json' };
}

/** A text is as it goes over the line; a form is given by its parts, JSON by its value. */
function bodyOf(body: unknown, multipart: boolean): FormData | string {
  if (typeof body === 'string') return body;
  return multipart ? formOf(body as object) : JSON.stringify(body);
}

function fillPath(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

function queryOf(query: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, String(each)]),
  );
  return words.length === 0 ? '' : `?${new URLSearchParams(words).toString()}`;
}

/** `{ file: { filename, content } }` becomes a file part, anything else a field. */
function formOf(body: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(body) as [
    string,
    string | { filename: string; content: string },
  ][]) {
    if (typeof value === 'string') form.set(name, value);
    else form.set(name, new Blob([value.content]), value.filename);
  }
  return form;
}
