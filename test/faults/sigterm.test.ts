import { suite, test } from 'node:test';
import { startApart, startTogether } from './import-scene.ts';
import { allAre, beginWork, stopWorkerAtWork, exitsInTime, RUNNING } from './sigterm-run.ts';

suite('SIGTERM in the middle of an import, an export and a task', { concurrency: true }, () => {
  test('to a worker: it gives them back, and another one goes on', async (t) => {
    const scene = await startApart();
    t.after(() => scene.stop());
    await stopWorkerAtWork(t, scene);
  });

  test('to the API: workers go on as if nothing had happened', async (t) => {
    const scene = await startApart();
    t.after(() => scene.stop());
    const work = await beginWork(t, scene);
    await exitsInTime(() => scene.stopServer());
    await allAre(scene, work.jobs, RUNNING);
    await work.release();
    await work.check();
  });

  test('to the one process with the database in it: the next one goes on', async (t) => {
    const scene = await startTogether();
    t.after(() => scene.stop());
    const work = await beginWork(t, scene);
    await exitsInTime(() => scene.stopServer());
    await work.release();
    await scene.recover();
    await work.check();
  });
});
