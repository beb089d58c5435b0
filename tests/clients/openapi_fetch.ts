// The types of openapi-typescript, with openapi-fetch. Prints what an echo answered and the code of a problem.
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/schema";

declare const process: { argv: string[] };

const orders: components["schemas"]["Order"][] = [
  { type: "echo" },
  { type: "sleep", payload: { seconds: 0 } },
  { type: "http", payload: { url: "https://hooks.example.com/" }, max_attempts: 2 },
];

function seconds(request: components["schemas"]["QueueRequest"]): number | undefined {
  return request.type === "sleep" ? request.result?.seconds : undefined;
}

async function main([url, token]: string[]): Promise<void> {
  const api = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });
  const sent = await api.POST("/api/queue/enqueue", { body: { type: "echo", payload: { n: 1 } } });
  if (sent.error) throw new Error(sent.error.detail);
  const batch = await api.POST("/api/queue/enqueue/batch", { body: { requests: orders.slice(0, 2) } });
  if (batch.error) throw new Error(batch.error.detail);
  const params = { path: { seq: sent.data.seq }, query: { wait: 20 } };
  const done = await api.GET("/api/queue/requests/{seq}", { params });
  if (done.data?.type !== "echo") throw new Error("no echo");
  const refused = await api.GET("/api/queue/requests/{seq}", { params: { path: { seq: 999 } } });
  const numbers = batch.data.requests.map((request) => request.seq);
  if (seconds(batch.data.requests[0]) !== undefined) throw new Error('it has slept');
  console.log(JSON.stringify({ n: done.data.result?.n, numbers, code: refused.error?.code }));
}

main(process.argv.slice(2));
