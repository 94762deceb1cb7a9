import type { Client } from 'pg';

const OURS = `nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg\\_t%'`;

/** Everything that makes up a schema, one line each. Numbers that every creation draws anew are left out. */
const PARTS: Readonly<Record<string, string>> = {
  relations: `
    SELECT c.oid::regclass::text, c.relkind, c.relpersistence, c.reloptions, c.relrowsecurity, p.partstrat
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid
    WHERE ${OURS}`,
  columns: `
    SELECT a.attrelid::regclass::text, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum), a.attname,
           format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attcollation::regcollation::text,
           a.attstorage, a.attcompression, a.attstattarget, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND ${OURS}`,
  constraints: `
    SELECT conrelid::regclass::text, contypid::regtype::text, conname, convalidated, pg_get_constraintdef(c.oid)
    FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE ${OURS}`,
  indexes: `
    SELECT pg_get_indexdef(indexrelid), indisvalid, indisclustered, indisreplident
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}`,
  views: `
    SELECT c.oid::regclass::text, pg_get_viewdef(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relkind IN ('v', 'm') AND ${OURS}`,
  functions: `
    SELECT pg_get_functiondef(f.oid) FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
    WHERE prokind <> 'a' AND ${OURS} AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = f.oid AND deptype = 'e')`,
  triggers: `SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal`,
  types: `
    SELECT t.oid::regtype::text, typtype, typnotnull, typdefault,
           (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE typtype IN ('d', 'e', 'r') AND ${OURS}`,
  sequences: `
    SELECT seqrelid::regclass::text, seqtypid::regtype::text, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle
    FROM pg_sequence`,
  statistics: `SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext`,
  policies: `SELECT schemaname, tablename, policyname, cmd, qual, with_check FROM pg_policies`,
  extensions: `SELECT extname FROM pg_extension`,
  comments: `
    SELECT (pg_identify_object(classoid, objoid, objsubid)).identity, description FROM pg_description
    WHERE (pg_identify_object(classoid, objoid, objsubid)).schema NOT IN ('pg_catalog', 'information_schema')`,
};

/** The schema as sorted lines, to compare two of them. */
export async function describeSchema(client: Client): Promise<string[]> {
  const lines: string[] = [];
  for (const [part, statement] of Object.entries(PARTS)) {
    const { rows } = await client.query<unknown[]>({ text: statement, rowMode: 'array' });
    lines.push(...rows.map((row) => `${part}: ${JSON.stringify(row)}`).sort());
  }
  return lines;
}
