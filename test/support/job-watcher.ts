import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';

/** A state of a job as an event told it. */
interface JobEvent {
  readonly id: string;
  /** `Date.now()` when it came. */
  readonly at: number;
  readonly job: {
    readonly id: string;
    readonly status: string;
    readonly started_at: string | null;
    readonly completed_at: string | null;
  };
}

export interface JobWatcher {
  /** All that have come so far. */
  readonly events: readonly JobEvent[];
  /** Fulfilled when the server has ended the stream, rejected when it breaks. */
  readonly ended: Promise<void>;
}

const CONNECTIONS = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

/** Opens the event stream of a job over a connection of its own; answers once the first event is there. */
export async function watchJob(url: string, authorization: string): Promise<JobWatcher> {
  const request = get(url, { agent: CONNECTIONS, headers: { authorization } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode}`);
  const events: JobEvent[] = [];
  const first = Promise.withResolvers<void>();
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, id, data] = /^id: (.*)\nevent: job\ndata: (.*)$/.exec(block) ?? [];
      if (id === undefined || data === undefined) continue;
      events.push({ id, at: Date.now(), job: JSON.parse(data) as JobEvent['job'] });
      first.resolve();
    }
  });
  const ended = once(response, 'end').then(() => first.reject(new Error(`${url} ended without an event`)));
  ended.catch(first.reject);
  await first.promise;
  return { events, ended };
}
