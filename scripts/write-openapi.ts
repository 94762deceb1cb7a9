/** Writes openapi.json, the description of the whole API as /openapi.json serves it. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeApi } from '#test/support/composed-api.ts';

writeFileSync(resolve(import.meta.dirname, '../openapi.json'), await describeApi());
