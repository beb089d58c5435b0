// An OpenID provider (npm: oidc-provider) on a port of this machine. It does what the lines of its input say, one JSON
// object each, and answers each with a line of its output.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";

const GRANT = "urn:tests:account"; // tokens for an account without the pages on which it would sign in
const AUDIENCE = "https://gurukool.example/api";
const CLIENT = { client_secret: "secret", grant_types: [GRANT], redirect_uris: [], response_types: [] };
const ALGORITHMS = ["RS256", "ES256"];

const server = createServer((request, response) => (answers += 1) && handle(request, response));
const listen = (port) => new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
let answers = 0;
let handle;

function key(algorithm) {
  const [kind, options] = algorithm === "RS256" ? ["rsa", { modulusLength: 2048 }] : ["ec", { namedCurve: "P-256" }];
  const made = generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" });
  return { ...made, kid: randomUUID(), use: "sig", alg: algorithm };
}

/** New keys, and none of the earlier ones. */
function rotate() {
  const provider = new Provider(issuer, {
    jwks: { keys: ALGORITHMS.map(key) },
    clients: ALGORITHMS.map((alg) => ({ client_id: alg, id_token_signed_response_alg: alg, ...CLIENT })),
    cookies: { keys: ["unused"] },
    ttl: { IdToken: 600 },
    features: { devInteractions: { enabled: false } },
  });
  provider.registerGrantType(GRANT, (context) => grant(provider, context.oidc), ["account", "audience", "seconds"]);
  handle = provider.callback();
}

async function grant(provider, oidc) {
  const { client, params, ctx } = oidc;
  const { account: accountId, audience = AUDIENCE } = params;
  const ttl = Number(params.seconds ?? 600);
  const access = new provider.AccessToken({ accountId, client, gty: GRANT, expiresIn: ttl });
  const sign = { alg: client.clientId };
  access.resourceServer = new provider.ResourceServer(audience, {
    audience, accessTokenFormat: "jwt", jwt: { sign },
  });
  const id = new provider.IdToken({ sub: accountId }, { ctx, client });
  id.scope = "openid";
  ctx.body = { access_token: await access.save(), id_token: await id.issue({ use: "idtoken" }), token_type: "Bearer" };
}

const COMMANDS = {
  rotate,
  count: () => answers,
  stop: () => new Promise((resolve) => server.close(resolve) && server.closeAllConnections()),
  start: () => listen(port),
};

await listen(0);
const { port } = server.address();
const issuer = `http://127.0.0.1:${port}`;
rotate();
console.log(JSON.stringify(issuer));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify((await COMMANDS[line]()) ?? null));
}
process.exit();
