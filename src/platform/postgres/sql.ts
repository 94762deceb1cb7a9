/** One statement with its parameters; made by the `sql` template only, so that no value is ever pasted into text. */
export interface Sql {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Sent under a name, so that a connection plans it once; only where the pool allows that. */
  readonly isPrepared?: boolean;
}

const fragments = new WeakSet<Sql>();

/** `sql\`SELECT … ${value}\``: values become numbered parameters, other `sql` fragments are inlined. */
export function sql(strings: TemplateStringsArray, ...parts: readonly unknown[]): Sql {
  let text = strings[0] ?? '';
  const values: unknown[] = [];
  parts.forEach((part, index) => {
    if (isFragment(part)) {
      text += part.text.replaceAll(/\$(\d+)/g, (_, n: string) => `$${Number(n) + values.length}`);
      values.push(...part.values);
    } else {
      values.push(part);
      text += `$${values.length}`;
    }
    text += strings[index + 1] ?? '';
  });
  return register({ text, values });
}

/** A statement asked so often that planning it each time would cost more than running it. */
export function prepared(statement: Sql): Sql {
  return register({ ...statement, isPrepared: true });
}

/** Text that the code itself wrote (a table name of a fixed list, never a caller's word) as a fragment. */
export function rawSql(text: string): Sql {
  return register({ text, values: [] });
}

/** Fragments in a row, e.g. conditions joined by ` AND `. */
export function joinSql(list: readonly Sql[], separator: string): Sql {
  return list.reduce(
    (left, right, index) => (index === 0 ? right : sql`${left}${rawSql(separator)}${right}`),
    rawSql(''),
  );
}

function register(fragment: Sql): Sql {
  fragments.add(fragment);
  return fragment;
}

function isFragment(part: unknown): part is Sql {
  return typeof part === 'object' && part !== null && fragments.has(part as Sql);
}
