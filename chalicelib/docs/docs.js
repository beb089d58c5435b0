// The API's description, api/openapi.json, as a page. Everything is written as text, nothing as markup.

const DEEPEST = 5; // levels of a schema that are shown

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const lookUp = (spec, reference) =>
  reference.slice(2).split("/").reduce((found, part) => found[part], spec);

const resolved = (spec, node) => (node?.$ref ? lookUp(spec, node.$ref) : node);

/** A schema as the outline of a JSON document, with what is allowed instead of values. */
function outline(spec, node, depth = 0) {
  const schema = resolved(spec, node) ?? {};
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) return alternatives.map((one) => outline(spec, one, depth)).join(" | ");
  if (schema.properties && depth < DEEPEST) return object(spec, schema, depth);
  if (schema.type === "array") return `[${outline(spec, schema.items, depth + 1)}, …]`;
  return [scalar(schema), limits(schema)].filter(Boolean).join(" ");
}

function object(spec, schema, depth) {
  const indent = "  ".repeat(depth + 1);
  const lines = Object.entries(schema.properties).map(([name, property]) => {
    const optional = schema.required?.includes(name) ? "" : "?";
    return `${indent}"${name}"${optional}: ${outline(spec, property, depth + 1)}`;
  });
  return `{\n${lines.join(",\n")}\n${"  ".repeat(depth)}}`;
}

function scalar(schema) {
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  return schema.format ?? schema.type ?? "anything";
}

function limits({ minimum, maximum, minLength, maxLength, pattern }) {
  const said = [];
  if (minimum !== undefined) said.push(`from ${minimum}`);
  if (maximum !== undefined) said.push(`to ${maximum}`);
  if (minLength !== undefined) said.push(`at least ${minLength} characters`);
  if (maxLength !== undefined) said.push(`at most ${maxLength} characters`);
  if (pattern) said.push(`like ${pattern}`);
  return said.join(" ");
}

const heading = (text) => element("h3", { textContent: text });

function parameters(spec, list) {
  const rows = list.map((one) => {
    const meaning = [outline(spec, one.schema), one.required ? "required" : "", one.description ?? ""];
    const text = `${one.in}: ${meaning.filter(Boolean).join(", ")}`;
    return element("tr", {}, element("th", { scope: "row", textContent: one.name }), element("td", { textContent: text }));
  });
  return [heading("Parameters"), element("table", {}, ...rows)];
}

function json(spec, content) {
  return element("pre", { tabIndex: 0, textContent: outline(spec, Object.values(content)[0].schema) });
}

function answers(spec, responses) {
  return Object.entries(responses).flatMap(([status, reference]) => {
    const response = resolved(spec, reference);
    const line = element("p", { textContent: `${status} ${response.description}` });
    const shown = response.content?.["application/json"] ? [json(spec, response.content)] : [];
    return [line, ...shown];
  });
}

const TOKENS = { bearer: "an access token", service: "the key of a service", openIdConnect: "a token of the identity provider" };

/** Who may call it: whoever has one of these. */
function access(path, { security }) {
  const accepted = security.flatMap((scheme) => Object.keys(scheme)).map((name) => TOKENS[name] ?? name);
  if (accepted.length === 0) return "Needs no access token.";
  const administrators = path.split("/")[2] === "admin" ? "For administrators. " : "";
  return `${administrators}Needs ${accepted.join(" or ")}.`;
}

function article(spec, path, method, operation) {
  const title = element("h2", {}, element("span", { className: "method", textContent: method.toUpperCase() }), path);
  const made = element("article", { id: operation.operationId }, title);
  made.append(element("p", { textContent: `${operation.summary}. ${access(path, operation)}` }));
  made.append(element("p", { textContent: operation.description }));
  if (operation.parameters.length) made.append(...parameters(spec, operation.parameters));
  if (operation.requestBody) made.append(heading("Body"), json(spec, operation.requestBody.content));
  made.append(heading("Answers"), ...answers(spec, operation.responses));
  return made;
}

function link(path, method, operation) {
  const shown = element("span", { className: "method", textContent: method.toUpperCase() });
  return element("a", { href: `#${operation.operationId}` }, shown, path);
}

function show(spec) {
  document.getElementById("about").textContent = spec.info.description;
  for (const [path, methods] of Object.entries(spec.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      document.getElementById("contents").append(link(path, method, operation));
      document.getElementById("operations").append(article(spec, path, method, operation));
    }
  }
}

try {
  const answer = await fetch("api/openapi.json");
  show(await answer.json());
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
} catch (error) {
  document.getElementById("about").textContent = "The API’s description cannot be read. Reload the page to try again.";
  throw error;
}
