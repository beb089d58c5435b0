// The client of @hey-api/openapi-ts. Prints what an echo answered and the code of a problem.
import { client } from "./generated/client.gen";
import { enqueue, enqueueBatch, showRequest } from "./generated/sdk.gen";
import type { Order, QueueRequest } from "./generated/types.gen";

declare const process: { argv: string[] };

const orders: Order[] = [
  { type: "echo" },
  { type: "sleep", payload: { seconds: 0 } },
  { type: "http", payload: { url: "https://hooks.example.com/" }, max_attempts: 2 },
];

function seconds(request: QueueRequest): number | undefined {
  return request.type === "sleep" ? request.result?.seconds : undefined;
}

async function main([url, token]: string[]): Promise<void> {
  client.setConfig({ baseUrl: url, auth: token });
  const sent = await enqueue({ body: { type: "echo", payload: { n: 1 } }, throwOnError: true });
  const batch = await enqueueBatch({ body: { requests: orders.slice(0, 2) }, throwOnError: true });
  const done = await showRequest({ path: { seq: sent.data.seq }, query: { wait: 20 }, throwOnError: true });
  if (done.data.type !== "echo") throw new Error("no echo");
  const refused = await showRequest({ path: { seq: 999 } });
  const numbers = batch.data.requests.map((request) => request.seq);
  if (seconds(batch.data.requests[0]) !== undefined) throw new Error('it has slept');
  console.log(JSON.stringify({ n: done.data.result?.n, numbers, code: refused.error?.code }));
}

main(process.argv.slice(2));
