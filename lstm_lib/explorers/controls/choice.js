const escape = (text) => Object.assign(document.createElement("i"), { textContent: text }).innerHTML;
const quoted = (text) => escape(text).replaceAll('"', "&quot;");

function menu(id, { label, options }) {
  const entries = options.map((option) => `<option>${escape(option)}</option>`).join("");
  return `<label for="${id}">${escape(label)}</label><select id="${id}">${entries}</select>`;
}

function buttons(id, { label, options }) {
  const button = (option) => `<label><input type="radio" name="${id}" value="${quoted(option)}">
    <span>${escape(option)}</span></label>`;
  return `<span>${escape(label)}</span><div role="radiogroup">${options.map(button).join("")}</div>`;
}

function render({ model, el, signal }) {
  const id = newId();
  const get = (key) => model.get(key);

  function show() {
    const group = el.querySelector("select, [role=radiogroup]");
    group.ariaLabel = get("name") || get("label");
    el.querySelectorAll("select, input").forEach((input) => (input.disabled = get("disabled")));
    if (group.matches("select")) group.selectedIndex = get("options").indexOf(get("value"));
    else el.querySelectorAll("input").forEach((input) => (input.checked = input.value === get("value")));
  }

  function build() {
    const state = { label: get("label"), options: get("options") };
    el.innerHTML = get("buttons") ? buttons(id, state) : menu(id, state);
    show();
  }

  el.classList.add("lstm-control", "lstm-choice");
  el.addEventListener("change", ({ target }) => {
    model.set("value", target.value);
    model.save_changes();
  });
  keepPlainKeys(el, signal);
  model.on("change:value change:name change:disabled", show);
  model.on("change:label change:options change:buttons", build);
  build();
}

export default { render };
