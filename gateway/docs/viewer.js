// Renders the OpenAPI document of this server. It loads that one document and nothing else,
// and builds every node from text, so that nothing in the document can become markup.
"use strict";

const VERBS = ["get", "post", "put", "patch", "delete"];
let api;

function node(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

// Backticks become code; blank lines part paragraphs; lines that begin with "- " become a list.
function prose(text) {
  const blocks = (text || "").split(/\n{2,}/).filter(Boolean);
  return blocks.flatMap((block) => {
    const lines = block.split("\n");
    const items = lines.filter((line) => line.startsWith("- "));
    const rest = lines.filter((line) => !line.startsWith("- ")).join(" ");
    return [
      rest ? node("p", {}, inline(rest)) : null,
      items.length ? node("ul", {}, items.map((item) => node("li", {}, inline(item.slice(2))))) : null,
    ];
  });
}

function inline(text) {
  return text.split("`").map((part, index) => (index % 2 ? node("code", {}, part) : part));
}

function resolve(thing) {
  if (!thing || !thing.$ref) return thing || {};
  const found = thing.$ref.slice(2).split("/").reduce((at, key) => at[key], api);
  const { $ref, ...beside } = thing;
  return { ...found, ...beside };
}

function typeName(schema) {
  const name = schema.$ref ? schema.$ref.split("/").pop() : null;
  const full = resolve(schema);
  if (full.type === "array") return `array of ${typeName(full.items || {})}`;
  if (full.type === "object" && full.additionalProperties && full.additionalProperties !== true) {
    return `map of ${typeName(full.additionalProperties)}`;
  }
  if (name) return name;
  const type = Array.isArray(full.type) ? full.type.join(" or ") : full.type || "any";
  return full.format ? `${type} (${full.format})` : type;
}

const RULES = {
  minLength: "at least {} characters", maxLength: "at most {} characters", pattern: "matches {}",
  minimum: "≥ {}", maximum: "≤ {}", exclusiveMinimum: "> {}", exclusiveMaximum: "< {}",
  minItems: "at least {} items", maxItems: "at most {} items", maxProperties: "at most {} pairs",
};

function rules(schema) {
  const told = Object.entries(RULES).filter(([key]) => key in schema).map(([key, text]) => text.replace("{}", schema[key]));
  if (schema.not && schema.not.enum) told.push(`not ${schema.not.enum.join(", ")}`);
  for (const rule of schema["x-corridor-rules"] || []) told.push(rule.message);
  return told.length ? node("div", { class: "rules" }, told.join(" · ")) : null;
}

function fields(schema, depth) {
  const full = resolve(schema);
  const inner = full.type === "array" ? resolve(full.items) : full;
  const properties = Object.entries(inner.properties || {});
  if (!properties.length) return null;
  const required = new Set(inner.required || []);
  const rows = properties.map(([name, property]) => {
    const whole = resolve(property);
    const sensitivity = whole["x-corridor-sensitivity"];
    return node("tr", {},
      node("th", {}, name, required.has(name) ? node("div", { class: "required" }, "required") : null),
      node("td", {},
        node("span", { class: "type" }, typeName(property)), " ",
        sensitivity ? node("span", { class: "mark" }, sensitivity.toLowerCase().replace("_", " ")) : null,
        node("div", {}, inline((property.description || "").replace(/\n+/g, " "))),
        whole.enum ? node("div", { class: "rules" }, whole.enum.join(", ")) : null,
        rules(property),
        depth < 5 ? nested(property, depth) : null));
  });
  return node("table", {}, node("tbody", {}, rows));
}

function nested(schema, depth) {
  const inside = fields(schema, depth + 1);
  return inside ? node("details", {}, node("summary", {}, "Fields"), node("div", {}, inside)) : null;
}

function example(content) {
  const value = content && content.example;
  return value === undefined ? null : node("pre", {}, node("code", {}, JSON.stringify(value, null, 2)));
}

function body(title, holder) {
  if (!holder || !holder.content) return null;
  const [type, content] = Object.entries(holder.content)[0];
  return [
    node("h4", {}, title), node("p", { class: "facts" }, type),
    fields(content.schema || {}, 0), example(content),
  ];
}

function parameters(list) {
  const found = (list || []).map(resolve);
  if (!found.length) return null;
  const rows = found.map((p) => node("tr", {},
    node("th", {}, p.name, p.required ? node("div", { class: "required" }, "required") : null),
    node("td", {}, node("span", { class: "type" }, `${p.in} · ${typeName(p.schema || {})}`),
      node("div", {}, inline(p.description || "")), rules(resolve(p.schema || {})))));
  return [node("h4", {}, "Parameters"), node("table", {}, node("tbody", {}, rows))];
}

function problems(responses) {
  const rows = Object.entries(responses).filter(([status]) => !status.startsWith("2")).map(([status, answer]) => {
    const content = Object.values(resolve(answer).content || {})[0] || {};
    const links = Object.keys(content.examples || {}).map((reason) => [
      node("a", { href: `/docs/problems#${reason}` }, reason), " "]);
    return node("tr", {}, node("th", {}, status), node("td", {}, links.flat()));
  });
  return rows.length
    ? node("details", {}, node("summary", {}, "Problems"), node("div", {}, node("table", {}, node("tbody", {}, rows))))
    : null;
}

function operation(verb, path, op) {
  const policy = op["x-corridor-policy"] || {};
  const scopes = (policy.scopes || []).length ? `scope ${policy.scopes.join(" or ")} · ` : "";
  const facts = op["x-corridor-policy"]
    ? `${scopes}idempotency key ${policy.idempotency.toLowerCase()} · deadline ${policy.deadline_seconds} s · ${op["x-corridor-grpc-method"]}`
    : "";
  return node("article", { id: op.operationId },
    node("h3", {}, op.operationId, " ", op.deprecated ? node("span", { class: "mark" }, "deprecated") : null),
    node("div", { class: "path" }, node("span", { class: `verb ${verb}` }, verb.toUpperCase()), path),
    prose(op.description), node("p", { class: "facts" }, facts),
    parameters(op.parameters), body("Request", op.requestBody), body("Answer", op.responses["200"]),
    problems(op.responses));
}

function render() {
  const content = document.getElementById("content");
  const menu = document.getElementById("menu");
  content.replaceChildren(node("h1", {}, api.info.title), node("div", {}, prose(api.info.description)),
    node("p", {}, node("a", { href: "/v1/openapi.json" }, "openapi.json"), " · ",
      node("a", { href: "/docs/problems" }, "problems")));
  const add = (title, text, operations) => {
    content.append(node("h2", {}, title), node("div", {}, prose(text)));
    const links = operations.map(([verb, path, op]) => {
      content.append(operation(verb, path, op));
      return node("a", { href: `#${op.operationId}`, "data-text": `${op.operationId} ${path}`.toLowerCase() },
        node("span", { class: `verb ${verb}` }, verb.toUpperCase()), op.operationId);
    });
    menu.append(node("section", {}, node("h2", {}, title), links));
  };
  const every = (paths) => Object.entries(paths || {}).flatMap(([path, item]) =>
    VERBS.filter((verb) => item[verb]).map((verb) => [verb, path, item[verb]]));
  const operations = every(api.paths);
  for (const tag of api.tags) add(tag.name, tag.description, operations.filter((o) => o[2].tags.includes(tag.name)));
  if (Object.keys(api.webhooks || {}).length) {
    add("Webhooks", "What Corridor sends to the company's endpoints.", every(api.webhooks));
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

function filter(event) {
  const wanted = event.target.value.toLowerCase();
  for (const section of document.querySelectorAll("#menu section")) {
    let shown = 0;
    for (const link of section.querySelectorAll("a")) {
      link.hidden = !link.dataset.text.includes(wanted);
      link.style.display = link.hidden ? "none" : "";
      shown += link.hidden ? 0 : 1;
    }
    section.hidden = !shown;
  }
}

document.getElementById("filter").addEventListener("input", filter);
fetch("/v1/openapi.json")
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`HTTP ${answer.status}`))))
  .then((found) => { api = found; render(); })
  .catch((error) => document.getElementById("content").replaceChildren(
    node("p", {}, `The document could not be loaded: ${error.message}`)));
