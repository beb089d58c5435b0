// The types of requests that this deployment takes, read from its own OpenAPI document.

const ENQUEUE = "api/queue/enqueue";
const DEEPEST = 5;

/** Map from the name of each type to the JSON text with which a payload of it may begin. */
export function typesOf(document) {
  const resolve = (schema) =>
    schema?.$ref ? resolve(schema.$ref.slice(2).split("/").reduce((part, name) => part?.[name], document)) : schema ?? {};
  const body = document.paths[`/${ENQUEUE}`].post.requestBody.content["application/json"].schema;
  const found = orders(resolve, body).map((order) => [typeName(order), JSON.stringify(skeleton(resolve, order.properties.payload), null, 2)]);
  return new Map(found.sort(([one], [other]) => one.localeCompare(other)));
}

/** The schemas of single requests, each of which takes one type. */
function orders(resolve, schema) {
  const known = resolve(schema);
  const choices = known.oneOf ?? known.anyOf;
  if (choices) return choices.flatMap((choice) => orders(resolve, choice));
  return typeName(known) === undefined ? [] : [known];
}

const typeName = ({ properties }) => properties?.type?.const ?? properties?.type?.enum?.[0];

/** A value in the shape of the schema: what is required, with nothing or the least in it. */
function skeleton(resolve, schema, depth = 0) {
  const known = resolve(schema);
  const given = known.const ?? known.default ?? known.examples?.[0] ?? known.example ?? known.enum?.[0];
  if (given !== undefined) return given;
  const choices = known.oneOf ?? known.anyOf ?? known.allOf;
  if (choices) return skeleton(resolve, choices[0], depth);
  if (known.type === "object" || known.properties) return depth < DEEPEST ? members(resolve, known, depth) : {};
  return { string: "", number: known.minimum ?? 0, integer: known.minimum ?? 0, boolean: false, array: [] }[known.type] ?? null;
}

function members(resolve, { properties = {}, required = [] }, depth) {
  return Object.fromEntries(required.map((name) => [name, skeleton(resolve, properties[name], depth + 1)]));
}
