import { Client } from 'pg';

/** Runs `work` on a new connection. */
export async function onConnection<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'affirm-name bench' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
