/** node scripts/e2e/check-calls.ts OPENAPI CALLS: was every operation called? CALLS has a line for each call. */
import { readFileSync } from 'node:fs';
import { type OpenApi, uncalledOperations } from './called-operations.ts';

const [openapi = '', calls = ''] = process.argv.slice(2);
const description = JSON.parse(readFileSync(openapi, 'utf8')) as OpenApi;
const { operations, uncalled } = uncalledOperations(description, readFileSync(calls, 'utf8'));
for (const operation of uncalled) console.error(`FAIL  not called: ${operation}`);
console.log(`${operations - uncalled.length} of ${operations} operations were called.`);
if (uncalled.length > 0) process.exitCode = 1;
