import { type Load, runLoad } from './client.ts';

/** The clients of `bench/serve.ts`, in a process of their own. */
process.once('message', (load: Load) => {
  void runLoad(load).then((result) => {
    process.send?.(result);
    process.disconnect();
  });
});
