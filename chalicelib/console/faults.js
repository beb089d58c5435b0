// What is wrong with a field, in words under that field. A field says by data-path what the API calls it.
import { element } from "./dom.js";

const IN_A_BATCH = /^requests[.[]\d+\]?\./;
const PREFIX = "fault-"; // of the ids
let made = 0;

export function clearFaults(form) {
  for (const node of form.querySelectorAll(".fault")) node.remove();
  for (const control of form.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-errormessage");
    describe(control, hints(control).filter((id) => !id.startsWith(PREFIX)));
  }
}

/** Shows each fault under its field. Returns a line for each that belongs to no field on show. */
export function showFaults(form, faults = []) {
  clearFaults(form);
  const homeless = faults.filter((fault) => !placed(form, fault));
  form.querySelector("[aria-invalid]")?.focus();
  return homeless.map(({ path, message }) => `${path.replace(IN_A_BATCH, "")}: ${message}`);
}

function placed(form, { path: full, message }) {
  const path = full.replace(IN_A_BATCH, "");
  const control = [...form.querySelectorAll("[data-path]:enabled")].find(({ dataset }) => covers(dataset.path, path));
  if (!control) return false;
  const sentence = control.dataset.path === path ? message : `${path}: ${message}`;
  const fault = element("p", { className: "fault", id: `${PREFIX}${(made += 1)}` }, sentence);
  control.closest(".field").after(fault);
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-errormessage", fault.id);
  describe(control, [...hints(control), fault.id]); // not all screen readers know error messages
  control.addEventListener("input", () => clearFaults(form), { once: true });
  return true;
}

const hints = (control) => control.getAttribute("aria-describedby")?.split(" ") ?? [];

function describe(control, ids) {
  if (ids.length > 0) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}

const covers = (own, path) => path === own || path.startsWith(`${own}.`) || path.startsWith(`${own}[`);
