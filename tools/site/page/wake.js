// Wakes the explorer of the landing page: Pyodide runs the course's own code in this page, and the
// controls are the very ones that JupyterLab shows. No kernel and no notebook is needed for it.

const place = document.getElementById("explorer");
const [still, button, status] = ["img", "button", "[role=status]"].map((what) => place.querySelector(what));
const models = new Map();
let python;

class Model {
  constructor({ number, state }) {
    Object.assign(this, { number, state, heard: new Map(), unsent: {} });
    models.set(number, this);
  }
  get = (name) => this.state[name];
  set = (name, value) => {
    this.state[name] = this.unsent[name] = value;
  };
  save_changes = () => {
    const changed = JSON.stringify(this.unsent);
    this.unsent = {};
    for (const [number, name, value] of JSON.parse(python.moved(this.number, changed)))
      models.get(number).take(name, value);
  };
  on = (names, listener) => {
    for (const name of names.split(" ")) this.heard.set(name, [...(this.heard.get(name) ?? []), listener]);
  };
  off = () => {};
  take(name, value) {
    this.state[name] = value;
    for (const event of [`change:${name}`, "change"]) this.heard.get(event)?.forEach((listener) => listener());
  }
}

const scripts = new Map();
function script(text) {
  if (!scripts.has(text)) scripts.set(text, import(URL.createObjectURL(new Blob([text], { type: "text/javascript" }))));
  return scripts.get(text);
}

const css = (name) => name.replaceAll("_", "-");
const LEAVES = {
  HTML(model, el) {
    el.classList.add("widget-html");
    const inner = el.appendChild(document.createElement("div"));
    inner.className = "widget-html-content";
    const show = () => (inner.innerHTML = model.get("value"));
    model.on("change:value", show);
    show();
  },
  Checkbox(model, el) {
    el.innerHTML = `<label><input type="checkbox"> ${model.get("description")}</label>`;
    const box = el.querySelector("input");
    box.addEventListener("change", () => (model.set("value", box.checked), model.save_changes()));
  },
};

async function built({ kind, script: text, style, classes, children, layout, ...more }) {
  const model = new Model(more), el = document.createElement("div");
  el.classList.add(...classes);
  for (const [name, value] of Object.entries(layout ?? {})) el.style.setProperty(css(name), value);
  model.on("change", () => {
    if ("layout display" in model.state) el.style.display = model.state["layout display"];
  });
  if (children.length) {
    el.classList.add("box");
    if (kind === "GridBox" || classes.includes("lstm-sheets")) el.style.display = "grid";
    el.append(...(await Promise.all(children.map(built))));
  } else if (text) {
    if (style) el.append(Object.assign(document.createElement("style"), { textContent: style }));
    const inner = el.appendChild(document.createElement("div"));
    const { default: widget } = await script(text);
    widget.render({ model, el: inner, signal: new AbortController().signal });
  } else LEAVES[kind](model, el);
  return el;
}

async function wake() {
  button.disabled = true;
  const say = (words) => (status.textContent = words);
  say("Loading Python for the browser …");
  const base = new URL(place.dataset.lite + "static/pyodide/", document.baseURI);
  const { loadPyodide } = await import(new URL("pyodide.mjs", base));
  const pyodide = await loadPyodide({ indexURL: base.href, packages: ["lstm-lib"] });
  say("Starting the explorer …");
  const code = await (await fetch(new URL("awake.py", import.meta.url))).text();
  pyodide.FS.writeFile("awake.py", code);
  python = pyodide.pyimport("awake");
  const explorer = await built(JSON.parse(python.explorer()));
  still.remove();
  button.remove();
  say("It is awake: move a slider.");
  place.prepend(explorer);
  explorer.querySelector("input[type=range]")?.focus({ preventScroll: true });
}

button.addEventListener("click", () =>
  wake().catch((error) => {
    status.textContent = `It could not be started: ${error.message}`;
    button.disabled = false;
  }));
