// The client of openapi-generator's typescript-fetch. Prints what an echo answered and the code of a problem.
import { Configuration, Order, QueueApi, QueueRequest, ResponseError } from "./generated";

declare const process: { argv: string[] };

const orders: Order[] = [
  { type: "echo" },
  { type: "sleep", payload: { seconds: 0 } },
  { type: "http", payload: { url: "https://hooks.example.com/" }, maxAttempts: 2 },
];

function seconds(request: QueueRequest): number | undefined {
  return request.type === "sleep" ? request.result?.seconds : undefined;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "none";
  } catch (error) {
    if (error instanceof ResponseError) return (await error.response.json()).code;
    throw error;
  }
}

async function main([url, token]: string[]): Promise<void> {
  const api = new QueueApi(new Configuration({ basePath: url, accessToken: token }));
  const sent = await api.enqueue({ order: { type: "echo", payload: { n: 1 } } });
  const batch = await api.enqueueBatch({ batch: { requests: orders.slice(0, 2) } });
  const done = await api.showRequest({ seq: sent.seq, wait: 20 });
  if (done.type !== "echo") throw new Error("no echo");
  const code = await codeOf(api.showRequest({ seq: 999 }));
  const numbers = batch.requests.map((request) => request.seq);
  if (seconds(batch.requests[0]) !== undefined) throw new Error('it has slept');
  console.log(JSON.stringify({ n: done.result?.n, numbers, code }));
}

main(process.argv.slice(2));
